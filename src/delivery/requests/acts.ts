/**
 * What one person may do on a request at this moment, and why not the rest. Each act is tried on `decide` itself, so
 * that a button can never promise what the click would be refused (rule 1 is still checked again at the click). Pure.
 */
import type { Command, PolicyInForce, Refusal } from '#src/approvals/commands.ts';
import { decide } from '#src/approvals/decide.ts';
import type { EvidenceItem } from '#src/approvals/document.ts';
import { voteOffer } from '#src/approvals/offers.ts';
import { isAsker, isExcluded } from '#src/approvals/seats.ts';
import { isApproved, isOpen } from '#src/approvals/timers.ts';
import type { Person, Roster, SubmittedState } from '#src/approvals/types.ts';
import type { DeskCommand } from './desk.ts';

export const ACTS = [
  'vote',
  'withdraw_vote',
  'confirm_meeting',
  'consult',
  'ask_information',
  'give_information',
  'accept_conditions',
  'accept_scope',
  'propose_scope',
  'raise_tier',
  'settle',
  'record_meeting',
  'edit',
  'add_evidence',
  'comment',
  'attest',
  'withdraw',
  'condition_evidence',
  'condition_confirm',
  'record_deployment',
  'renew',
  'suspend',
  'revoke',
  'close',
] as const;
export type Act = (typeof ACTS)[number];

/** Whether an act is a known one. */
export function isAct(word: string): word is Act {
  return ACTS.some((act) => act === word);
}

export type Offer =
  | { readonly act: Act; readonly ok: true }
  | { readonly act: Act; readonly ok: false; readonly reason: Refusal; readonly detail: readonly string[] };

export type OfferContext = {
  readonly state: SubmittedState;
  readonly person: Person;
  readonly roster: Roster;
  /** The policy version of the request; null when it is not at hand (raising the tier is then not offered). */
  readonly policy: PolicyInForce | null;
  readonly now: Date;
};

/** Refusals that only say that the form is not filled in yet. */
const STILL_TO_FILL: ReadonlySet<Refusal> = new Set([
  'invalid',
  'reason_required',
  'nothing_changed',
  'not_narrower',
  'already_voted',
  'conflict_required',
  'evidence_missing',
]);

/** Every act with whether it is offered. */
export function offersTo(context: OfferContext): readonly Offer[] {
  return ACTS.map((act) => offerOf(act, context));
}

/** Whether one act is offered to a person now. */
export function offerOf(act: Act, context: OfferContext): Offer {
  const { state, person, roster, now } = context;
  if (act === 'vote') {
    const offer = voteOffer(state, person, roster, now);
    return offer.ok ? { act, ok: true } : { act, ok: false, reason: offer.reason, detail: offer.detail };
  }
  if (act === 'renew') return renewOffer(context);
  if (act === 'attest') return attestOffer(context);
  let refused: Offer = { act, ok: false, reason: NOTHING_TO_DO[act] ?? 'unknown_condition', detail: [] };
  for (const command of probesOf(act, context)) {
    const decision = decide(state, { ...command, roster } as Command, now);
    if (decision.ok || STILL_TO_FILL.has(decision.reason)) return { act, ok: true };
    refused = { act, ok: false, reason: decision.reason, detail: decision.detail };
  }
  return refused;
}

/** Why an act without anything to act on is not offered. */
const NOTHING_TO_DO: Readonly<Partial<Record<Act, Refusal>>> = {
  accept_scope: 'unknown_proposal',
  confirm_meeting: 'unknown_meeting',
  consult: 'not_consulted',
  record_deployment: 'wrong_kind',
  raise_tier: 'policy_mismatch',
  edit: 'policy_mismatch',
  add_evidence: 'already_decided',
};

/** A renewal, a reinstatement and a newer version are new requests that name this one; anybody of its side may ask. */
function renewOffer({ state, person }: OfferContext): Offer {
  const act = 'renew';
  if (state.document.kind === 'policy') return { act, ok: false, reason: 'wrong_kind', detail: [] };
  const over = state.closure !== null && state.closure.reason !== 'validity_ended';
  const approved = state.decision?.outcome === 'approved' || state.decision?.outcome === 'approved_with_conditions';
  if (!approved || over || state.revokedAtMs !== null)
    return { act, ok: false, reason: 'not_in_force', detail: [state.status] };
  return isAsker(state, person) ? { act, ok: true } : { act, ok: false, reason: 'not_requester', detail: [] };
}

/** Captured files that nobody stands for yet, of a request that is still to be decided. */
export function filesToAttest(state: SubmittedState, roster: Roster): readonly EvidenceItem[] {
  if (!isOpen(state)) return [];
  const serving = roster.files ?? [];
  return state.document.evidence.filter(({ sha256 }) => sha256 !== null && !serving.includes(sha256));
}

/** Roles that a person holds in their own right: the ones in which somebody may stand for a file. */
export function ownRoles(roster: Roster, person: Person): readonly string[] {
  const own = roster.assignments.filter((a) => a.person === person && a.basis === 'holder');
  return [...new Set(own.map((a) => a.role))].sort();
}

/** Whoever holds a role and is not of the asking side stands for a file; the desk of files checks it again. */
function attestOffer({ state, person, roster }: OfferContext): Offer {
  const act = 'attest';
  if (filesToAttest(state, roster).length === 0) return { act, ok: false, reason: 'nothing_changed', detail: [] };
  if (isExcluded(state, person)) return { act, ok: false, reason: 'self_approval', detail: [] };
  if (ownRoles(roster, person).length > 0) return { act, ok: true };
  return { act, ok: false, reason: 'role_missing', detail: ['any role'] };
}

type Probe = DeskCommand;

/** Commands that a person would send for an act; the first that `decide` takes shows that it is theirs to do. */
function probesOf(act: Act, { state, person, policy }: OfferContext): readonly Probe[] {
  const base = { commandId: 'probe', by: person };
  const said = { ...base, text: 'probe' };
  const why = { ...base, reason: 'probe' };
  const nonce = 'probe-probe-probe';
  const { revision, document } = state;
  const open = state.conditions.filter((condition) => condition.status === 'open');
  switch (act) {
    case 'withdraw_vote':
      return [{ type: 'withdraw_vote', ...why, revision: revision.hash }];
    case 'ask_information':
      return [{ type: 'request_information', ...said }];
    case 'give_information':
      return [{ type: 'provide_information', ...said }];
    case 'consult':
      return state.terms.consulted.map(({ role }) => ({ type: 'answer_consult', ...said, role, stance: 'neutral' }));
    case 'comment':
      return [{ type: 'comment', ...said }];
    case 'propose_scope':
      return [{ type: 'propose_scope', ...why, scope: { users: null, trafficPercent: 0, regions: [], until: null } }];
    case 'accept_scope':
      return openProposals(state).map((proposal) => ({ type: 'accept_scope', ...base, proposal, nonce }));
    case 'raise_tier':
      return policy === null ? [] : [{ type: 'raise_tier', ...why, tier: 'high', policy, nonce }];
    case 'record_meeting':
      return [{ type: 'record_meeting', ...base, revision: revision.hash, heldOn: '', minutes: 'probe', votes: [] }];
    case 'confirm_meeting':
      return openMeetings(state, person).map((meeting) => ({ type: 'confirm_meeting_vote', ...base, meeting }));
    case 'settle':
      return [{ type: 'settle_rejection', ...why }];
    case 'accept_conditions': {
      const conditions = state.offer?.conditions.map((condition) => condition.id) ?? [];
      return [{ type: 'accept_conditions', ...base, conditions }];
    }
    case 'add_evidence':
      return policy === null || !isOpen(state) ? [] : [{ type: 'edit', ...base, document, policy, nonce }];
    case 'edit':
      return policy === null ? [] : [{ type: 'edit', ...base, document, policy, nonce }];
    case 'withdraw':
      return [{ type: 'withdraw', ...why }];
    case 'condition_evidence': {
      const evidence = { kind: 'link', title: 'probe', url: 'https://example.com/', sha256: null, date: null };
      return open.map(({ id }) => ({ type: 'evidence_condition', ...base, condition: id, evidence }));
    }
    case 'condition_confirm':
      return open.map(({ id }) => ({ type: 'confirm_condition', ...why, condition: id }));
    default:
      return standingProbes(act, state, base, why);
  }
}

function standingProbes(
  act: Act,
  state: SubmittedState,
  base: { readonly commandId: string; readonly by: Person },
  why: { readonly commandId: string; readonly by: Person; readonly reason: string },
): readonly Probe[] {
  const { document } = state;
  switch (act) {
    case 'record_deployment':
      if (document.kind !== 'deployment' || !isApproved(state)) return [];
      return [{ type: 'record_deployment', ...base, environment: document.environment, digest: document.digest }];
    case 'suspend':
      return [{ type: 'suspend', ...why, incident: null }];
    case 'revoke':
      return [{ type: 'revoke', ...why }];
    case 'close':
      return [{ type: 'close', ...why, cause: 'done' }];
    default:
      return [];
  }
}

/** Acts that somebody waits for, as against those one may do unasked. */
const AWAITED: readonly Act[] = [
  'vote',
  'consult',
  'confirm_meeting',
  'give_information',
  'accept_conditions',
  'accept_scope',
  'condition_evidence',
  'condition_confirm',
];

/** The acts for which a request waits for this person now. A vote that was given is awaited no more. */
export function awaitedOf(context: OfferContext): readonly Act[] {
  const voted = context.state.votes.some((vote) => vote.by === context.person);
  return AWAITED.filter((act) => !(act === 'vote' && voted) && offerOf(act, context).ok);
}

/** Numbers of the scope proposals that wait for the requester. */
export function openProposals(state: SubmittedState): readonly number[] {
  return state.proposals.filter((proposal) => proposal.status === 'open').map((proposal) => proposal.number);
}

/** Numbers of the meetings whose minutes name a person who has not confirmed yet. */
export function openMeetings(state: SubmittedState, person: Person): readonly number[] {
  return state.meetings
    .filter((meeting) => state.revision.equivalents.includes(meeting.revision))
    .filter((meeting) => meeting.votes.some((vote) => vote.person === person) && !meeting.confirmed.includes(person))
    .map((meeting) => meeting.number);
}

/** Ids of the open conditions for which a person may give evidence, or which a person may confirm. */
export function conditionsFor(
  act: 'condition_evidence' | 'condition_confirm',
  { state, person, roster, now }: Pick<OfferContext, 'state' | 'person' | 'roster' | 'now'>,
): readonly string[] {
  return state.conditions
    .filter((condition) => condition.status === 'open')
    .filter(({ id }) => {
      const [only] = probesOf(act, { state, person, roster, policy: null, now }).filter(
        (probe) => 'condition' in probe && probe.condition === id,
      );
      return only !== undefined && decide(state, { ...only, roster } as Command, now).ok;
    })
    .map(({ id }) => id);
}
