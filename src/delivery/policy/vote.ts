/**
 * A new approval policy is itself a request, decided under the policy in force: an administrator puts the waiting file
 * to the vote, the committee decides, and the decision adopts it or ends it (DESIGN.md, rule 9).
 */
import type { Refusal } from '#src/approvals/commands.ts';
import { strandedBy, unreachableChange } from '#src/approvals/doctor.ts';
import type { PolicyDocument } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { policyDifference } from '#src/approvals/policy-difference.ts';
import { OPEN_STATUSES } from '#src/approvals/timers.ts';
import type { RequestState, SubmittedState } from '#src/approvals/types.ts';
import type { FileVersion, PolicyProposal } from '#src/directory/policies.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import type { PolicyDesk } from './desk.ts';
import { readPolicyVersion } from './version.ts';

export type PolicyVoteDeps = {
  readonly policies: PolicyDesk;
  readonly desk: Desk;
  readonly ledger: Pick<Ledger, 'listRequests' | 'nextShortId'>;
  readonly admins: () => Promise<ReadonlySet<string>>;
  readonly newNonce: () => string;
  readonly now: () => Date;
};

/** Why a waiting policy cannot be put to the vote. `detail`: ids, or the open places in words. */
export type VoteRefusal = {
  readonly ok: false;
  readonly reason:
    | Refusal
    | 'unknown'
    | 'not_admin'
    | 'not_open'
    | 'unreadable'
    | 'strands_requests'
    | 'cannot_be_changed_again';
  readonly detail: readonly string[];
};

export type PolicyVote = {
  /** Opens the request; its id is the proposal's, so that a proposal is voted on once. */
  submit(
    proposal: string,
    asked: { readonly by: string; readonly reason: string; readonly commandId: string },
  ): Promise<{ readonly ok: true; readonly state: SubmittedState } | VoteRefusal>;
  /** The difference of a waiting policy from the one in force, in words; null where it cannot be read. */
  difference(proposal: PolicyProposal): Promise<readonly string[] | null>;
  /** Draws the consequence of a vote that is over: adopts, or ends the proposal. Does nothing the second time. */
  settle(request: SubmittedState): Promise<void>;
};

/** Makes it. Throws what the desks throw. */
export function createPolicyVote(deps: PolicyVoteDeps): PolicyVote {
  const { policies, desk } = deps;
  const load = ({ sha256 }: FileVersion) => readPolicyVersion(policies, sha256);
  const markAsVoted = (proposal: string, request: string) =>
    policies.act({ type: 'put_to_vote', proposal, request }, 'service', `vote:${proposal}`);
  return {
    async submit(proposal, { by, reason, commandId }) {
      const refuse = (why: VoteRefusal['reason'], ...detail: string[]): VoteRefusal => ({
        ok: false,
        reason: why,
        detail,
      });
      const state = await policies.read();
      const open = state.proposals.get(proposal);
      const current = state.inForce.get('approval-policy');
      if (open?.document !== 'approval-policy' || current === undefined) return refuse('unknown');
      if (!(await deps.admins()).has(by)) return refuse('not_admin');
      if (open.status !== 'open') return refuse('not_open');
      const already = await desk.read(proposal);
      if (already !== null) {
        // A crash between the two steps left it unmarked.
        await markAsVoted(proposal, already.state.shortId);
        return refuse('already_submitted');
      }
      const [before, after] = await Promise.all([load(current), load(open.to)]);
      if (before === null || after === null) return refuse('unreadable');
      const roster = await desk.roster();
      const locked = unreachableChange(after.policy, roster);
      if (locked.length > 0) return refuse('cannot_be_changed_again', ...locked);
      const stranded = strandedBy(after.policy, await openRequests(deps), roster, deps.now());
      if (stranded.length > 0) return refuse('strands_requests', ...stranded.map(inWords));
      const result = await desk.act(proposal, {
        type: 'submit',
        commandId,
        by,
        requestId: proposal,
        shortId: await deps.ledger.nextShortId(PREFIX_OF.policy),
        requester: by,
        // Whoever wrote it in Slack answers for it, and decides on it as little as whoever asks for the vote.
        owner: open.by === 'service' ? by : open.by,
        document: documentOf(current, open.to, reason, policyDifference(before.data, after.data)),
        policy: before.policy,
        nonce: deps.newNonce(),
      });
      if (!result.ok) return refuse(result.reason, ...result.detail);
      await markAsVoted(proposal, result.state.shortId);
      return { ok: true, state: result.state };
    },
    async difference(proposal) {
      const current = (await policies.read()).inForce.get('approval-policy');
      const [before, after] = await Promise.all([current === undefined ? null : load(current), load(proposal.to)]);
      return before === null || after === null ? null : policyDifference(before.data, after.data);
    },
    async settle(request) {
      const { document, decision, id, shortId } = request;
      if (document.kind !== 'policy') return;
      const end = (why: string) =>
        policies.act({ type: 'refuse', proposal: id, reason: `${shortId} ${why}` }, 'service', `vote-over:${id}`);
      if (request.status === 'withdrawn') await end('was withdrawn.');
      else if (decision?.outcome === 'approved') {
        const persons = [...new Set(decision.counted.map(({ person }) => person))];
        const { from, to } = document;
        const adopted = await policies.act(
          { type: 'adopt', proposal: id, request: shortId, fromHash: from.sha256, toHash: to.sha256, persons },
          'service',
          `adopt:${id}`,
        );
        if (!adopted.ok && adopted.reason === 'stale')
          await end('was approved, but other rules came into force meanwhile.');
      } else if (decision !== null) await end(`ended: ${decision.outcome}.`);
    },
  };
}

function documentOf(from: FileVersion, to: FileVersion, purpose: string, changes: readonly string[]): PolicyDocument {
  const version = ({ sha256, version: name }: FileVersion) => ({ sha256, version: name });
  const nothing = { answers: {}, evidence: [], replaces: null, raisedTier: null } as const;
  return { kind: 'policy', from: version(from), to: version(to), purpose, changes, ...nothing };
}

const inWords = ({ shortId, missing }: { readonly shortId: string; readonly missing: readonly string[] }): string =>
  `${shortId} (${missing.join('; ')})`;

async function openRequests({ desk, ledger }: PolicyVoteDeps): Promise<readonly RequestState[]> {
  const states: RequestState[] = [];
  for (const { id } of await ledger.listRequests({ status: OPEN_STATUSES, limit: 10_000 })) {
    const record = await desk.read(id);
    if (record !== null) states.push(record.state);
  }
  return states;
}
