/**
 * Reads a catalogue in OSCAL (NIST's Open Security Controls Assessment Language, JSON or YAML): groups, controls and
 * their enhancements, with parameters filled in as their labels and withdrawn controls kept and marked.
 */
import { z } from 'zod';
import { catalogDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import type { ImportWarning, ParsedFile } from './source.ts';
import { shorten, slugOf, splitText, squeeze } from './text.ts';

const prop = z.object({ name: z.string(), value: z.string() });
const link = z.object({ href: z.string(), rel: z.string().optional() });
const param = z.object({
  id: z.string(),
  label: z.string().optional(),
  select: z.object({ 'how-many': z.string().optional(), choice: z.array(z.string()).optional() }).optional(),
});
type Part = {
  name: string;
  id?: string | undefined;
  prose?: string | undefined;
  props?: z.infer<typeof prop>[] | undefined;
  parts?: Part[] | undefined;
};
const part: z.ZodType<Part> = z.lazy(() =>
  z.object({
    name: z.string(),
    id: z.string().optional(),
    prose: z.string().optional(),
    props: z.array(prop).optional(),
    parts: z.array(part).optional(),
  }),
);
type Control = {
  id: string;
  title: string;
  class?: string | undefined;
  params?: z.infer<typeof param>[] | undefined;
  props?: z.infer<typeof prop>[] | undefined;
  links?: z.infer<typeof link>[] | undefined;
  parts?: Part[] | undefined;
  controls?: Control[] | undefined;
};
const control: z.ZodType<Control> = z.lazy(() =>
  z.object({
    id: z.string(),
    title: z.string(),
    class: z.string().optional(),
    params: z.array(param).optional(),
    props: z.array(prop).optional(),
    links: z.array(link).optional(),
    parts: z.array(part).optional(),
    controls: z.array(control).optional(),
  }),
);
type Group = { title: string; controls?: Control[] | undefined; groups?: Group[] | undefined };
const group: z.ZodType<Group> = z.lazy(() =>
  z.object({ title: z.string(), controls: z.array(control).optional(), groups: z.array(group).optional() }),
);
const catalogFile = z.object({
  catalog: z.object({
    metadata: z.object({ title: z.string(), version: z.string().optional(), 'last-modified': z.string().optional() }),
    groups: z.array(group).optional(),
    controls: z.array(control).optional(),
  }),
});

type Placed = {
  readonly control: Control;
  readonly chapter: string;
  readonly path: string;
  readonly parent: Control | null;
  readonly params: ReadonlyMap<string, z.infer<typeof param>>;
};

/** Imports an OSCAL catalogue. `--id` names the document (`nist-800-53`); its prefix comes from the title. */
export function importOscalCatalog(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const file = parsed.file.name;
  const data = parsed.content.kind === 'data' ? catalogFile.safeParse(parsed.content.data) : null;
  if (data === null || !data.success) {
    const issue = data?.error.issues[0];
    throw new ImportError('kind_mismatch', {
      file,
      ...(issue === undefined ? {} : { place: { path: issue.path.join('.') } }),
      detail:
        issue === undefined
          ? `A ${parsed.file.format} file is no OSCAL catalogue.`
          : `Not an OSCAL catalogue: ${issue.message}.`,
      remedy: 'Import the catalogue’s JSON file, whose first key is "catalog".',
    });
  }
  const { metadata, groups, controls } = data.data.catalog;
  const info = identity(metadata.title, options.id);
  const placed: Placed[] = [];
  const noParams = new Map<string, z.infer<typeof param>>();
  for (const [index, entry] of (controls ?? []).entries()) {
    walk(entry, '', `catalog.controls.${index}`, null, noParams, placed);
  }
  for (const [index, entry] of (groups ?? []).entries()) walkGroup(entry, `catalog.groups.${index}`, placed);
  const ids = new Map(
    placed.map((entry) => [entry.control.id.toLowerCase(), `${info.prefix}-${labelOf(entry.control)}`]),
  );
  const warnings: ImportWarning[] = [];
  const items = placed.map(
    (entry): ItemDraft => ({ item: itemOf(entry, info.prefix, ids, warnings), place: { path: entry.path } }),
  );
  const version = options.version ?? metadata.version ?? 'version not printed';
  const date = /^\d{4}-\d{2}-\d{2}/.exec(metadata['last-modified'] ?? '')?.[0] ?? null;
  const document = catalogDocument({
    ...info,
    title: shorten(squeeze(metadata.title)),
    version: shorten(version),
    date,
    publicDomain: /\bNIST\b|National Institute of Standards/i.test(metadata.title),
  });
  return { document, classification: null, scope: 'document', items, warnings };
}

function identity(title: string, given: string | null): { id: string; prefix: string } {
  if (/800-53\b/.test(title)) return { id: given ?? 'nist-800-53', prefix: 'NIST' };
  if (/Cybersecurity Framework/i.test(title)) return { id: given ?? 'nist-csf', prefix: 'CSF' };
  const id = given ?? slugOf(title).slice(0, 40);
  const letters = id
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^\d+/, '');
  return { id, prefix: `${letters}CAT`.slice(0, Math.min(12, Math.max(3, letters.length))) };
}

function walkGroup(entry: Group, path: string, placed: Placed[]): void {
  for (const [index, inner] of (entry.controls ?? []).entries()) {
    walk(inner, entry.title, `${path}.controls.${index}`, null, new Map(), placed);
  }
  for (const [index, inner] of (entry.groups ?? []).entries()) walkGroup(inner, `${path}.groups.${index}`, placed);
}

function walk(
  entry: Control,
  chapter: string,
  path: string,
  parent: Control | null,
  inherited: Placed['params'],
  placed: Placed[],
): void {
  const params = new Map([...inherited, ...(entry.params ?? []).map((own) => [own.id, own] as const)]);
  placed.push({ control: entry, chapter, path, parent, params });
  for (const [index, inner] of (entry.controls ?? []).entries()) {
    walk(inner, chapter, `${path}.controls.${index}`, entry, params, placed);
  }
}

/** `AC-2(1)`, `GV.OC-01`: the label where it is an id, else the control's own id in capitals. */
function labelOf(entry: Control): string {
  const label = squeeze(entry.props?.find((candidate) => candidate.name === 'label')?.value ?? '').replace(
    /\s+\(/g,
    '(',
  );
  return /^[A-Za-z0-9&]+(?:[.-][A-Za-z0-9&]+)*(?:\(\d+\))?$/.test(label)
    ? label
    : entry.id.toUpperCase().replace(/[^A-Z0-9&.-]/g, '-');
}

function itemOf(
  placed: Placed,
  prefix: string,
  ids: ReadonlyMap<string, string>,
  warnings: ImportWarning[],
): ItemDraft['item'] {
  const { control: entry, parent, path } = placed;
  const label = labelOf(entry);
  const id = `${prefix}-${label}`;
  const withdrawn =
    entry.props?.some((candidate) => candidate.name === 'status' && candidate.value === 'withdrawn') ?? false;
  const targets = (rels: readonly string[]): string[] =>
    [
      ...new Set(
        (entry.links ?? [])
          .filter((candidate) => rels.includes(candidate.rel ?? ''))
          .map((candidate) => target(candidate.href, ids))
          .filter((found) => found !== null && found !== id),
      ),
    ] as string[];
  const statements: ItemDraft['item']['statements'] = [];
  const push = (aspect: 'requirement' | 'note' | 'example', text: string): void => {
    for (const piece of splitText(text, 1_000)) statements.push({ aspect, text: piece });
  };
  for (const section of entry.parts ?? []) {
    const aspect = section.name === 'statement' ? 'requirement' : section.name === 'example' ? 'example' : 'note';
    for (const text of partTexts(section, '', placed.params)) push(aspect, text);
  }
  if (withdrawn) {
    const into = targets(['incorporated-into', 'moved-to']);
    push(
      'note',
      `${label} is withdrawn${into.length === 0 ? '' : `; see ${into.map((other) => other.slice(prefix.length + 1)).join(', ')}`}.`,
    );
    warnings.push({ code: 'withdrawn', place: { path }, itemId: id, detail: `${id} is withdrawn.` });
  } else if (!(entry.parts ?? []).some((section) => partTexts(section, '', placed.params).length > 0)) {
    push('note', `The catalogue prints no text for ${label}.`);
    warnings.push({
      code: 'empty_statement',
      place: { path },
      itemId: id,
      detail: `${id} has no text in the catalogue.`,
    });
  }
  const own = squeeze(entry.title);
  const title = own === label && parent !== null ? `${squeeze(parent.title)} (${label})` : own;
  return {
    id,
    title: shorten(
      parent !== null && own !== label && /\(\d+\)$/.test(label) ? `${squeeze(parent.title)}: ${own}` : title,
    ),
    kind: 'control',
    ...(placed.chapter === '' ? {} : { chapter: shorten(placed.chapter) }),
    statements,
    aliases: [label],
    related: targets(['related', 'required', 'incorporated-into', 'moved-to']),
  };
}

function target(href: string, ids: ReadonlyMap<string, string>): string | null {
  const ref = href.replace(/^#/, '').toLowerCase();
  return ids.get(ref) ?? ids.get(ref.replace(/_.*$/, '')) ?? null;
}

/** The texts of a part and of the parts below it, each with its labels in front (`a.1.(a) ...`). */
function partTexts(section: Part, above: string, params: Placed['params']): readonly string[] {
  const label = squeeze(section.props?.find((candidate) => candidate.name === 'label')?.value ?? '');
  const mark = `${above}${label}`;
  // The glue between list items says nothing once each is a statement of its own; "or" does.
  const prose = squeeze(fill(section.prose ?? '', params, 0)).replace(/;(?:\s+and)?$/, '.');
  const own = prose === '' ? [] : [mark === '' ? prose : `${mark} ${prose}`];
  return [...own, ...(section.parts ?? []).flatMap((inner) => partTexts(inner, mark, params))];
}

/** `{{ insert: param, ac-2_prm_1 }}` becomes `[Assignment: organization-defined frequency]`, as NIST prints it. */
function fill(prose: string, params: Placed['params'], depth: number): string {
  return prose.replace(/\{\{\s*insert:\s*param,\s*([^\s}]+)\s*\}\}/g, (whole, id: string) => {
    const found = params.get(id);
    if (found === undefined || depth > 5) return whole;
    if (found.select?.choice !== undefined) {
      const many = found.select['how-many'] === 'one-or-more' ? ' (one or more)' : '';
      return `[Selection${many}: ${found.select.choice.map((choice) => fill(squeeze(choice), params, depth + 1)).join('; ')}]`;
    }
    return `[Assignment: ${squeeze(found.label ?? id)}]`;
  });
}
