/**
 * Text for Slack: escaped, bounded, with Slack's own date and mention tokens. Everything that people or documents
 * wrote goes through {@link escapeText}; a raw `<!channel>` must never leave.
 */

/** Hard limits of Slack (slack-platform.md), in characters. */
export const LIMITS = { section: 3000, header: 150, button: 75, context: 2000, message: 3900, modalTitle: 24 } as const;

/** The three characters Slack's mrkdwn gives a meaning to. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** User text on one line of mrkdwn: escaped, control and direction characters dropped, formatting marks defused. */
export function inline(text: string, charsMax = 300): string {
  const plain = text
    .replace(/[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu, ' ')
    .replace(/[*_~`]/g, (mark) => `${mark}\u200b`)
    .replace(/\s+/g, ' ')
    .trim();
  return cut(escapeText(plain), charsMax);
}

/** Cuts to a length, with a note that says so; never through an escape sequence. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const head = text.slice(0, Math.max(0, charsMax - 1)).replace(/&[a-z]{0,3}$/, '');
  return `${head}…`;
}

/** A date in the reader's own time zone, with a UTC text where it cannot be shown. */
export function dateToken(at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `<!date^${seconds}^{date_short_pretty} {time}|${at.toISOString().slice(0, 16).replace('T', ' ')} UTC>`;
}

/** A mention of a user; a pseudonym without a user is shown as "a former member". */
export function mention(slackUserId: string | undefined): string {
  return slackUserId !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(slackUserId)
    ? `<@${slackUserId}>`
    : 'a former member';
}

/** "high" as a line begins with it: "High". */
export function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** "a, b and c" */
export function joinWords(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
