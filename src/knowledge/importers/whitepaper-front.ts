/** Front matter of the whitepaper: everything before section 1 and after the last one, under ids of its own. */
import type { Aspect } from '../schema.ts';
import type { ItemDraft } from './draft.ts';
import { headingOf, type NumberedSection, piecesOf } from './numbered.ts';
import type { ImportWarning, Line } from './source.ts';
import { plainText, shorten, splitText, squeeze } from './text.ts';

type Topic = {
  readonly slug: string;
  readonly title: string;
  readonly aspect: Aspect;
  readonly headings: readonly RegExp[];
};

/** What the front matter is about, by the headings under which it stands. */
const TOPICS: readonly Topic[] = [
  { slug: 'status', title: 'Status and origin of the paper', aspect: 'document', headings: [] },
  {
    slug: 'summary',
    title: 'Executive summary and conclusion',
    aspect: 'purpose',
    headings: [/^Executive Summary$/i, /^Introduction$/i, /^Conclusion$/i],
  },
  {
    slug: 'shared-responsibility',
    title: 'AI Shared Responsibility Model',
    aspect: 'task',
    headings: [/^AI Shared Responsibility Model$/i, /^Key Layers in an AI-Enabled Application$/i],
  },
  {
    slug: 'service-models',
    title: 'Responsibilities by service model',
    aspect: 'ownership',
    headings: [/Software as a Service \(SaaS\)/i],
  },
  {
    slug: 'components',
    title: 'Foundational components of a data-centric AI system',
    aspect: 'definition',
    headings: [/^Foundational Components of a Data-Centric AI System$/i],
  },
  { slug: 'risks', title: 'AI/ML security risk overview', aspect: 'risk', headings: [/^Table 2 provides/i] },
  {
    slug: 'dimensions',
    title: 'The six dimensions of analysis',
    aspect: 'definition',
    headings: [/^We analyze each responsibility/i],
  },
  { slug: 'assumptions', title: 'Assumptions', aspect: 'scope', headings: [/^Assumptions$/i] },
  { slug: 'audience', title: 'Intended audience', aspect: 'scope', headings: [/^Intended Audience$/i] },
  {
    slug: 'roles',
    title: 'Responsibility role definitions',
    aspect: 'role',
    headings: [/^Responsibility Role Definitions$/i],
  },
  { slug: 'references', title: 'Normative references', aspect: 'document', headings: [/^Normative References$/i] },
  { slug: 'acronyms', title: 'Acronyms', aspect: 'definition', headings: [/^Acronyms$/i] },
];

/**
 * Cuts the text in three: before section 1, the sections, and what follows them. Section 1 begins at the last line that
 * looks like its heading (the table of contents and numbered lists have earlier ones).
 */
export function splitFront(lines: readonly Line[]): {
  readonly front: readonly Line[];
  readonly body: readonly Line[];
  readonly tail: readonly Line[];
} {
  const starts = lines.flatMap((line, index) => (headingOf(line.text)?.number === '1' ? [index] : []));
  const start =
    starts.find((index) => lines.slice(index + 1, index + 40).some((line) => headingOf(line.text)?.number === '1.1')) ??
    starts.at(-1) ??
    0;
  const ends = lines.findIndex(
    (line, index) => index > start && /^(?:Conclusion|Acronyms|Appendix\b.*)$/i.test(squeeze(line.text)),
  );
  const end = ends < 0 ? lines.length : ends;
  return { front: lines.slice(0, start), body: lines.slice(start, end), tail: lines.slice(end) };
}

/** Items of the front matter and the back; title and version of the document. */
export function frontMatter(
  front: readonly Line[],
  tail: readonly Line[],
  sections: readonly NumberedSection[],
  warnings: ImportWarning[],
): { readonly title: string; readonly version: string; readonly items: readonly ItemDraft[] } {
  const { kept, contents } = withoutContents(front, warnings);
  const text = kept.map((line) => line.text).join('\n');
  const byTopic = new Map<string, Line[]>();
  let current = 'status';
  for (const line of [...kept, ...tail]) {
    const heading = plainText(line.text);
    const topic = TOPICS.find((candidate) => candidate.headings.some((pattern) => pattern.test(heading)));
    if (topic !== undefined) current = topic.slug;
    const list = byTopic.get(current) ?? [];
    list.push(line);
    byTopic.set(current, list);
  }
  const items = TOPICS.flatMap((topic) => {
    const own = byTopic.get(topic.slug) ?? [];
    const statements = own.length === 0 ? [] : statementsOf(topic, own);
    const place = own[0]?.place ?? {};
    return statements.length === 0 ? [] : [{ item: frontItem(topic.slug, topic.title, statements), place }];
  });
  const outline = sections.map((section) => ({ aspect: 'scope' as const, text: `${section.number} ${section.title}` }));
  const missing = contents.filter((entry) => !sections.some((section) => section.number === entry.number));
  for (const entry of missing) {
    warnings.push({
      code: 'heading_skipped',
      place: entry.place,
      detail: `The table of contents lists ${entry.number}, the text has no such section.`,
    });
  }
  return {
    title: titleOf(kept),
    version: versionOf(text),
    items: [
      ...items,
      { item: frontItem('outline', 'Contents of the paper', outline), place: sections[0]?.heading.place ?? {} },
    ],
  };
}

function frontItem(slug: string, title: string, statements: { aspect: Aspect; text: string }[]): ItemDraft['item'] {
  return { id: `WP-${slug}`, title, kind: 'front-matter', statements };
}

function statementsOf(topic: Topic, lines: readonly Line[]): { aspect: Aspect; text: string }[] {
  return piecesOf(lines).flatMap((piece) =>
    splitText(plainText(piece.text)).map((text) => ({ aspect: topic.aspect, text })),
  );
}

function withoutContents(
  lines: readonly Line[],
  warnings: ImportWarning[],
): { kept: readonly Line[]; contents: readonly { number: string; place: Line['place'] }[] } {
  const contents: { number: string; place: Line['place'] }[] = [];
  let dropped = 0;
  const kept = lines.filter((line) => {
    const leader = /^(.*?)\.{4,}\s*\d+\s*$/.exec(line.text);
    if (leader === null) return !/^Table of Contents$/i.test(line.text.trim());
    dropped++;
    const number = /^\s*(\d+(?:\.\d+)*)\.?\s/.exec(leader[1] ?? '')?.[1];
    if (number !== undefined) contents.push({ number, place: line.place });
    return false;
  });
  if (dropped > 0)
    warnings.push({
      code: 'left_out',
      place: {},
      detail: `${dropped} lines of the table of contents are left out; the headings themselves are read.`,
    });
  return { kept, contents };
}

/** The first lines up to a blank after two of them, joined: "AI Organizational Responsibilities: Core ...". */
function titleOf(lines: readonly Line[]): string {
  const first = lines
    .map((line) => squeeze(line.text))
    .filter((text) => text !== '')
    .slice(0, 2);
  const [one = 'Whitepaper', two = ''] = first;
  return shorten(one.endsWith(':') ? `${one} ${two}` : one);
}

function versionOf(text: string): string {
  const year = /©\s*(\d{4})/.exec(text)?.[1];
  const draft = /\bworking draft\b/i.test(text);
  const stated = /\bversion\s+(\d+(?:\.\d+)*)/i.exec(text)?.[1];
  if (stated !== undefined) return stated;
  if (year === undefined) return draft ? 'working draft' : 'version not printed';
  return draft ? `working draft, ${year}` : year;
}
