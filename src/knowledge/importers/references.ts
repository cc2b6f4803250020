/**
 * References of a control into outside standards. A control's page prints them as one run of text without naming the
 * standard; it is recognised by the shape of each reference.
 */
import { squeeze } from './text.ts';

export type Reference = { readonly standard: string; readonly ref: string; readonly note: string | null };

/** A cell of references is never longer; what is, is prose that nobody would read as references. */
const MAX_CHARS = 8_000;
const C4_FAMILIES = /^(?:PC|SR|PF|RE|DQ|DM|EX|BI)-/;

/** References in order, each with its standard; `fallback` names the standard of what has no shape of its own. */
export function readReferences(text: string, fallback: string | null): readonly Reference[] {
  const found: Reference[] = [];
  let bsi: string | null = fallback?.startsWith('BSI') === true ? fallback : null;
  for (const token of tokens(squeeze(text.slice(0, MAX_CHARS)))) {
    const iso = /^(?:ISO(?:\/IEC)?\s*)?(42001|27001|27701|27002)\s*:?\s*(.*)$/.exec(token);
    const bsiCode = /^(?:(C4|C5)\s+)?([A-Z]{2,4}-\d{2})$/.exec(token);
    if (iso !== null) {
      const { ref, note } = withNote(iso[2] ?? '');
      if (ref !== '') found.push({ standard: `ISO/IEC ${iso[1]}`, ref, note });
    } else if (/^Art(?:icle|\.)/i.test(token) || /^(?:Annex|Recital)\b/i.test(token)) {
      found.push({ standard: 'EU AI Act', ref: token, note: null });
    } else if (/^(?:GV|MS|MP|MG)-\d/.test(token)) {
      found.push({ standard: 'NIST AI 600-1', ref: token, note: null });
    } else if (/^(?:GOVERN|MAP|MEASURE|MANAGE)\s\d/.test(token)) {
      found.push({ standard: 'NIST AI RMF', ref: token, note: null });
    } else if (bsiCode !== null && (bsi !== null || fallback === null || fallback.startsWith('BSI'))) {
      const code = bsiCode[2] ?? '';
      const own = bsiCode[1] === undefined ? null : `BSI ${bsiCode[1]}`;
      bsi = own ?? (C4_FAMILIES.test(code) ? 'BSI C4' : (own ?? bsiOf(fallback) ?? 'BSI C5'));
      found.push({ standard: bsi, ref: code, note: null });
    } else {
      const { ref, note } = withNote(token);
      if (ref !== '') found.push({ standard: fallback ?? 'Unlabelled', ref, note });
    }
  }
  return found;
}

function bsiOf(fallback: string | null): string | null {
  return fallback?.startsWith('BSI') === true ? fallback : null;
}

/** Cuts a run of references before each one that starts like a reference, and at line breaks, `;` and `|`. */
function tokens(text: string): readonly string[] {
  const START =
    /(?:^|\s)(?=(?:ISO(?:\/IEC)?\s*)?(?:42001|27001|27701|27002)\s*:|Art(?:icle|\.)\s*\d|(?:GV|MS|MP|MG)-\d|(?:GOVERN|MAP|MEASURE|MANAGE)\s\d|C[45]\s[A-Z]{2,4}-\d{2}|(?<!C[45]\s)(?<!C[45])\b[A-Z]{2,4}-\d{2}(?:\s|$|;|,))/g;
  return text
    .split(/\s*[;|\n]\s*/)
    .flatMap((part) => part.split(START))
    .flatMap((part) => (/^No Mapping$/i.test(part.trim()) ? [part] : splitList(part)))
    .map((part) =>
      part
        .trim()
        .replace(/^[,•-]\s*/, '')
        .replace(/,$/, '')
        .trim(),
    )
    .filter((part) => part !== '');
}

/** `8.2, 8.3` are two references; a comma inside brackets or prose is not a separator. */
function splitList(part: string): readonly string[] {
  const pieces = part.split(/,\s+(?![^(]*\))/);
  return pieces.length > 1 && pieces.every((piece) => /\d/.test(piece) && piece.length <= 24) ? pieces : [part];
}

function withNote(text: string): { readonly ref: string; readonly note: string | null } {
  const match = /^(\S+)\s+\((.+)\)$/.exec(text.trim());
  if (match === null || /^Article$/i.test(match[1] ?? '')) return { ref: text.trim(), note: null };
  return { ref: match[1] ?? '', note: match[2] ?? null };
}

/** A schema mapping per standard, in order of first appearance, with what was printed beside them. */
export function mappingsOf(
  references: readonly Reference[],
  beside: { readonly gap: string | null; readonly addendum: string | null },
): { standard: string; refs: string[]; notes?: Record<string, string>; gap: string | null; addendum: string | null }[] {
  const byStandard = new Map<
    string,
    { standard: string; refs: string[]; notes?: Record<string, string>; gap: string | null; addendum: string | null }
  >();
  for (const { standard, ref, note } of references) {
    const mapping = byStandard.get(standard) ?? { standard, refs: [], ...beside };
    const short = ref.slice(0, 300);
    if (!mapping.refs.includes(short)) mapping.refs.push(short);
    if (note !== null) mapping.notes = { ...mapping.notes, [short]: note.slice(0, 300) };
    byStandard.set(standard, mapping);
  }
  return [...byStandard.values()];
}
