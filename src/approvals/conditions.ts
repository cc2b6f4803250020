/** Conditions of several votes: united where they agree, and told apart where they cannot all hold. */
import { msOf } from './duration.ts';
import { plainWords } from './text-limits.ts';
import type { Condition, ConditionProposal, Limit, Person, SubmittedState } from './types.ts';

/** Most conditions that one approval carries; bounds the event of the decision. */
export const CONDITIONS_MAX = 12;

type Asked = { readonly by: Person; readonly proposal: ConditionProposal };

function asked(state: SubmittedState): readonly Asked[] {
  return state.votes
    .filter((vote) => vote.choice === 'approve_with_conditions')
    .flatMap((vote) => vote.conditions.map((proposal) => ({ by: vote.by, proposal })));
}

/** Whether keeping limit `a` keeps limit `b` of the same measure as well. */
function implies(a: Limit, b: Limit): boolean {
  if (a.is === 'at_most' && b.is === 'at_most') return a.value <= b.value;
  if (a.is === 'at_least' && b.is === 'at_least') return a.value >= b.value;
  if (a.is === 'only' && b.is === 'only') return a.values.every((value) => b.values.includes(value));
  if (a.is === 'not' && b.is === 'not') return b.values.every((value) => a.values.includes(value));
  return false;
}

/**
 * The one of two conditions that keeps both: the same words, or the stricter limit of one measure. Null where neither
 * does, or where phase, owner or confirming role differ.
 */
function stricter(known: ConditionProposal, other: ConditionProposal): ConditionProposal | null {
  const { phase, owner, confirmRole, limit, text } = known;
  if (phase !== other.phase || owner !== other.owner || confirmRole !== other.confirmRole) return null;
  if (limit === null || other.limit === null)
    return limit === other.limit && plainWords(text) === plainWords(other.text) ? known : null;
  if (limit.what !== other.limit.what) return null;
  if (implies(limit, other.limit)) return known;
  return implies(other.limit, limit) ? other : null;
}

/**
 * Unites the conditions of all standing votes: the earlier date, the stricter limit with its words, everybody who asked
 * for it. Where neither keeps the other both stay, so that no voter's words are lost.
 */
export function uniteConditions(state: SubmittedState): readonly Condition[] {
  const united: Condition[] = [];
  for (const { by, proposal } of asked(state)) {
    const at = united.findIndex((one) => stricter(one, proposal) !== null);
    const known = united[at];
    if (known === undefined) {
      united.push({ ...proposal, id: `c${united.length + 1}`, source: 'vote', askedBy: [by] });
      continue;
    }
    const dueAt = msOf(proposal.dueAt) < msOf(known.dueAt) ? proposal.dueAt : known.dueAt;
    const askedBy = [...new Set([...known.askedBy, by])];
    united[at] = { ...known, ...stricter(known, proposal), dueAt, askedBy };
  }
  return united;
}

/** Two voters whose limits cannot both hold, and on what. */
export type Contradiction = { readonly a: Person; readonly b: Person; readonly what: string };

function contradicts(a: Limit, b: Limit): boolean {
  if (a.what !== b.what) return false;
  if (a.is === 'at_most' && b.is === 'at_least') return b.value > a.value;
  if (a.is === 'at_least' && b.is === 'at_most') return a.value > b.value;
  if (a.is === 'only' && b.is === 'only') return !a.values.some((value) => b.values.includes(value));
  if (a.is === 'only' && b.is === 'not') return a.values.every((value) => b.values.includes(value));
  if (a.is === 'not' && b.is === 'only') return contradicts(b, a);
  return false;
}

/** Every pair of asked-for limits that exclude each other. */
export function contradictionsOf(state: SubmittedState): readonly Contradiction[] {
  const limits = asked(state).flatMap(({ by, proposal }) => (proposal.limit ? [{ by, limit: proposal.limit }] : []));
  return limits.flatMap(({ by: a, limit }, index) =>
    limits
      .slice(index + 1)
      .filter((other) => contradicts(limit, other.limit))
      .map((other) => ({ a, b: other.by, what: limit.what })),
  );
}

/** The compensating controls of an exception as conditions of its approval, numbered after `after` others. */
export function controlConditions(state: SubmittedState, after: number): readonly Condition[] {
  if (state.document.kind !== 'exception') return [];
  return state.document.compensatingControls.map(({ text, owner, dueAt }, index) => ({
    id: `c${after + index + 1}`,
    text,
    owner,
    dueAt,
    phase: 'after_deployment',
    evidenceWanted: 'Evidence that the compensating control works',
    confirmRole: state.terms.controlRole,
    limit: null,
    source: 'compensating_control',
    askedBy: [],
  }));
}
