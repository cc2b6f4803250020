/** Outside standards and references a question names. */
import type { Library } from '#src/knowledge/library.ts';

/** How people name the standards that mappings and guardrails cite; each test is on lower-case text. */
const NAMES: readonly { readonly asked: RegExp; readonly matches: RegExp; readonly family?: true }[] = [
  { asked: /(?<!\d)42001\b|\baims\b/, matches: /42001/ },
  { asked: /(?<!\d)27001\b|\bannex a\b/, matches: /27001/ },
  { asked: /(?<!\d)27701\b|\bpims\b/, matches: /27701/ },
  {
    asked:
      /\b(?:eu[- ]?)?ai[- ]act\b|\beu act\b|\beuropean (?:ai|law|act)\b|\beu (?:law|regulation)\b|\bai regulation\b/,
    matches: /ai act/i,
  },
  { asked: /\b600-1\b|\bai 600\b|\bai600\b/, matches: /600-1/ },
  { asked: /\bai rmf\b|\brmf\b/, matches: /rmf|600-1/i },
  { asked: /\bnist\b/, matches: /nist/i, family: true },
  { asked: /\baic4\b|\bai c4\b|\bc4\b/, matches: /c4/i },
  { asked: /\bc5\b/, matches: /c5/i },
  { asked: /\bbsi\b|\bgerman\b/, matches: /bsi|c4|c5/i, family: true },
  { asked: /\biso\b(?!(?:\/iec)? ?\d{4,5})/, matches: /iso/i, family: true },
];

/** Laws and standards of the trade beyond those that the mappings cite. */
const ELSEWHERE =
  /\b(?:hipaa|soc ?[123]|pci(?:[ -]?dss)?|cobit|nis ?2|dora|tisax|fedramp|hitrust|cmmc|gdpr|ccpa|sox|itil|glba|ccm|csf|mitre|owasp|cis (?:controls|benchmarks?)|iso(?:\/iec)? ?(?!42001|27001)\d{4,5}|800-\d{2,3})\b/g;

/** Standards a question names that no mapping of an item is into. */
export function standardsElsewhere(lower: string, mapped: readonly string[]): readonly string[] {
  const found = [...new Set([...lower.matchAll(ELSEWHERE)].map(([name]) => name))];
  return found.filter((name) => !mapped.some((standard) => standard.toLowerCase().includes(name)));
}

/** A printed name of each standard that belongs to a family. */
const MEMBER_NAMES: ReadonlyMap<RegExp, string> = new Map(
  NAMES.map(({ matches }): readonly [RegExp, string] => {
    const source = matches.source;
    if (/42001|27001|27701/.test(source)) return [matches, 'ISO'];
    if (/rmf|600-1/.test(source)) return [matches, 'NIST'];
    return [matches, /c4|c5/.test(source) ? 'BSI' : ''];
  }),
);

/** References as printed in mappings: `B.6.2.5`, `A.8.32`, `GV-1.1-001`, `PC-02`, `MEASURE 2.9`, `Article 15`. */
const REFERENCE =
  /\b(?:[abcd]\.\d{1,2}(?:\.\d{1,2}){0,2}|[abcd]\.\d{1,2}|gv-\d\.\d-\d{3}|(?:pc|ois|dev|pss|bc|dq|ex|rb|sr)-\d{2}|(?:measure|manage|map|govern) \d\.\d{1,2}|art(?:icle|\.)? ?\d{1,2}(?: ?\(\d\))?|annex xi|800-\d{2,3}|sp 800-\d{2,3}|100-2|a07:2021|llm ?0?4)\b/g;

/**
 * The standards a question names, as a test on a standard's printed name; null when it names none. A family ("ISO") is
 * meant as a whole only when none of its members is named.
 */
export function standardAsked(lower: string): RegExp | null {
  const named = NAMES.filter(({ asked }) => asked.test(lower));
  const members = named.filter(({ family }) => family !== true);
  const families = named.filter(
    ({ family, matches }) =>
      family === true && !members.some((member) => matches.test(MEMBER_NAMES.get(member.matches) ?? '')),
  );
  const all = [...members, ...families];
  if (all.length < 2) return all[0]?.matches ?? null;
  return new RegExp(all.map(({ matches }) => matches.source).join('|'), 'i');
}

/** Clauses of ISO/IEC 42001 are bare numbers: they are references where the standard stands beside them. */
const NUMBERED =
  /\b42001(?::\d{4})?[\s,]*(?:clause|section|§)?\s*(\d{1,2}\.\d(?:\.\d)?)\b|\b(?:clause|section)?\s*(\d{1,2}\.\d(?:\.\d)?) (?:of|in|from) (?:iso(?:\/iec)? )?42001\b/g;

/** References a question names, normalised for comparison. */
export function referencesAsked(lower: string): readonly string[] {
  const numbered = [...lower.matchAll(NUMBERED)].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set([...[...lower.matchAll(REFERENCE)].map((match) => referenceKey(match[0])), ...numbered])];
}

/** Items one of whose guardrails holds all the words; `words` in lower case. */
export function itemsGuardedBy(library: Library, words: readonly string[]): readonly string[] {
  const holds = (guardrail: string): boolean => {
    const own = guardrail.toLowerCase().match(/[a-z0-9]+(?:-[0-9]+)?/g) ?? [];
    return words.every((word) => own.some((one) => one === word || one === `${word}s` || `${one}s` === word));
  };
  return [...library.items.values()].filter((item) => item.guardrails.some(holds)).map((item) => item.id);
}

/** A text without the references it names. */
export function withoutReferences(lower: string): string {
  return lower.replace(NUMBERED, ' ').replace(REFERENCE, ' ');
}

/** `Art. 15` and `article 15` are the same reference; `800-53` is found inside `NIST SP 800-53`. */
function referenceKey(reference: string): string {
  return reference
    .toLowerCase()
    .replace(/\bart(?:icle|\.)? ?(?=\d)/, 'article ')
    .replace(/\b(?:nist|sp|iso|iec|owasp)\b/g, ' ')
    .replace(/llm ?0?4/, 'llm 04')
    .replace(/ ?\(/, ' (')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Items that cite a reference in a mapping or a guardrail. */
export function itemsCiting(library: Library, reference: string): readonly string[] {
  const found: string[] = [];
  for (const item of library.items.values()) {
    const refs = [...item.mappings.flatMap((mapping) => mapping.refs), ...item.guardrails];
    if (refs.some((printed) => citesReference(printed, reference))) found.push(item.id);
  }
  return found;
}

/** Does a printed reference (or guardrail) name the reference asked for? */
export function citesReference(printed: string, reference: string): boolean {
  const key = referenceKey(printed);
  if (key === reference) return true;
  if (/^\d{3}-\d/.test(reference)) return new RegExp(`\\b${reference}\\b`).test(key);
  if (/^(?:article|annex|llm|a07)/.test(reference)) {
    const at = key.indexOf(reference);
    return at >= 0 && !/\d/.test(key[at + reference.length] ?? '');
  }
  return false;
}
