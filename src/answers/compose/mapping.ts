/** Standards and references, both ways. */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import type { Frame } from '../understand/frame.ts';
import { citesReference, itemsCiting, itemsGuardedBy, standardsElsewhere } from '../understand/standards.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft } from './context.ts';
import { draft, mayRead } from './context.ts';
import { joinWords, sentence, titleInSentence } from './phrases.ts';

/** A control's references into the standards asked for (all of them when none is named). */
export function mappingAnswer(context: Context, item: LibraryItem): Draft {
  const { frame } = context;
  const name = item.id.replace(/^AICM-/, '');
  const wanted = frame.standard;
  const citing = item.mappings.filter(({ refs }) =>
    refs.some((ref) => frame.references.some((reference) => citesReference(ref, reference))),
  );
  const named =
    wanted === null && citing.length > 0
      ? citing
      : item.mappings.filter((mapping) => wanted === null || wanted.test(mapping.standard));
  // The column of NIST is printed under either of its two documents.
  const nist = wanted !== null && /600-1|rmf/.test(wanted.source);
  const shown = named.length > 0 || !nist ? named : item.mappings.filter(({ standard }) => /nist/i.test(standard));
  const mapped = item.mappings.map((mapping) => mapping.standard);
  const elsewhere = standardsElsewhere(frame.lower, mapped);
  // "nist csf" names a family of which another member is mapped.
  const unspecific = wanted === null || wanted.source === 'nist';
  if (shown.length === 0 || (elsewhere.length > 0 && unspecific)) {
    const names = elsewhere.map((standard) => standard.toUpperCase());
    const which = names.length > 0 ? joinWords(names, 'or') : 'that standard';
    const text = `${name} has no mapping to ${which} in the library; it maps to ${joinWords(mapped) || 'none'}.`;
    return abstain(context, 'empty_at_source', [item], text);
  }
  const asksGap = /\bgaps?\b|\bmissing\b|\black\w*|\baddend\w+|\bnot cover\w*/.test(frame.lower);
  const asksCount = /\bhow many\b|\bnumber of\b/.test(frame.lower);
  const parts = shown.map((mapping) => {
    const refs = mapping.refs.map((ref) => {
      const note = mapping.notes?.[ref];
      return note === undefined || shown.length > 1 ? ref : `${ref} (${note})`;
    });
    const count = asksCount
      ? ` (${mapping.refs.length} ${mapping.refs.length === 1 ? 'reference' : 'references'})`
      : '';
    const said = [sentence(`${name} maps to ${mapping.standard}${count}: ${refs.join(', ') || 'no reference'}`)];
    if (asksGap || shown.length === 1) {
      if (mapping.gap !== null && mapping.gap !== undefined) said.push(`Gap: ${sentence(mapping.gap)}`);
      if (asksGap && mapping.addendum !== null && mapping.addendum !== undefined)
        said.push(`Addendum: ${sentence(mapping.addendum)}`);
      if (asksGap && !mapping.gap && !mapping.addendum) said.push('No addendum or gap is given.');
    }
    return said.join(' ');
  });
  const quote = shown.map((mapping) => `${mapping.standard}: ${mapping.refs.join(', ') || 'no reference'}.`).join(' ');
  return draft({ answer: parts.join(' '), sources: [{ id: item.id, quote }], related: item.related.slice(0, 3) });
}

/** The references into one standard that several controls share, then what each of them maps to. */
export function overlapAnswer(context: Context, controls: readonly LibraryItem[]): Draft | null {
  const { standard } = context.frame;
  if (standard === null) return null;
  const columns = controls.map((item) => item.mappings.filter((mapping) => standard.test(mapping.standard)));
  const name = columns[0]?.[0]?.standard;
  if (name === undefined || columns.some((column) => column.length === 0)) return null;
  const [first = [], ...others] = columns.map((column) => column.flatMap((mapping) => mapping.refs));
  const shared = first.filter((ref) => others.every((refs) => refs.includes(ref)));
  const names = joinWords(controls.map((item) => item.id.replace(/^AICM-/, '')));
  const verdict =
    shared.length === 0
      ? `None of the ${name} references is shared by ${names}.`
      : sentence(`${names} share these ${name} references: ${shared.join(', ')}`);
  const each = controls.map((item) => mappingAnswer(context, item));
  return draft({
    answer: [verdict, ...each.map((one) => one.answer)].join(' '),
    sources: each.flatMap((one) => one.sources),
  });
}

/** The guardrails of a section. */
export function guardrailAnswer(item: LibraryItem): Draft {
  const list = item.guardrails;
  const text = `The ${list.length === 1 ? 'guardrail' : 'guardrails'} for ${titleInSentence(item.title)} ${list.length === 1 ? 'is' : 'are'} ${joinWords(list)}`;
  const extra = item.statements
    .filter((statement) => statement.aspect === 'guardrails')
    .map((statement) => sentence(statement.text));
  const quote = `Guardrails: ${list.join(', ')}.`;
  return draft({
    answer: [sentence(text), ...extra.slice(0, 2)].join(' '),
    sources: [{ id: item.id, quote }],
    related: item.related.slice(0, 3),
  });
}

/** Which items cite a reference or a standard; null when the question is not of this kind. */
export function citingAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  if (frame.references.length === 0) return null;
  const found = frame.references.map((reference) => ({ reference, ids: itemsCiting(library, reference) }));
  const ids = [...new Set(found.flatMap((entry) => entry.ids))].filter((id) => {
    const item = library.items.get(id);
    return item !== undefined && mayRead(context.audience, item);
  });
  if (ids.length === 0) {
    return abstain(
      context,
      'not_in_documents',
      [],
      `No item in the library maps to ${joinWords(frame.references.map((reference) => reference.toUpperCase()))}.`,
    );
  }
  const sources = ids.slice(0, 8).map((id) => {
    const item = library.items.get(id);
    const printed = printedRefs(item, frame);
    return { id, quote: printed };
  });
  const named = ids.map((id) => `${id} ${titleInSentence(library.items.get(id)?.title ?? '')}`);
  const refs = joinWords(
    frame.references.map((reference) =>
      /^\d/.test(reference) ? `NIST ${reference}` : reference.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
    ),
  );
  return draft({
    answer: sentence(`${refs} ${frame.references.length > 1 ? 'are' : 'is'} cited by ${named.join('; ')}`),
    sources,
    items: ids,
  });
}

/** Capitals that name what the documents are about, not a standard. */
const SUBJECTS = new Set(['AI', 'ML', 'LLM', 'OS', 'API', 'APIs', 'IT']);

/** Names of standards as guardrails print them: "SSDF", "800-53", "STIGs"; in lower case. */
function printedNames(library: Library): ReadonlySet<string> {
  const names = new Set<string>();
  for (const item of library.items.values())
    for (const guardrail of item.guardrails)
      for (const [word] of guardrail.matchAll(/[A-Za-z0-9]+(?:-[0-9]+)?/g))
        if (/[A-Z].*[A-Z]|\d{3}/.test(word) && !SUBJECTS.has(word)) names.add(word.toLowerCase());
  return names;
}

/** The names a question has of them, long forms too: "cloud controls matrix" is the CCM. */
function guardrailNamed(context: Context): readonly string[] {
  const { frame, library } = context;
  const printed = printedNames(library);
  let { lower } = frame;
  for (const [short, long] of Object.entries(library.glossary.abbreviations))
    if (printed.has(short.toLowerCase())) lower = lower.replaceAll(long.toLowerCase(), short.toLowerCase());
  const words = lower.match(/[a-z0-9]+(?:-[0-9]+)?/g) ?? [];
  const found = [...new Set(words.filter((word) => printed.has(word) || printed.has(`${word}s`)))];
  return found.length > 1 ? found.filter((word) => word !== 'nist') : found;
}

/** "which sections use the STIGs as guardrail": the sections whose guardrails hold that name; null when none does. */
export function guardedAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  if (frame.asksWho) return null;
  if (
    !/\b(?:sections?|topics?|areas?|chapters?|parts?|places|responsibilities|guard-?rails?|cit\w+|appear\w*|show up)\b|\bwhere\b/.test(
      frame.lower,
    )
  )
    return null;
  const name = guardrailNamed(context);
  if (name.length === 0 || name.length > 5) return null;
  const ids = itemsGuardedBy(library, name).filter((id) => {
    const item = library.items.get(id);
    return item !== undefined && mayRead(context.audience, item);
  });
  if (ids.length === 0) return null;
  // The sections that answer for a topic come before the overviews that repeat their guardrails.
  const overview = (id: string): number => (library.items.get(id)?.raci === undefined ? 1 : 0);
  ids.sort((a, b) => overview(a) - overview(b));
  const sources = ids.map((id) => ({
    id,
    quote: `Guardrails: ${(library.items.get(id)?.guardrails ?? []).join(', ')}.`,
  }));
  const list = ids.map((id) => `${id} ${titleInSentence(library.items.get(id)?.title ?? '')}`);
  const said = name.join(' ').toUpperCase();
  return draft({ answer: sentence(`${said} is a guardrail of ${list.join('; ')}`), sources, items: ids });
}

function printedRefs(item: LibraryItem | undefined, frame: Frame): string {
  for (const mapping of item?.mappings ?? []) {
    if (mapping.refs.some((ref) => frame.references.some((reference) => citesReference(ref, reference)))) {
      return `${mapping.standard}: ${mapping.refs.join(', ')}.`;
    }
  }
  return `Guardrails: ${(item?.guardrails ?? []).join(', ')}.`;
}
