/** The answer message: the statement first, then authority, then letters, then sources (screens.md, "Answer"). Pure. */

import type { KnownBlock } from '@slack/types';
import type { Answer, AnswerRoles, Citation } from '#src/answers/types.ts';
import { versionWords } from '#src/knowledge/listing.ts';
import { actions, button, context, divider, type Message, plain, section, sections } from './build.ts';
import { capital, cut, escapeText, inline, joinWords, mention } from './text.ts';

const LINES_MAX = 7;
const CITATION_BUTTONS_MAX = 4;
const UNHELD_MAX = 4;

export type AnswerOptions = {
  /** The question was too long and only its beginning was read. */
  readonly wasCut: boolean;
  /** What each cited document is to the organisation ("binding: ..."), by citation; null where it is not known. */
  readonly authorities: readonly (string | null)[];
  /** Shown first: where a question about the desk itself is settled. */
  readonly pointer: KnownBlock | null;
};

/** Renders one answer. */
export function renderAnswer(answer: Answer, options: AnswerOptions): Message {
  const common = commonAuthority(options.authorities);
  const lines = [
    whoLine(answer, common),
    lettersLine(answer.roles),
    ownersLine(answer),
    options.wasCut ? 'The question was very long; only its beginning was read.' : null,
    sourcesLine(answer.citations, common === null ? options.authorities : []),
  ];
  const blocks: KnownBlock[] = [
    ...(options.pointer === null ? [] : [options.pointer, context('What the documents say:')]),
    section(body(answer.answer)),
    ...lines.filter((line) => line !== null).map((line) => context(line)),
  ];
  const buttons = answer.citations.length > 0 ? sourceButtons(answer) : nearestButtons(answer);
  const question = cut(answer.question, 500);
  blocks.push(actions('answer', [...buttons, button('Ask a human', 'ask_human', question)]));
  blocks.push(
    actions('feedback', [button('Helpful', 'helpful_yes', question), button('Not helpful', 'helpful_no', question)]),
  );
  return { text: inline(answer.answer, 900), blocks };
}

/** At most seven lines; the first sentence stands out, because many read no further. */
function body(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
  const shown = lines.slice(0, LINES_MAX).map((line, i) => (i === 0 ? firstSentenceBold(line) : inline(line, 600)));
  if (lines.length > LINES_MAX) shown.push(`_and ${lines.length - LINES_MAX} more, behind "Show all sources"_`);
  return shown.join('\n');
}

function firstSentenceBold(line: string): string {
  // Not behind "e.g." or "4.3.": a sentence ends before a capital letter and is no shorter than a few words.
  const end = /^.{25,}?[.:](?=\s+[A-Z])/.exec(line)?.[0].length ?? line.length;
  const rest = line.slice(end).trim();
  return `*${inline(line.slice(0, end), 1200)}*${rest === '' ? '' : ` ${inline(rest, 2400)}`}`;
}

/** The authority that every source has; null where they differ or one is not known: then each says its own. */
function commonAuthority(authorities: readonly (string | null)[]): string | null {
  const [first = null] = authorities;
  return authorities.every((authority) => authority === first) ? first : null;
}

/** What the sources are to the organisation, where it is the same for all, and who holds the roles now. */
function whoLine(answer: Answer, authority: string | null): string | null {
  const subject = answer.citations.length > 1 ? 'Each of these sources is' : 'This source is';
  const holders = (answer.holders ?? []).slice(0, 8).map((h) => `${inline(h.role, 80)}: ${mention(h.user)}`);
  const source = authority === null || answer.abstained ? [] : [`${subject} ${inline(authority, 120)}.`];
  const held = holders.length === 0 ? [] : [`Here: ${holders.join(' · ')}`];
  const said = [...source, ...held, ...unheldIn(answer)];
  return said.length === 0 ? null : said.join(' ');
}

/** Roles of the answer that nobody in the directory holds; nothing where no directory was at hand. */
function unheldIn({ roles, holders }: Answer): readonly string[] {
  if (roles === null || holders === null) return [];
  const held = new Set(holders.map(({ role }) => role));
  const unheld = [...new Set(Object.values(roles).flat())].filter((role) => !held.has(role));
  if (unheld.length === 0) return [];
  const shown = unheld.slice(0, UNHELD_MAX).map((role) => inline(role, 80));
  const more = unheld.length > UNHELD_MAX ? [`${unheld.length - UNHELD_MAX} more`] : [];
  return [`Nobody is named yet for ${joinWords([...shown, ...more])}; ask the administrators.`];
}

function sourcesLine(citations: readonly Citation[], authorities: readonly (string | null)[]): string | null {
  if (citations.length === 0) return null;
  return citations
    .slice(0, CITATION_BUTTONS_MAX)
    .map((c, i) => {
      const own = authorities[i] ?? null;
      const source = `[${escapeText(c.id)}] ${inline(c.title, 80)} · ${inline(c.document, 40)} ${inline(c.version, 20)}`;
      return own === null ? source : `${source} · ${inline(own, 120)}`;
    })
    .join('\n');
}

function lettersLine(roles: AnswerRoles | null): string | null {
  if (roles === null) return null;
  const names = (['responsible', 'accountable', 'consulted', 'informed'] as const)
    .filter((letter) => roles[letter].length > 0)
    .map((letter) => `*${capital(letter)}* ${roles[letter].map((name) => inline(name, 80)).join(', ')}`);
  return names.length === 0 ? null : names.join('  ·  ');
}

function ownersLine(answer: Answer): string | null {
  if (answer.owners === null || answer.owners.length === 0) return null;
  return answer.owners
    .map(
      (o) =>
        `*${o.layer}* ${o.owners.length === 0 ? 'not stated' : o.owners.join(' and ')}${o.shared ? ' (shared)' : ''}`,
    )
    .join('  ·  ');
}

function sourceButtons(answer: Answer) {
  const first = answer.citations.slice(0, CITATION_BUTTONS_MAX).map((c, i) => {
    return button(`${c.id} ${c.title}`, `open_source:${i}`, sourceValue(c));
  });
  if (answer.citations.length > 1)
    first.push(button('Show all sources', 'open_sources', sourcesValue(answer.citations)));
  return first;
}

function nearestButtons(answer: Answer) {
  return answer.related
    .slice(0, 3)
    .map((id, i) => button(`See ${id}`, `open_source:n${i}`, JSON.stringify({ id, h: '' })));
}

/** Most characters of a button's value: what is longer is shortened before it is written, so that it stays readable. */
const VALUE_CHARS = 2000;

function sourceValue(c: Citation): string {
  const write = (quote: string) => JSON.stringify({ id: c.id, h: c.hash.slice(0, 64), q: quote });
  let quote = c.quote.slice(0, 1500);
  // Each character that is left out shortens what is written by one at least.
  while (quote !== '' && write(quote).length > VALUE_CHARS)
    quote = quote.slice(0, Math.max(0, quote.length - (write(quote).length - VALUE_CHARS)));
  return write(quote);
}

function sourcesValue(citations: readonly Citation[]): string {
  let named = citations.slice(0, 20).map((c) => [c.id, c.hash.slice(0, 64)]);
  while (JSON.stringify(named).length > VALUE_CHARS) named = named.slice(0, -1);
  return JSON.stringify(named);
}

/** What a source modal needs of an item; assembled by the wiring from the library. */
export type SourceView = {
  readonly id: string;
  readonly title: string;
  readonly document: string;
  readonly version: string;
  readonly authority: string;
  readonly hash: string;
  /** The hash that the answer cited; differs when the item changed since. */
  readonly citedHash: string;
  readonly statements: readonly string[];
  readonly quote: string;
  readonly raci: readonly { readonly letter: string; readonly names: readonly string[] }[];
};

/** The modal behind a source: document, version, authority, the passage with the cited words marked, the hash. */
export function renderSource(source: SourceView) {
  const changed = source.citedHash !== '' && source.citedHash !== source.hash;
  const blocks: KnownBlock[] = [
    section(
      `*${inline(source.title, 200)}*\n${inline(source.document, 120)} · ${inline(versionWords(source.version), 40)} · ${inline(source.authority, 200)}`,
    ),
    ...(changed
      ? [context('This item was changed after the answer was given; what follows is the version in force now.')]
      : []),
    ...(source.raci.length > 0
      ? [section(source.raci.map((r) => `*${r.letter}*: ${r.names.map((n) => inline(n, 100)).join(', ')}`).join('\n'))]
      : []),
    divider(),
    ...sections(
      source.statements.map((s) => (isQuoted(s, source.quote) ? `> *${inline(s, 1000)}*` : `• ${inline(s, 1000)}`)),
    ),
    context(`Item ${escapeText(source.id)} · sha256 ${escapeText(source.hash.slice(0, 16))}…`),
  ];
  return {
    type: 'modal' as const,
    title: plain(source.id, 24),
    close: plain('Close', 24),
    blocks: blocks.slice(0, 90),
  };
}

function isQuoted(statement: string, quote: string): boolean {
  return quote.length > 0 && (quote.includes(statement) || statement.includes(quote));
}

/** The modal that lists every source of an answer. */
export function renderSources(sources: readonly SourceView[]) {
  const blocks = sources
    .slice(0, 12)
    .flatMap((source): KnownBlock[] => [
      section(
        `*[${escapeText(source.id)}] ${inline(source.title, 200)}*\n${inline(source.document, 120)} · ${inline(versionWords(source.version), 40)} · ${inline(source.authority, 200)}`,
      ),
      ...sections(source.statements.slice(0, 12).map((s) => `• ${inline(s, 400)}`)),
      divider(),
    ]);
  return {
    type: 'modal' as const,
    title: plain('Sources', 24),
    close: plain('Close', 24),
    blocks: blocks.slice(0, 98),
  };
}
