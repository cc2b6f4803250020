/**
 * The rules in force, and the ones that wait. A changed file is a proposal: settings wait for two administrators, the
 * approval policy for the vote that the policy in force demands of a change of itself. The first version ever of each is
 * recorded as the beginning. The fold of the stream `policy`.
 */
import { isSupported, supportRefusal } from './two-persons.ts';

export const GOVERNED_FILES = ['approval-policy', 'gate-settings', 'answer-settings'] as const;
export type GovernedFile = (typeof GOVERNED_FILES)[number];

/**
 * How a proposal ended that was not adopted. `rejected` by the committee, `withdrawn` by whoever put it to the vote,
 * `declined` by an administrator: somebody said no to this version. `expired`: nobody decided in time. `replaced`: by
 * another proposal of the same author or file. The others: approved, and not adopted, because of what had become of
 * the rules or the people since the vote began.
 */
export type PolicyEnd =
  | 'rejected'
  | 'withdrawn'
  | 'declined'
  | 'expired'
  | 'replaced'
  | 'stale'
  | 'invalid'
  | 'unreadable'
  | 'strands_requests'
  | 'cannot_be_changed_again';

export type FileVersion = { readonly sha256: string; readonly version: string };

export type PolicyProposal = {
  readonly id: string;
  readonly document: GovernedFile;
  readonly by: string;
  readonly at: string;
  /** What was in force when it was proposed; what it would replace is always the present one. */
  readonly from: FileVersion;
  readonly to: FileVersion;
  readonly supporters: readonly string[];
  /** Short id of the request by which it is decided; null before it is put to the vote, and for settings. */
  readonly vote: string | null;
  readonly status: 'open' | 'accepted' | 'refused';
  /** Of one that was refused. */
  readonly ended?: PolicyEnd;
};

export type PolicyState = {
  readonly inForce: ReadonlyMap<GovernedFile, FileVersion & { readonly since: string }>;
  readonly proposals: ReadonlyMap<string, PolicyProposal>;
  /** Hex sha256 of every version that is or was in force. */
  readonly adopted: ReadonlySet<string>;
};

export type PolicyEvent =
  | {
      readonly type: 'policy.adopted';
      readonly data: {
        readonly document: GovernedFile;
        readonly to: FileVersion;
        readonly from: FileVersion | null;
        /** `decision`: two administrators; `vote`: the quorum of the request named. */
        readonly basis: 'bootstrap' | 'decision' | 'vote';
        /** Short id of the request; left out where it was no vote. */
        readonly request?: string;
        readonly proposal: string | null;
        readonly persons: readonly string[];
      };
    }
  | {
      readonly type: 'policy.proposed';
      readonly data: {
        readonly proposal: string;
        readonly document: GovernedFile;
        readonly from: FileVersion;
        readonly to: FileVersion;
      };
    }
  | { readonly type: 'policy.put_to_vote'; readonly data: { readonly proposal: string; readonly request: string } }
  | { readonly type: 'policy.supported'; readonly data: { readonly proposal: string } }
  | {
      readonly type: 'policy.refused';
      /** Entries from before `ended` was recorded have none. */
      readonly data: { readonly proposal: string; readonly reason: string; readonly ended?: PolicyEnd };
    };

/** Fields that the log hides. */
export const POLICY_HIDDEN: Readonly<Record<PolicyEvent['type'], readonly string[]>> = {
  'policy.adopted': [],
  'policy.proposed': [],
  'policy.put_to_vote': [],
  'policy.supported': [],
  'policy.refused': ['reason'],
};

export const emptyPolicies: PolicyState = { inForce: new Map(), proposals: new Map(), adopted: new Set() };

type Stamp = { readonly at: Date; readonly actor: string };

/** State after one event. */
export function applyPolicy(state: PolicyState, event: PolicyEvent, { at, actor }: Stamp): PolicyState {
  const keep = (proposal: PolicyProposal) => new Map([...state.proposals, [proposal.id, proposal]]);
  if (event.type === 'policy.adopted') {
    const { document, to, proposal } = event.data;
    const inForce = new Map([...state.inForce, [document, { ...to, since: at.toISOString() }] as const]);
    const known = proposal === null ? undefined : state.proposals.get(proposal);
    const proposals = known === undefined ? state.proposals : keep({ ...known, status: 'accepted' });
    return { inForce, proposals, adopted: new Set([...state.adopted, to.sha256]) };
  }
  if (event.type === 'policy.proposed') {
    const { proposal: id, ...what } = event.data;
    const fresh = {
      by: actor,
      at: at.toISOString(),
      supporters: actor === 'service' ? [] : [actor],
      vote: null,
      status: 'open',
    } as const;
    return { ...state, proposals: keep({ id, ...what, ...fresh }) };
  }
  const known = state.proposals.get(event.data.proposal);
  if (known === undefined) return state;
  if (event.type === 'policy.put_to_vote') return { ...state, proposals: keep({ ...known, vote: event.data.request }) };
  if (event.type === 'policy.refused') {
    const { ended } = event.data;
    return { ...state, proposals: keep({ ...known, status: 'refused', ...(ended === undefined ? {} : { ended }) }) };
  }
  return { ...state, proposals: keep({ ...known, supporters: [...known.supporters, actor] }) };
}

export type PolicyCommand =
  /** The first version of a document: in force at once, once. */
  | { readonly type: 'begin'; readonly document: GovernedFile; readonly to: FileVersion }
  | { readonly type: 'propose'; readonly proposal: string; readonly document: GovernedFile; readonly to: FileVersion }
  | { readonly type: 'put_to_vote'; readonly proposal: string; readonly request: string }
  /** The consequence of an approved request: who filled its quorum, and what it was a change of. */
  | {
      readonly type: 'adopt';
      readonly proposal: string;
      readonly request: string;
      /** Hex sha256 of what was voted on. */
      readonly fromHash: string;
      readonly toHash: string;
      readonly persons: readonly string[];
    }
  | { readonly type: 'support'; readonly proposal: string }
  | { readonly type: 'refuse'; readonly proposal: string; readonly reason: string; readonly ended: PolicyEnd };

export type PolicyRefusal =
  | 'already_supported'
  | 'by_vote'
  | 'invalid'
  | 'not_admin'
  | 'not_open'
  | 'nothing_changed'
  | 'own_appointment'
  | 'stale'
  | 'unknown'
  | 'waits_already';

export type PolicyDecision =
  | { readonly ok: true; readonly events: readonly PolicyEvent[]; readonly state: PolicyState }
  | { readonly ok: false; readonly reason: PolicyRefusal };

const no = (reason: PolicyRefusal): PolicyDecision => ({ ok: false, reason });

/** Decides one command; `by` is a person, or `service` for a file found at the start. */
export function decidePolicy(
  state: PolicyState,
  command: PolicyCommand,
  by: string,
  admins: ReadonlySet<string>,
  now: Date,
): PolicyDecision {
  const done = (events: readonly PolicyEvent[]): PolicyDecision => ({
    ok: true,
    events,
    state: events.reduce((s, event) => applyPolicy(s, event, { at: now, actor: by }), state),
  });
  if (command.type === 'begin') {
    const { document, to } = command;
    if (by !== 'service' || state.inForce.has(document)) return no('nothing_changed');
    const data = { document, to, from: null, basis: 'bootstrap', proposal: null, persons: [] } as const;
    return done([{ type: 'policy.adopted', data }]);
  }
  if (command.type === 'propose') {
    const { proposal, document, to } = command;
    const current = state.inForce.get(document);
    if (by !== 'service' && !admins.has(by)) return no('not_admin');
    if (current === undefined || state.proposals.has(proposal)) return no('invalid');
    if (current.sha256 === to.sha256) return no('nothing_changed');
    if (openOf(state, document, to.sha256) !== undefined) return no('waits_already');
    const { sha256, version } = current;
    return done([{ type: 'policy.proposed', data: { proposal, document, from: { sha256, version }, to } }]);
  }
  const open = state.proposals.get(command.proposal);
  if (open === undefined) return no('unknown');
  if (open.status !== 'open') return no('not_open');
  if (command.type === 'put_to_vote') {
    if (by !== 'service' || !isVoted(open.document)) return no('invalid');
    const { proposal, request } = command;
    return open.vote === null
      ? done([{ type: 'policy.put_to_vote', data: { proposal, request } }])
      : no('nothing_changed');
  }
  if (command.type === 'adopt') return by === 'service' ? adopt(state, open, command, done) : no('by_vote');
  if (command.type === 'refuse') {
    const { proposal, reason, ended } = command;
    // Nobody takes alone from the committee what it is deciding.
    if (open.vote !== null && by !== 'service') return no('by_vote');
    if (by !== open.by && !admins.has(by)) return no('not_admin');
    return reason.length > 1_000
      ? no('invalid')
      : done([{ type: 'policy.refused', data: { proposal, reason, ended } }]);
  }
  return support(state, open, by, admins, done);
}

/** The proposal of a version that waits; undefined where none does. */
export function openOf(state: PolicyState, document: GovernedFile, sha256: string): PolicyProposal | undefined {
  return [...state.proposals.values()].find(
    (one) => one.status === 'open' && one.document === document && one.to.sha256 === sha256,
  );
}

/** The last proposal of a version where it ended with a no: it is proposed again only by somebody who asks for it. */
export function saidNoTo(state: PolicyState, document: GovernedFile, sha256: string): PolicyProposal | null {
  const last = [...state.proposals.values()].findLast((one) => one.document === document && one.to.sha256 === sha256);
  return last?.ended !== undefined && SAID_NO.has(last.ended) ? last : null;
}

const SAID_NO: ReadonlySet<PolicyEnd> = new Set(['rejected', 'withdrawn', 'declined']);

/** Whether a document changes by the committee's vote, not by administrators. */
function isVoted(document: GovernedFile): boolean {
  return document === 'approval-policy';
}

/** Two persons at the least, and only in place of what the vote was about. */
function adopt(
  state: PolicyState,
  open: PolicyProposal,
  { request, fromHash, toHash, persons }: Extract<PolicyCommand, { type: 'adopt' }>,
  done: (events: readonly PolicyEvent[]) => PolicyDecision,
): PolicyDecision {
  const current = state.inForce.get(open.document);
  if (!isVoted(open.document) || open.to.sha256 !== toHash || new Set(persons).size < 2) return no('invalid');
  if (current === undefined || current.sha256 !== fromHash) return no('stale');
  const from = { sha256: current.sha256, version: current.version };
  const { document, to, id: proposal } = open;
  return done([{ type: 'policy.adopted', data: { document, to, from, basis: 'vote', request, proposal, persons } }]);
}

function support(
  state: PolicyState,
  open: PolicyProposal,
  by: string,
  admins: ReadonlySet<string>,
  done: (events: readonly PolicyEvent[]) => PolicyDecision,
): PolicyDecision {
  if (isVoted(open.document)) return no('by_vote');
  const refusal = supportRefusal({ by, admins, appointees: [], supporters: open.supporters });
  if (refusal !== null) return no(refusal);
  const supported: PolicyEvent = { type: 'policy.supported', data: { proposal: open.id } };
  const persons = [...open.supporters, by].filter((person) => admins.has(person));
  if (!isSupported(persons, admins)) return done([supported]);
  const current = state.inForce.get(open.document);
  const from = current === undefined ? null : { sha256: current.sha256, version: current.version };
  const { document, to, id: proposal } = open;
  return done([
    supported,
    { type: 'policy.adopted', data: { document, to, from, basis: 'decision', proposal, persons } },
  ]);
}
