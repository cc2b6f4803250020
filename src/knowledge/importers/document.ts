/** Reads any document by its headings: one item a section that has text; tables become one statement a row. */
import { MAX_PACK_ITEMS } from '../packs/pack.ts';
import { audienceOf, otherDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { headingOf, looksLikeHeading, piecesOf } from './numbered.ts';
import type { Block, Content, ImportWarning, Line, ParsedFile, Place } from './source.ts';
import { plainText, shorten, slugOf, splitText, squeeze } from './text.ts';

type Section = { title: string; level: number; chapter: string | null; place: Place; texts: string[] };

/** Imports a document. `--id` names it (`hr-handbook`); without it the file's name does. */
export function importDocument(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const file = parsed.file.name;
  const blocks = blocksOf(parsed.content);
  if (blocks === null) {
    throw new ImportError('kind_mismatch', {
      file,
      detail: `A ${parsed.file.format} file is not a text with headings.`,
      remedy: 'Import a workbook as aicm-workbook, a catalogue as oscal-catalog.',
    });
  }
  const warnings: ImportWarning[] = [];
  const identity = identityOf(options.id ?? file.replace(/\.[^.]+$/, ''), file);
  const { title, sections } = sectionsOf(blocks, warnings);
  const own = sections.filter((section) => section.texts.length > 0);
  if (own.length === 0) {
    throw new ImportError('no_text', {
      file,
      detail: 'The file holds no text.',
      remedy: 'If it is a scan, run text recognition on it first.',
    });
  }
  if (own.length > MAX_PACK_ITEMS) {
    throw new ImportError('too_many_items', {
      file,
      detail: `The file has ${own.length} sections, more than ${MAX_PACK_ITEMS}.`,
      remedy: 'Import the part that the organisation works by.',
    });
  }
  const used = new Map<string, number>();
  const items = own.map(
    (section): ItemDraft => ({
      item: sectionItem(section, identity.prefix, title ?? file, used, warnings),
      place: section.place,
    }),
  );
  const classification = classificationOf(own);
  const document = otherDocument({
    ...identity,
    title: shorten(title ?? file),
    version: options.version ?? 'version not printed',
    audience: audienceOf(classification),
  });
  return { document, classification, scope: 'document', items, warnings };
}

function identityOf(name: string, file: string): { id: string; prefix: string } {
  const slug = slugOf(name).replace(/^[^a-z]+/, '');
  const letters = slug
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 12);
  if (slug.length < 2 || letters.length < 2) {
    throw new ImportError('id_missing', {
      file,
      detail: 'No id can be made from the file’s name.',
      remedy: 'Name the document with --id, e.g. --id hr-handbook.',
    });
  }
  return { id: slug.slice(0, 40), prefix: letters };
}

/** "Classification: Internal" or "Document Classification ... Confidential" near the beginning. */
function classificationOf(sections: readonly Section[]): string | null {
  for (const text of sections.slice(0, 3).flatMap((section) => section.texts.slice(0, 30))) {
    const match = /\bclassification\b\s*[:\t|;]?\s*([A-Za-z][A-Za-z -]{2,40})/i.exec(text);
    if (match !== null) return squeeze(match[1] ?? '');
  }
  return null;
}

function blocksOf(content: Content): readonly Block[] | null {
  if (content.kind === 'blocks') return content.blocks;
  if (content.kind !== 'lines') return null;
  const blocks = textBlocks(content.lines, false);
  return blocks.some((block) => block.type === 'heading') ? blocks : textBlocks(content.lines, true);
}

/**
 * Headings of a plain text: numbered, in capitals, or underlined with a row of = or -. Where it has none of these, short
 * lines between blank ones are taken (`loose`).
 */
function textBlocks(lines: readonly Line[], loose: boolean): readonly Block[] {
  const blocks: Block[] = [];
  let pending: Line[] = [];
  const flush = (): void => {
    for (const piece of piecesOf(pending)) {
      if (piece.level === 0) blocks.push({ type: 'paragraph', text: piece.text, place: piece.place });
      else blocks.push({ type: 'list-item', level: piece.level, text: piece.text, place: piece.place });
    }
    pending = [];
  };
  lines.forEach((line, index) => {
    const text = squeeze(line.text);
    const blankAround =
      (index === 0 || squeeze(lines[index - 1]?.text ?? '') === '') && squeeze(lines[index + 1]?.text ?? '') === '';
    const next = lines[index + 1]?.text.trim() ?? '';
    const underlined = text !== '' && /^(?:={3,}|-{3,})$/.test(next);
    const numbered = blankAround ? headingOf(line.text) : null;
    const capitals = blankAround && text.length <= 90 && /\p{Lu}{2}/u.test(text) && !/\p{Ll}/u.test(text);
    if (underlined || numbered !== null || capitals || (loose && looksLikeHeading(lines, index))) {
      flush();
      const level = numbered === null ? (loose || next.startsWith('-') ? 2 : 1) : numbered.number.split('.').length;
      blocks.push({ type: 'heading', level, text, place: line.place });
    } else if (!/^(?:={3,}|-{3,})$/.test(text)) pending.push(line);
  });
  flush();
  return blocks;
}

function sectionsOf(
  blocks: readonly Block[],
  warnings: ImportWarning[],
): { title: string | null; sections: readonly Section[] } {
  const first: Section = { title: '', level: 0, chapter: null, place: blocks[0]?.place ?? {}, texts: [] };
  const sections: Section[] = [first];
  const open: { title: string; level: number }[] = [];
  for (const block of blocks) {
    const section = sections.at(-1) ?? first;
    if (block.type === 'heading') {
      const title = plainText(block.text);
      if (title === '') continue;
      const above = open.filter((entry) => entry.level < block.level);
      if (above.length > 0 && block.level > (above.at(-1)?.level ?? 0) + 1) {
        warnings.push({
          code: 'heading_skipped',
          place: block.place,
          detail: `"${shorten(title, 80)}" is at level ${block.level}, below level ${above.at(-1)?.level}.`,
        });
      }
      open.splice(0, open.length, ...above, { title, level: block.level });
      sections.push({ title, level: block.level, chapter: above.at(-1)?.title ?? null, place: block.place, texts: [] });
    } else if (block.type === 'table') section.texts.push(...tableTexts(block.rows));
    else {
      const text = plainText(block.text);
      if (text !== '') section.texts.push(text);
    }
  }
  return { title: sections.find((section) => section.level > 0)?.title ?? null, sections };
}

/** One text a row: the first cell, then each further cell behind its column's header. */
function tableTexts(rows: readonly (readonly string[])[]): readonly string[] {
  const [header = [], ...body] = rows.map((row) => row.map((cell) => squeeze(cell)));
  if (body.length === 0) return [header.filter((cell) => cell !== '').join('; ')].filter((text) => text !== '');
  return body
    .map((row) =>
      row
        .map((cell, index) =>
          cell === ''
            ? ''
            : index === 0
              ? cell
              : `${header[index] === undefined || header[index] === '' ? '' : `${header[index]}: `}${cell}`,
        )
        .filter((cell) => cell !== '')
        .join('; '),
    )
    .filter((text) => text !== '');
}

function sectionItem(
  section: Section,
  prefix: string,
  title: string,
  used: Map<string, number>,
  warnings: ImportWarning[],
): ItemDraft['item'] {
  const name = section.title === '' ? title : section.title;
  const number = /^(?:§\s*)?(\d{1,3}(?:\.\d{1,3}){0,4})\.?\s+\S/.exec(name)?.[1];
  const base = number ?? (section.title === '' ? 'intro' : slugOf(name) || 'section');
  const key = base.toLowerCase();
  let slug = base;
  for (let count = used.get(key) ?? 1; used.has(slug.toLowerCase()); slug = `${base}-${count}`) {
    count++;
    used.set(key, count);
  }
  if (slug !== base) {
    warnings.push({
      code: 'duplicate_heading',
      place: section.place,
      itemId: `${prefix}-${slug}`,
      detail: `"${shorten(name, 80)}" stands more than once; this one is ${prefix}-${slug}.`,
    });
  }
  if (!used.has(slug.toLowerCase())) used.set(slug.toLowerCase(), 1);
  return {
    id: `${prefix}-${slug}`,
    title: shorten(number === undefined ? name : name.replace(/^(?:§\s*)?[\d.]+\s+/, '')),
    kind: 'guide',
    ...(section.chapter === null ? {} : { chapter: shorten(section.chapter) }),
    statements: section.texts.flatMap((text) => splitText(text)),
  };
}
