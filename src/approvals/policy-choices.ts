/**
 * The choices of an approval policy that its owners make without a file: periods, places of a quorum, whether a link
 * does. Applying them makes a whole new policy document, judged by the same parser as a file. Pure.
 */
import type { PolicyInForce } from './commands.ts';
import { unreachableQuorums } from './doctor.ts';
import type { FormKind } from './document.ts';
import { parsePolicy } from './policy.ts';
import type { Roster } from './types.ts';

export const CHOICE_KINDS = ['deployment', 'exception', 'use-case'] as const satisfies readonly FormKind[];
export const CHOICE_TIERS = ['minimal', 'limited', 'high'] as const;

/** Where the choices stand in the policy. */
export type ChoiceScope = { readonly kind: FormKind; readonly tier: (typeof CHOICE_TIERS)[number] };

export type Choice = {
  /** Path inside the tier, such as `deadline` or `quorum.0.count`. */
  readonly field: string;
  /** `durations`: several, separated by commas, or none. */
  readonly as: 'duration' | 'durations' | 'count' | 'yes-no';
  /** What stands there, as a person writes it. */
  readonly value: string;
  /** Of a place: who may fill it. Of a consultation or escalation: who is asked or told. */
  readonly roles: readonly string[];
};

/** A tier as the document writes it; the document was parsed before. */
type WrittenTier = {
  readonly quorum: (string | { readonly count?: unknown; readonly anyOf: readonly string[] })[];
  readonly consulted?: { readonly role: string; within: string }[];
  readonly escalation: { readonly to: string; beforeDeadline: string };
  minimumReview: string;
  deadline: string;
  validity: string;
  maximumDuration: string;
  reminders?: string[];
  capturedEvidence?: unknown;
};
type WrittenPolicy = {
  version: string;
  readonly kinds: Readonly<Record<string, { readonly tiers: Readonly<Record<string, WrittenTier>> } | undefined>>;
};

/** What can be chosen for a kind and tier, with what stands there; empty where the policy does not know the kind. */
export function choicesIn(data: unknown, scope: ChoiceScope): readonly Choice[] {
  const terms = tierIn(data as WrittenPolicy, scope);
  if (terms === undefined) return [];
  const duration = (field: string, value: string, roles: readonly string[] = []): Choice => {
    return { field, as: 'duration', value, roles };
  };
  return [
    duration('minimumReview', terms.minimumReview),
    duration('deadline', terms.deadline),
    { field: 'reminders', as: 'durations', value: (terms.reminders ?? []).join(', '), roles: [] },
    duration('escalation.beforeDeadline', terms.escalation.beforeDeadline, [terms.escalation.to]),
    ...(terms.consulted ?? []).map(({ role, within }, index) => duration(`consulted.${index}.within`, within, [role])),
    duration('validity', terms.validity),
    duration('maximumDuration', terms.maximumDuration),
    { field: 'capturedEvidence', as: 'yes-no', value: terms.capturedEvidence === true ? 'yes' : 'no', roles: [] },
    ...terms.quorum.map((slot, index): Choice => {
      const [count, roles] = typeof slot === 'string' ? [1, [slot]] : [slot.count ?? 1, slot.anyOf];
      return { field: `quorum.${index}.count`, as: 'count', value: String(count), roles };
    }),
  ];
}

/** `errors`: what is wrong, by the field of a choice. */
export type ChoicesResult =
  | { readonly ok: true; readonly data: unknown; readonly policy: PolicyInForce }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** The policy with the choices made, under a new version name. `given`: every choice by field; null where left empty. */
export function applyChoices(
  data: unknown,
  scope: ChoiceScope,
  given: Readonly<Record<string, string | null>>,
  version: string,
): ChoicesResult {
  const offered = choicesIn(data, scope);
  const changed = structuredClone(data) as WrittenPolicy;
  const terms = tierIn(changed, scope);
  const asked = offered.map((choice) => ({ choice, value: tidy(given[choice.field] ?? '') }));
  const differing = asked.filter(({ choice, value }) => value !== tidy(choice.value));
  if (terms === undefined || differing.length === 0)
    return { ok: false, errors: { [offered[0]?.field ?? 'deadline']: 'Nothing differs from what stands there.' } };
  for (const { choice, value } of differing) write(terms, choice.field, value);
  changed.version = version;
  const parsed = parsePolicy({ file: 'the changed policy', data: changed, locate: () => null });
  if (parsed.ok) return { ok: true, data: changed, policy: { hash: parsed.hash, policy: parsed.policy } };
  const errors: Record<string, string> = {};
  for (const { path, problem } of parsed.problems) {
    const { field, text } = onField(path, problem, scope, { offered, differing: differing[0]?.choice.field ?? '' });
    errors[field] ??= text;
  }
  return { ok: false, errors };
}

/**
 * Places that nobody could fill any more after the choices, by the field that asks for more; what nobody could fill
 * before is no fault of theirs.
 */
export function unreachableBy(
  before: PolicyInForce,
  after: PolicyInForce,
  scope: ChoiceScope,
  roster: Roster,
): Readonly<Record<string, string>> {
  const missingIn = ({ policy }: PolicyInForce): string =>
    unreachableQuorums(policy, roster)
      .filter(({ kind, tier }) => kind === scope.kind && tier === scope.tier)
      .flatMap(({ missing }) => missing)
      .join('; ');
  const missing = missingIn(after);
  if (missing === '' || missing === missingIn(before)) return {};
  const countsOf = ({ policy }: PolicyInForce) =>
    (policy.kinds[scope.kind]?.tiers[scope.tier].quorum ?? []).map(({ count }) => count);
  const old = countsOf(before);
  const raised = countsOf(after).findIndex((count, index) => count > (old[index] ?? 0));
  return { [`quorum.${Math.max(0, raised)}.count`]: `Nobody could fill it: ${missing}. Name holders first.` };
}

/** The next name after a version's, such as 1.1 after 1.0, that none of `taken` has. */
export function nextVersion(version: string, taken: readonly string[]): string {
  const [, stem = '', last = ''] = /^(.*?)(\d{1,9})$/.exec(version) ?? [null, `${version.slice(0, 18)}.`, '0'];
  let number = Number(last) + 1;
  while (taken.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

function tierIn({ kinds }: WrittenPolicy, { kind, tier }: ChoiceScope): WrittenTier | undefined {
  return kinds[kind]?.tiers[tier];
}

/** As people type it: "10  Days " is 10 days. */
function tidy(value: string): string {
  return value.trim().toLowerCase().replace(/\s+/g, ' ').replace(/ ?, ?/g, ', ');
}

/** Writes one choice. What is no value of its kind is written as it is, so that the parser says what belongs there. */
function write(terms: WrittenTier, field: string, value: string): void {
  const [first, at = '', last] = field.split('.');
  if (first === 'reminders') terms.reminders = value === '' ? [] : value.split(', ');
  else if (first === 'escalation') terms.escalation.beforeDeadline = value;
  else if (first === 'capturedEvidence') terms.capturedEvidence = value === 'yes' || (value === 'no' ? false : value);
  else if (first === 'consulted' && last === 'within') {
    const consulted = terms.consulted?.[Number(at)];
    if (consulted !== undefined) consulted.within = value;
  } else if (first === 'quorum') {
    const slot = terms.quorum[Number(at)];
    const count = /^\d{1,3}$/.test(value) ? Number(value) : value;
    if (slot !== undefined) terms.quorum[Number(at)] = { count, anyOf: typeof slot === 'string' ? [slot] : slot.anyOf };
  } else if (first === 'minimumReview' || first === 'deadline' || first === 'validity' || first === 'maximumDuration')
    terms[first] = value;
}

/** The field that a problem is shown on: of what stands elsewhere in the document, the first that differs. */
function onField(
  path: string,
  problem: string,
  { kind, tier }: ChoiceScope,
  { offered, differing }: { readonly offered: readonly Choice[]; readonly differing: string },
) {
  const under = `kinds.${kind}.tiers.${tier}.`;
  const inside = path.startsWith(under) ? path.slice(under.length) : null;
  const fields = offered.map(({ field }) => field);
  const field =
    inside === null
      ? undefined
      : (fields.find((one) => inside === one || inside.startsWith(`${one}.`)) ??
        fields.find((one) => one.startsWith(`${inside}.`)));
  if (field !== undefined) return { field, text: `Expected: ${problem}.` };
  return { field: differing, text: `It does not go with ${path} of the policy. Expected there: ${problem}.` };
}
