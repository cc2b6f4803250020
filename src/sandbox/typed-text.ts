import { LIMITS, type SandboxChannel, type SandboxUser } from './model.ts';

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const CODE = /```[\s\S]*?```|`[^`\n]+`/g;
const LINK = /https?:\/\/[^\s<>]+[^\s<>.,;:!?)'"]/g;

/** Names as people type them after `@`, longest first so that a longer name wins. */
const mentionTargets = (users: Iterable<SandboxUser>): readonly (readonly [string, string])[] =>
  [...users]
    .flatMap((user) => [[user.real_name, user.id] as const, [user.name, user.id] as const])
    .sort(([a], [b]) => b.length - a.length);

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const withTokens = (
  escaped: string,
  users: ReadonlyMap<string, SandboxUser>,
  channels: ReadonlyMap<string, SandboxChannel>,
): string => {
  const mentions = mentionTargets(users.values());
  const mention = new RegExp(`(^|[\\s(])@(${mentions.map(([name]) => escapeRegExp(name)).join('|')})(?![\\w-])`, 'gi');
  const idOf = new Map(mentions.map(([name, id]) => [name.toLowerCase(), id]));
  const byName = new Map([...channels.values()].filter((c) => c.kind === 'channel').map((c) => [c.name, c.id]));
  return escaped
    .replace(LINK, (url) => `<${url}>`)
    .replace(mention, (_all, before: string, name: string) => `${before}<@${idOf.get(name.toLowerCase()) ?? name}>`)
    .replace(/(^|\s)#([a-z0-9_-]{1,80})/g, (all, before: string, name: string) => {
      const id = byName.get(name);
      return id ? `${before}<#${id}|${name}>` : all;
    });
};

/**
 * What a person typed, as Slack's client would send it: `&`, `<`, `>` escaped (so `<!channel>` stays text), `@Name` and
 * `#channel` of known ones and web addresses turned into tokens, code left alone. Cut at 40,000 characters with
 * `cut` true.
 */
export const textFromTyping = (
  typed: string,
  users: ReadonlyMap<string, SandboxUser>,
  channels: ReadonlyMap<string, SandboxChannel>,
): { readonly text: string; readonly cut: boolean } => {
  const escaped = escapeText(typed);
  let text = '';
  let last = 0;
  for (const match of escaped.matchAll(CODE)) {
    text += withTokens(escaped.slice(last, match.index), users, channels) + match[0];
    last = match.index + match[0].length;
  }
  text += withTokens(escaped.slice(last), users, channels);
  if (text.length <= LIMITS.messageText) return { text, cut: false };
  // Not in the middle of an entity or token: those end at the last blank before the limit, if one is near.
  const head = text.slice(0, LIMITS.messageText);
  const blank = head.lastIndexOf(' ');
  return { text: blank > LIMITS.messageText - 500 ? head.slice(0, blank) : head, cut: true };
};
