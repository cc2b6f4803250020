/**
 * A new approval policy is itself a request, decided under the policy in force: an administrator puts the waiting file
 * to the vote, the committee decides, and the decision adopts it or ends it (DESIGN.md, rule 9).
 */
import type { Refusal } from '#src/approvals/commands.ts';
import { rulesFlaw } from '#src/approvals/doctor.ts';
import type { PolicyDocument } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { policyDifference } from '#src/approvals/policy-difference.ts';
import { asAppointed } from '#src/approvals/seats.ts';
import { OPEN_STATUSES } from '#src/approvals/timers.ts';
import type { RequestState, SubmittedState } from '#src/approvals/types.ts';
import type { FileVersion, PolicyEnd, PolicyState } from '#src/directory/policies.ts';
import { outgoing } from '../inbox/intents.ts';
import { notAdopted } from '../people/notices.ts';
import type { Ledger, OutgoingMessage } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import type { PolicyDesk } from './desk.ts';
import { readPolicyVersion } from './version.ts';

/** Name of the form in which it is said why. */
export const POLICY_VOTE_FORM = 'policy_vote';

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
    | 'holders_unconfirmed'
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
      const [roster, undecided] = [await desk.roster(), await openRequests(deps)];
      const flaw = rulesFlaw(after.policy, undecided, roster, deps.now());
      if (flaw !== null) {
        const doubted = rulesFlaw(after.policy, undecided, asAppointed(roster), deps.now()) === null;
        return refuse(doubted ? 'holders_unconfirmed' : flaw.code, ...flaw.detail);
      }
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
    settle: (request) => settle(deps, request),
  };
}

/** How a vote on the rules ended; null while it goes on. */
function outcomeOf({ status, decision }: SubmittedState): 'approved' | 'rejected' | 'withdrawn' | 'expired' | null {
  if (status === 'withdrawn') return 'withdrawn';
  if (decision === null) return null;
  if (decision.outcome === 'approved' || decision.outcome === 'rejected') return decision.outcome;
  return 'expired';
}

async function settle(deps: PolicyVoteDeps, request: SubmittedState): Promise<void> {
  const { document, id, shortId } = request;
  const outcome = document.kind === 'policy' ? outcomeOf(request) : null;
  if (document.kind !== 'policy' || outcome === null) return;
  const { policies } = deps;
  const state = await policies.read();
  // Drawn before, by this server or another one.
  if (state.proposals.get(id)?.status !== 'open') return;
  const end = (ended: PolicyEnd, reason: string, outbox: readonly OutgoingMessage[] = []) =>
    policies.act(
      { type: 'refuse', proposal: id, reason: reason.slice(0, 1_000), ended },
      'service',
      `vote-over:${id}`,
      {
        outbox,
      },
    );
  if (outcome !== 'approved') {
    await end(outcome, `${shortId} ended: ${outcome}.`);
    return;
  }
  const flaw = (await adoptionFlaw(deps, document)) ?? (await adopt(deps, request, document, state));
  if (flaw === null) return;
  const admins = await deps.admins();
  // Administrators are told as such.
  const side = [...new Set([request.requester, request.owner])].filter((person) => !admins.has(person));
  const told = { id, shortId, version: document.to.version, side, ...flaw };
  await end(flaw.code, `${shortId} was approved, and not adopted: ${flaw.code}. ${flaw.detail.join(', ')}`, [
    card(id),
    ...notAdopted(told),
  ]);
}

type AdoptionFlaw = { readonly code: PolicyEnd; readonly detail: readonly string[] };

/**
 * What is in the way of rules that were approved, at the moment in which they would take effect: the people may have
 * changed since the vote began. Whom a user group does not confirm now still holds the role by two administrators'
 * decision, so that neither Slack's silence nor whoever edits a group undoes what the committee decided.
 */
async function adoptionFlaw(deps: PolicyVoteDeps, { to }: PolicyDocument): Promise<AdoptionFlaw | null> {
  const version = await readPolicyVersion(deps.policies, to.sha256);
  if (version === null) return { code: 'unreadable', detail: [] };
  return rulesFlaw(version.policy, await openRequests(deps), asAppointed(await deps.desk.roster()), deps.now());
}

/** Puts the rules in force; what the desk says against it is the flaw. */
async function adopt(
  { policies }: PolicyVoteDeps,
  { id, shortId, decision }: SubmittedState,
  { from, to }: PolicyDocument,
  state: PolicyState,
): Promise<AdoptionFlaw | null> {
  const persons = [...new Set(decision?.counted.map(({ person }) => person))];
  // The card of the vote that had made the rules which are replaced now says so.
  const earlier = [...state.proposals.values()].findLast(
    (one) => one.status === 'accepted' && one.to.sha256 === from.sha256 && one.vote !== null,
  );
  const adopted = await policies.act(
    { type: 'adopt', proposal: id, request: shortId, fromHash: from.sha256, toHash: to.sha256, persons },
    'service',
    `adopt:${id}`,
    { outbox: [card(id), ...(earlier === undefined ? [] : [card(earlier.id)])] },
  );
  if (adopted.ok || adopted.reason === 'not_open') return null;
  return { code: adopted.reason === 'stale' ? 'stale' : 'invalid', detail: [] };
}

const card = (requestId: string): OutgoingMessage => outgoing(`card:${requestId}`, { intent: 'card', requestId });

function documentOf(from: FileVersion, to: FileVersion, purpose: string, changes: readonly string[]): PolicyDocument {
  const version = ({ sha256, version: name }: FileVersion) => ({ sha256, version: name });
  const nothing = { answers: {}, evidence: [], replaces: null, raisedTier: null } as const;
  return { kind: 'policy', from: version(from), to: version(to), purpose, changes, ...nothing };
}

async function openRequests({ desk, ledger }: PolicyVoteDeps): Promise<readonly RequestState[]> {
  const states: RequestState[] = [];
  for (const { id } of await ledger.listRequests({ status: OPEN_STATUSES, limit: 10_000 })) {
    const record = await desk.read(id);
    if (record !== null) states.push(record.state);
  }
  return states;
}
