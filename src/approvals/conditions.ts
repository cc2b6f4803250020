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

/** What makes two proposals one condition: the same words, phase, owner and confirming role, or the same measure. */
function identity({ text, phase, owner, confirmRole, limit }: ConditionProposal): string {
  if (limit) return JSON.stringify(['limit', limit.what, limit.is, phase, owner, confirmRole]);
  return JSON.stringify(['text', plainWords(text), phase, owner, confirmRole]);
}

/** The stricter of two limits of the same kind on the same measure. */
function stricter(a: Limit, b: Limit): Limit {
  if (a.is === 'at_most' && b.is === 'at_most') return a.value <= b.value ? a : b;
  if (a.is === 'at_least' && b.is === 'at_least') return a.value >= b.value ? a : b;
  if (a.is === 'only' && b.is === 'only') return { ...a, values: a.values.filter((value) => b.values.includes(value)) };
  if (a.is === 'not' && b.is === 'not') return { ...a, values: [...new Set([...a.values, ...b.values])] };
  return a;
}

/** Unites the conditions of all standing votes: the earlier date, the stricter limit, everybody who asked for it. */
export function uniteConditions(state: SubmittedState): readonly Condition[] {
  const united = new Map<string, Condition>();
  for (const { by, proposal } of asked(state)) {
    const key = identity(proposal);
    const known = united.get(key);
    if (!known) {
      united.set(key, { ...proposal, id: `c${united.size + 1}`, source: 'vote', askedBy: [by] });
      continue;
    }
    const limit = known.limit && proposal.limit ? stricter(known.limit, proposal.limit) : known.limit;
    const stricterWords = limit !== known.limit && limit === proposal.limit ? proposal.text : known.text;
    const dueAt = msOf(proposal.dueAt) < msOf(known.dueAt) ? proposal.dueAt : known.dueAt;
    united.set(key, { ...known, text: stricterWords, dueAt, limit, askedBy: [...new Set([...known.askedBy, by])] });
  }
  return [...united.values()];
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
