/** A piece of Slack mrkdwn. Text is unescaped and must be shown as text. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly label: string }
  | { readonly kind: 'user' | 'channel' | 'group'; readonly id: string; readonly label: string }
  | { readonly kind: 'broadcast'; readonly range: string }
  | {
      readonly kind: 'date';
      readonly seconds: number;
      readonly format: string;
      readonly href: string | null;
      readonly fallback: string;
    }
  | { readonly kind: 'emoji'; readonly name: string };

/** A paragraph, quote or code block of mrkdwn. */
export type MrkdwnBlock =
  | { readonly kind: 'lines' | 'quote'; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: 'pre'; readonly text: string };

const unescapeText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Addresses that may become links; everything else stays text. */
export const safeHref = (href: string): string | null => (/^(https?:\/\/|mailto:|\/(?!\/))/i.test(href) ? href : null);

const splitOnce = (text: string, separator: string): readonly [string, string | null] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
};

const dateToken = (body: string, fallback: string): Inline | null => {
  const [, seconds = '', format = '', href] = body.split('^');
  if (!/^\d{1,12}$/.test(seconds)) return null;
  return { kind: 'date', seconds: Number(seconds), format, href: href ? safeHref(href) : null, fallback };
};

/** What stands between `<` and `>`: a mention, a date, a broadcast or a link. Null when it is none of them. */
const parseToken = (inner: string): Inline | null => {
  const [body, rawLabel] = splitOnce(inner, '|');
  const label = unescapeText(rawLabel ?? '');
  if (/^@[UWB]\w+$/.test(body)) return { kind: 'user', id: body.slice(1), label };
  if (/^#[CGD]\w+$/.test(body)) return { kind: 'channel', id: body.slice(1), label };
  if (body.startsWith('!subteam^')) return { kind: 'group', id: body.slice(9), label };
  if (body.startsWith('!date^')) return dateToken(body, label);
  if (/^!(here|channel|everyone)$/.test(body)) return { kind: 'broadcast', range: body.slice(1) };
  const href = safeHref(unescapeText(body));
  return href ? { kind: 'link', href, label: label || unescapeText(body) } : null;
};

const STYLED_MAX = 1_000;
const CLOSERS_MAX = 40;
const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
const TOKEN = /<([^<>\n]{1,3000})>|`([^`\n]+)`|:([a-z0-9_+-]{1,60}):|([*_~])/y;
const wordy = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);

/** End of a styled run that opens at `start`, or -1: the marks must hug the words and not stand inside one. */
const closingMark = (text: string, start: number, mark: string): number => {
  if (wordy(text[start - 1]) || text[start + 1] === undefined || /\s/.test(text[start + 1] ?? ' ')) return -1;
  // Runs longer than this stay plain: a line of forty thousand asterisks must not take a minute.
  const limit = start + STYLED_MAX;
  let tries = 0;
  for (let end = text.indexOf(mark, start + 2); end >= 0 && end < limit; end = text.indexOf(mark, end + 1)) {
    tries += 1;
    if (tries > CLOSERS_MAX) return -1;
    if (!/\s/.test(text[end - 1] ?? ' ') && !wordy(text[end + 1]) && text[end + 1] !== mark) return end;
  }
  return -1;
};

/** Parses one line (or several) of escaped mrkdwn into pieces. */
export const parseInline = (text: string, depth = 0): readonly Inline[] => {
  const parts: Inline[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: unescapeText(plain) });
    plain = '';
  };
  const push = (inline: Inline): void => {
    flush();
    parts.push(inline);
  };
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const [all = '', token, code, emoji, mark] = match ?? [];
    const end = mark && depth < 4 ? closingMark(text, at, mark) : -1;
    const parsed = token === undefined ? null : parseToken(token);
    if (parsed) push(parsed);
    else if (code !== undefined) push({ kind: 'code', text: unescapeText(code) });
    else if (emoji !== undefined && !wordy(text[at - 1])) push({ kind: 'emoji', name: emoji });
    else if (mark && end > 0) {
      push({ kind: STYLES[mark as keyof typeof STYLES], children: parseInline(text.slice(at + 1, end), depth + 1) });
      at = end + 1;
      continue;
    } else {
      plain += text[at];
      at += 1;
      continue;
    }
    at += all.length;
  }
  flush();
  return parts;
};

const QUOTE = /^(?:&gt;|>)\s?/;

const parseLines = (text: string): readonly MrkdwnBlock[] => {
  const blocks: { kind: 'lines' | 'quote'; lines: (readonly Inline[])[] }[] = [];
  for (const line of text.split('\n')) {
    const kind = QUOTE.test(line) ? 'quote' : 'lines';
    const inline = parseInline(line.replace(kind === 'quote' ? QUOTE : /^$/, ''));
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(inline);
    else blocks.push({ kind, lines: [inline] });
  }
  return blocks;
};

/** Parses escaped mrkdwn: code blocks, quotes, and lines of styled text, tokens and emoji. */
export const parseMrkdwn = (text: string): readonly MrkdwnBlock[] =>
  text.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, i): readonly MrkdwnBlock[] => {
    if (i % 2 === 1) return [{ kind: 'pre', text: unescapeText(part) }];
    const trimmed = part.replace(/^\n|\n$/g, '');
    return trimmed === '' ? [] : parseLines(trimmed);
  });

const DAY_MS = 86_400_000;
const startOfDay = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);

const pretty = (date: Date, now: Date, plain: string): string => {
  const days = Math.round((startOfDay(date) - startOfDay(now)) / DAY_MS);
  return { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' }[String(days)] ?? plain;
};

const agoText = (date: Date, now: Date): string => {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  const steps = [
    [60, 1, 'second'],
    [3600, 60, 'minute'],
    [86_400, 3600, 'hour'],
    [Number.POSITIVE_INFINITY, 86_400, 'day'],
  ] as const;
  const [, unit, name] = steps.find(([below]) => Math.abs(seconds) < below) ?? steps[3];
  return format.format(Math.round(seconds / unit), name);
};

/** A Slack date token's format in the reader's time zone: `{date_short_pretty} at {time}`. */
export const formatDate = (seconds: number, format: string, now: Date): string => {
  const date = new Date(seconds * 1000);
  const show = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(undefined, options).format(date);
  const long = show({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
  const medium = show({ month: 'long', day: 'numeric', year: 'numeric' });
  const short = show({ month: 'short', day: 'numeric', year: 'numeric' });
  const values: Readonly<Record<string, string>> = {
    date_num: new Intl.DateTimeFormat('sv-SE').format(date),
    date_slash: show({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    date: medium,
    date_short: short,
    date_long: long,
    date_pretty: pretty(date, now, medium),
    date_short_pretty: pretty(date, now, short),
    date_long_pretty: pretty(date, now, long),
    day_divider_pretty: pretty(date, now, long),
    time: show({ hour: 'numeric', minute: '2-digit' }),
    time_secs: show({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: agoText(date, now),
  };
  return format.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
};
