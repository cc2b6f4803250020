/**
 * Reads one control from the text of its web page: a title, then named parts in a fixed order. The page names neither
 * the release nor, often, the control's own id (AIS-06 prints it nowhere), so both can be given beside the file.
 */
import type { SsrmLayer } from '../schema.ts';
import { aicmRelease, chapterOf, controlId, controlMentions, readOwners } from './aicm-values.ts';
import { aicmDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { mappingsOf, readReferences } from './references.ts';
import type { ImportWarning, Line, ParsedFile } from './source.ts';
import { linesOf, shorten, splitText, squeeze } from './text.ts';

type Statement = {
  aspect:
    | 'requirement'
    | 'ownership'
    | 'lifecycle'
    | 'audit'
    | 'mapping'
    | 'question'
    | 'gap'
    | 'risk'
    | 'scope'
    | 'strategy';
  text: string;
};

const PARTS = [
  'Specification',
  'Threat coverage',
  'Architectural relevance',
  'Lifecycle',
  'Ownership / SSRM',
  'Implementation guidelines',
  'Auditing guidelines',
  'Standards mappings',
  'AI-CAIQ questions',
] as const;
type Part = (typeof PARTS)[number];

const LAYERS: readonly (readonly [RegExp, SsrmLayer])[] = [
  [/^PI$|^Processing infrastructure$/i, 'processing infrastructure'],
  [/^Model$/i, 'model'],
  [/^Orchestrated(?: service)?$/i, 'orchestrated service'],
  [/^Application$/i, 'application'],
];

/** Imports one control's page. @throws ImportError `kind_mismatch`, `id_missing`, `ambiguous_id`, `ambiguous_version` */
export function importAicmPage(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const lines = linesOf(parsed.content)
    .map((line) => ({ ...line, text: squeeze(line.text) }))
    .filter((line) => line.text !== '');
  const parts = partsOf(lines);
  const title = lines[0];
  if (title === undefined || !parts.has('Specification') || !parts.has('Ownership / SSRM')) {
    throw new ImportError('kind_mismatch', {
      file: parsed.file.name,
      detail: 'This is not the text of a control’s page: it has no "Specification" and "Ownership / SSRM".',
      remedy: 'Save the page’s text, from the control’s title to its AI-CAIQ questions, and import that.',
    });
  }
  const warnings: ImportWarning[] = [];
  const id = idOf(parsed, lines, options, warnings);
  const version = options.version === null ? 'release not printed' : aicmRelease(options.version, parsed.file.name);
  if (options.version === null) {
    warnings.push({
      code: 'version_not_printed',
      place: {},
      itemId: id,
      detail: 'The page names no release; give it with --version when you know it.',
    });
  }
  const ownership = ownershipOf(parts.get('Ownership / SSRM') ?? [], id, warnings);
  const mappings = mappingParts(parts.get('Standards mappings') ?? []);
  const audit = (parts.get('Auditing guidelines') ?? []).flatMap((line) => auditSteps(line.text));
  const questions = (parts.get('AI-CAIQ questions') ?? []).map((line) => line.text);
  const empty = (['Threat coverage', 'Architectural relevance', 'Implementation guidelines'] as const).filter(
    (part) => (parts.get(part) ?? []).length === 0,
  );
  const statements: Statement[] = [
    ...texts(parts, 'Specification').flatMap((text) =>
      splitText(text).map((piece) => ({ aspect: 'requirement' as const, text: piece })),
    ),
    ...ownership.statements,
    ...phases(texts(parts, 'Lifecycle')),
    ...listed('Threat coverage', 'risk', texts(parts, 'Threat coverage')),
    ...listed('Architectural relevance', 'scope', texts(parts, 'Architectural relevance')),
    ...listed('Implementation guidelines', 'strategy', texts(parts, 'Implementation guidelines')),
    ...audit.flatMap(({ label, text }) =>
      splitText(`${label}: ${text}`).map((piece) => ({ aspect: 'audit' as const, text: piece })),
    ),
    ...mappings.statements,
    ...questions.map((text) => ({ aspect: 'question' as const, text: `AI-CAIQ: ${text}` })),
  ];
  const short = id.replace(/^AICM-/, '');
  const figures = [
    { value: String(questions.length), of: `AI-CAIQ questions for ${short}` },
    ...(['own', 'ccm'] as const).map((from) => ({
      value: String(audit.filter((step) => step.from === from).length),
      of: from === 'own' ? `auditing steps of ${short}` : `auditing steps of ${short} taken over from CCM`,
    })),
  ].filter((figure) => figure.value !== '0');
  const chapter = chapterOf(id);
  const item: ItemDraft['item'] = {
    id,
    title: shorten(title.text),
    kind: 'control',
    ...(chapter === undefined ? {} : { chapter }),
    statements,
    ownership: ownership.layers,
    mappings: mappings.mappings,
    figures,
    empty: empty.map((part) => part.toLowerCase()),
    aliases: [short],
  };
  return {
    document: aicmDocument(version),
    classification: null,
    scope: 'items',
    items: [{ item, place: title.place }],
    warnings,
  };
}

function idOf(parsed: ParsedFile, lines: readonly Line[], options: ImportOptions, warnings: ImportWarning[]): string {
  const file = parsed.file.name;
  const mentions = controlMentions(lines.map((line) => line.text).join('\n'));
  if (options.id !== null) {
    const given = controlId(options.id);
    if (given === null)
      throw new ImportError('id_missing', {
        file,
        detail: `"${options.id}" is not a control’s id.`,
        remedy: 'Give it as --id AIS-06.',
      });
    if (mentions.length > 0 && !mentions.includes(given)) {
      warnings.push({
        code: 'ambiguous_id',
        place: {},
        itemId: given,
        detail: `The text mentions ${mentions.join(', ')}, not ${given}.`,
      });
    }
    return given;
  }
  const only = mentions.length === 1 ? mentions[0] : undefined;
  if (only === undefined) {
    throw new ImportError(mentions.length === 0 ? 'id_missing' : 'ambiguous_id', {
      file,
      detail:
        mentions.length === 0
          ? 'The page does not print the control’s id.'
          : `The page mentions several controls: ${mentions.join(', ')}.`,
      remedy: 'Say which control it is with --id, e.g. --id AIS-06.',
    });
  }
  const place = lines.find((line) => controlMentions(line.text).length > 0)?.place ?? {};
  warnings.push({
    code: 'id_from_mention',
    place,
    itemId: only,
    detail: `The id ${only} is taken from a mention in the text.`,
  });
  return only;
}

function partsOf(lines: readonly Line[]): ReadonlyMap<Part, readonly Line[]> {
  const parts = new Map<Part, Line[]>();
  let current: Line[] | null = null;
  for (const line of lines) {
    const name = line.text.replace(/\s*\(\d+\)$/, '').toLowerCase();
    const part = PARTS.find((candidate) => candidate.toLowerCase() === name && !parts.has(candidate));
    if (part === undefined) current?.push(line);
    else {
      current = [];
      parts.set(part, current);
    }
  }
  return parts;
}

function texts(parts: ReadonlyMap<Part, readonly Line[]>, part: Part): readonly string[] {
  return (parts.get(part) ?? []).map((line) => line.text);
}

function listed(name: string, aspect: Statement['aspect'], values: readonly string[]): readonly Statement[] {
  return values.flatMap((value) => splitText(`${name}: ${value}`)).map((text) => ({ aspect, text }));
}

/** The page lists the entries of each phase on a line of its own and does not name the phases. */
function phases(values: readonly string[]): readonly Statement[] {
  return values.map((value, index) => ({ aspect: 'lifecycle', text: `Lifecycle, phase ${index + 1}: ${value}.` }));
}

function ownershipOf(
  lines: readonly Line[],
  id: string,
  warnings: ImportWarning[],
): {
  layers: NonNullable<ItemDraft['item']['ownership']>;
  statements: Statement[];
} {
  const byLayer = new Map<SsrmLayer, Line[]>();
  let current: Line[] | null = null;
  for (const line of lines) {
    const layer = LAYERS.find(([pattern, name]) => pattern.test(line.text) && !byLayer.has(name))?.[1];
    if (layer === undefined) current?.push(line);
    else {
      current = [];
      byLayer.set(layer, current);
    }
  }
  const layers: NonNullable<ItemDraft['item']['ownership']> = [];
  const statements: Statement[] = [];
  for (const [, layer] of LAYERS) {
    const [value, ...rest] = byLayer.get(layer) ?? [];
    const reading = readOwners(value?.text ?? '');
    const place = value?.place ?? lines[0]?.place ?? {};
    if (!reading.ok)
      warnings.push({
        code: 'unreadable_value',
        place,
        itemId: id,
        detail: `Owner of the ${layer} layer: "${shorten(value?.text ?? '', 80)}".`,
      });
    const owners = reading.ok ? reading.owners : [];
    if (owners.length === 0)
      warnings.push({
        code: 'empty_ownership',
        place,
        itemId: id,
        detail: `No owner is stated for the ${layer} layer.`,
      });
    const meaning = rest.map((line) => line.text).join(' ');
    layers.push({
      layer,
      owners,
      shared: reading.ok && reading.shared,
      ...(meaning === '' ? {} : { meaning: meaning.slice(0, 4_000) }),
    });
    if (value !== undefined) statements.push({ aspect: 'ownership', text: `${layer}: ${value.text}.` });
    for (const piece of splitText(meaning)) statements.push({ aspect: 'ownership', text: piece });
  }
  return { layers, statements };
}

function auditSteps(text: string): readonly { label: string; text: string; from: 'own' | 'ccm' }[] {
  const [own = '', ...ccm] = text.split(/\bFrom CCM:\s*/);
  const steps = (part: string, from: 'own' | 'ccm'): { label: string; text: string; from: 'own' | 'ccm' }[] =>
    part
      .split(/(?:^|\s)(?=\d{1,2}\.\s+\p{Lu})/u)
      .map((piece) => /^(\d{1,2})\.\s+(.*)$/su.exec(piece.trim()))
      .filter((match) => match !== null)
      .map((match) => ({
        label: `${from === 'own' ? 'Audit step' : 'From CCM, step'} ${match[1]}`,
        text: match[2] ?? '',
        from,
      }));
  const found = [...steps(own, 'own'), ...ccm.flatMap((part) => steps(part, 'ccm'))];
  return found.length > 0 ? found : [{ label: 'Audit', text, from: 'own' }];
}

/** References, the word "Addendum", its text; again for each standard or group of standards. */
function mappingParts(lines: readonly Line[]): {
  mappings: NonNullable<ItemDraft['item']['mappings']>;
  statements: Statement[];
} {
  const mappings: NonNullable<ItemDraft['item']['mappings']> = [];
  const statements: Statement[] = [];
  for (let index = 0; index < lines.length; index++) {
    const refs = lines[index]?.text ?? '';
    const hasAddendum = /^Addendum$/i.test(lines[index + 1]?.text ?? '');
    const addendum = hasAddendum ? (lines[index + 2]?.text ?? null) : null;
    const beside = { gap: null, addendum: addendum === null || /^N\/?A$/i.test(addendum) ? null : addendum };
    const own = mappingsOf(readReferences(refs, null), beside);
    mappings.push(...own);
    for (const mapping of own) {
      const list = mapping.refs.map((ref) =>
        mapping.notes?.[ref] === undefined ? ref : `${ref} (${mapping.notes[ref]})`,
      );
      statements.push({ aspect: 'mapping', text: shorten(`${mapping.standard}: ${list.join('; ')}.`, 2_000) });
    }
    if (beside.addendum !== null) {
      const names = own.map((mapping) => mapping.standard).join(' and ');
      for (const piece of splitText(`Addendum to ${names}: ${beside.addendum}`))
        statements.push({ aspect: 'gap', text: piece });
    }
    if (hasAddendum) index += 2;
  }
  return { mappings, statements };
}
