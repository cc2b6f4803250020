/**
 * The choices of an approval policy that its owners make without a file: periods, places of a quorum and who fills
 * them, the evidence, whether a link does, who stops at once. Applying them makes a whole new policy document, judged by the same parser as a file. Pure.
 */
import { canonicalJson } from './canonical.ts';
import type { PolicyInForce } from './commands.ts';
import { missingPlaces } from './doctor.ts';
import type { FormKind } from './document.ts';
import { parsePolicy } from './policy.ts';
import type { Roster } from './types.ts';

export const CHOICE_KINDS = ['deployment', 'exception', 'use-case'] as const satisfies readonly FormKind[];
export const CHOICE_TIERS = ['minimal', 'limited', 'high'] as const;

/** Where the choices stand in the policy. */
export type ChoiceScope = { readonly kind: FormKind; readonly tier: (typeof CHOICE_TIERS)[number] };

export type Choice = {
  /** Path inside the tier, such as `deadline` or `quorum.0.count`; of `suspend` and `breakGlass`, inside the kind. */
  readonly field: string;
  /** `durations`: several, separated by commas, or none. `roles`, `evidence`: names, one a line, or none. */
  readonly as: 'duration' | 'durations' | 'count' | 'yes-no' | 'roles' | 'evidence';
  /** What stands there, as a person writes it. */
  readonly value: string;
  /** Of a place: who may fill it. Of a consultation or escalation: who is asked or told. */
  readonly roles: readonly string[];
};

type WrittenSlot = string | { readonly count?: unknown; readonly anyOf: readonly string[] };
/** A tier as the document writes it; the document was parsed before. */
type WrittenTier = {
  quorum: readonly WrittenSlot[];
  envelopeQuorum?: readonly WrittenSlot[];
  evidence: readonly (string | { readonly kind: string })[];
  readonly consulted?: { readonly role: string; within: string }[];
  readonly escalation: { readonly to: string; beforeDeadline: string };
  minimumReview: string;
  deadline: string;
  validity: string;
  maximumDuration: string;
  reminders?: string[];
  capturedEvidence?: unknown;
};
type WrittenKind = {
  suspend: readonly string[];
  readonly breakGlass?: { roles: readonly string[] };
  readonly tiers: Readonly<Record<string, WrittenTier>>;
};
type WrittenPolicy = { version: string; readonly kinds: Readonly<Record<string, WrittenKind | undefined>> };
const QUORUMS = ['quorum', 'envelopeQuorum'] as const;

/** What can be chosen for a kind and tier, with what stands there; empty where the policy does not know the kind. */
export function choicesIn(data: unknown, scope: ChoiceScope): readonly Choice[] {
  const kind = (data as WrittenPolicy).kinds[scope.kind];
  const terms = kind?.tiers[scope.tier];
  if (kind === undefined || terms === undefined) return [];
  const list = (field: string, as: 'roles' | 'evidence', names: readonly string[]): Choice => {
    return { field, as, value: names.join('\n'), roles: [] };
  };
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
    list('evidence', 'evidence', kindsOf(terms)),
    { field: 'capturedEvidence', as: 'yes-no', value: terms.capturedEvidence === true ? 'yes' : 'no', roles: [] },
    ...QUORUMS.filter((name) => name === 'quorum' || scope.kind === 'deployment').flatMap((name) =>
      // One more than there are, for another place.
      [...(terms[name] ?? []), { anyOf: [] }].flatMap((slot, index): Choice[] => {
        const { count, anyOf } = placeOf(slot);
        const about = { field: `${name}.${index}.count`, as: 'count', value: String(count), roles: anyOf } as const;
        return [about, list(`${name}.${index}.roles`, 'roles', anyOf)];
      }),
    ),
    list('suspend', 'roles', kind.suspend),
    // Only a deployment can come before its decision.
    ...(scope.kind !== 'deployment' || kind.breakGlass === undefined
      ? []
      : [list('breakGlass.roles', 'roles', kind.breakGlass.roles)]),
  ];
}

function placeOf(slot: WrittenSlot): { readonly count: unknown; readonly anyOf: readonly string[] } {
  return typeof slot === 'string' ? { count: 1, anyOf: [slot] } : { count: slot.count ?? 1, anyOf: slot.anyOf };
}

const kindsOf = ({ evidence }: WrittenTier): readonly string[] => [
  ...new Set(evidence.map((piece) => (typeof piece === 'string' ? piece : piece.kind))),
];

/** The names of a list, each once. */
export function namesIn(value: string): readonly string[] {
  return [...new Set(value.split('\n').filter((name) => name !== ''))];
}

/** A list as chosen, in the order in which it stood: a form gives names in the order of the clicks. */
function chosen(value: string, before: readonly string[]): readonly string[] {
  const names = namesIn(value);
  return [...before.filter((name) => names.includes(name)), ...names.filter((name) => !before.includes(name))];
}

function isSame({ as, value: before }: Choice, value: string): boolean {
  if (as !== 'roles' && as !== 'evidence') return tidy(value) === tidy(before);
  return namesIn(value).toSorted().join('\n') === namesIn(before).toSorted().join('\n');
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
  const kind = changed.kinds[scope.kind];
  const terms = kind?.tiers[scope.tier];
  const asked = offered.map((choice) => ({ choice, value: given[choice.field] ?? '' }));
  const differing = asked.filter(({ choice, value }) => !isSame(choice, value));
  const nothing = { [offered[0]?.field ?? 'deadline']: 'Nothing differs from what stands there.' };
  if (kind === undefined || terms === undefined) return { ok: false, errors: nothing };
  for (const { choice, value } of differing) write(kind, terms, choice.field, value);
  for (const name of QUORUMS)
    if (differing.some(({ choice }) => choice.field.startsWith(`${name}.`)))
      writePlaces(terms, name, (field) => asked.find(({ choice }) => choice.field === field)?.value ?? '');
  if (canonicalJson(changed) === canonicalJson(data)) return { ok: false, errors: nothing };
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
  const errors: Record<string, string> = {};
  for (const name of QUORUMS) {
    const [old, now] = [before, after].map(({ policy }) => policy.kinds[scope.kind]?.tiers[scope.tier][name] ?? []);
    if (old === undefined || now === undefined) continue;
    const missing = missingPlaces(now, roster).join('; ');
    if (missing === '' || missing === missingPlaces(old, roster).join('; ')) continue;
    const isOther = (index: number) => now[index]?.anyOf.join('\n') !== old[index]?.anyOf.join('\n');
    const raised = now.findIndex(({ count }, index) => isOther(index) || count > (old[index]?.count ?? 0));
    const at = Math.max(0, raised);
    errors[`${name}.${at}.${isOther(at) ? 'roles' : 'count'}`] =
      `Nobody could fill it: ${missing}. Name holders first.`;
  }
  return errors;
}

/** The next name after a version's, such as 1.1 after 1.0, that none of `taken` has. */
export function nextVersion(version: string, taken: readonly string[]): string {
  const [, stem = '', last = ''] = /^(.*?)(\d{1,9})$/.exec(version) ?? [null, `${version.slice(0, 18)}.`, '0'];
  let number = Number(last) + 1;
  while (taken.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** As people type it: "10  Days " is 10 days. */
function tidy(value: string): string {
  return value.trim().toLowerCase().replace(/\s+/g, ' ').replace(/ ?, ?/g, ', ');
}

/** Writes one choice. What is no value of its kind is written as it is, so that the parser says what belongs there. */
function write(kind: WrittenKind, terms: WrittenTier, field: string, value: string): void {
  const [first, at = '', last] = field.split('.');
  const text = tidy(value);
  if (first === 'reminders') terms.reminders = text === '' ? [] : text.split(', ');
  else if (first === 'escalation') terms.escalation.beforeDeadline = text;
  else if (first === 'capturedEvidence') terms.capturedEvidence = text === 'yes' || (text === 'no' ? false : text);
  else if (first === 'evidence') {
    const kinds = chosen(value, kindsOf(terms));
    const kept = terms.evidence.filter((piece) => kinds.includes(typeof piece === 'string' ? piece : piece.kind));
    terms.evidence = [...kept, ...kinds.filter((name) => !kindsOf(terms).includes(name))];
  } else if (first === 'suspend') kind.suspend = chosen(value, kind.suspend);
  else if (first === 'breakGlass' && kind.breakGlass !== undefined)
    kind.breakGlass.roles = chosen(value, kind.breakGlass.roles);
  else if (first === 'consulted' && last === 'within') {
    const consulted = terms.consulted?.[Number(at)];
    if (consulted !== undefined) consulted.within = text;
  } else if (first === 'minimumReview' || first === 'deadline' || first === 'validity' || first === 'maximumDuration')
    terms[first] = text;
}

/** Writes the places of a quorum: one that nobody may fill is gone, and what was not chosen otherwise stays as written. */
function writePlaces(terms: WrittenTier, name: (typeof QUORUMS)[number], answered: (field: string) => string): void {
  const places = [...(terms[name] ?? []), { anyOf: [] }].flatMap((slot, index): WrittenSlot[] => {
    const before = placeOf(slot);
    const anyOf = chosen(answered(`${name}.${index}.roles`), before.anyOf);
    const text = tidy(answered(`${name}.${index}.count`));
    const count = /^\d{1,3}$/.test(text) ? Number(text) : text;
    if (anyOf.length === 0) return [];
    return count === before.count && anyOf.join('\n') === before.anyOf.join('\n') ? [slot] : [{ count, anyOf }];
  });
  // Without places of its own an envelope is decided by the full quorum; a quorum without any is refused.
  if (name === 'envelopeQuorum' && places.length === 0) delete terms.envelopeQuorum;
  else terms[name] = places;
}

/** The field that a problem is shown on: of what stands elsewhere in the document, the first that differs. */
function onField(
  path: string,
  problem: string,
  { kind, tier }: ChoiceScope,
  { offered, differing }: { readonly offered: readonly Choice[]; readonly differing: string },
) {
  const under = [`kinds.${kind}.tiers.${tier}.`, `kinds.${kind}.`].find((start) => path.startsWith(start));
  const inside = under === undefined ? null : path.slice(under.length).replace(/\.anyOf\b.*/, '.roles');
  const fields = offered.map(({ field }) => field);
  const field =
    inside === null
      ? undefined
      : (fields.find((one) => inside === one || inside.startsWith(`${one}.`)) ??
        fields.find((one) => one.startsWith(`${inside}.`)));
  if (field !== undefined) return { field, text: `Expected: ${problem}.` };
  return { field: differing, text: `It does not go with ${path} of the policy. Expected there: ${problem}.` };
}
