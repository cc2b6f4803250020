import type { CommandHint, SandboxUser } from './page-types.ts';

/** One completion of what is being typed. */
export type Suggestion = {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  /** The text after accepting it, with the caret at its end or at `caret`. */
  readonly text: string;
  readonly caret: number;
  readonly user?: SandboxUser;
};

const MOST = 8;

const forCommands = (text: string, commands: readonly CommandHint[]): readonly Suggestion[] => {
  const typed = text.toLowerCase();
  return commands
    .flatMap((hint) => [
      { title: hint.command, detail: hint.description, text: `${hint.command} ` },
      ...hint.subcommands.map((sub) => ({
        title: `${hint.command} ${sub.name}`,
        detail: sub.description,
        text: `${hint.command} ${sub.name}`,
      })),
    ])
    .filter((option) => option.title.startsWith(typed.trimEnd()) && option.title !== typed.trimEnd())
    .slice(0, MOST)
    .map((option) => ({ ...option, key: option.title, caret: option.text.length }));
};

const forMentions = (text: string, caret: number, users: Iterable<SandboxUser>): readonly Suggestion[] => {
  const match = /(?:^|[\s(])@([\p{L}\d. -]{0,30})$/u.exec(text.slice(0, caret));
  if (!match) return [];
  const typed = (match[1] ?? '').toLowerCase();
  const start = caret - typed.length - 1;
  return [...users]
    .sort((a, b) => Number(b.is_bot) - Number(a.is_bot))
    .filter((user) => `${user.real_name} ${user.title} ${user.name}`.toLowerCase().includes(typed))
    .filter((user) => user.real_name.toLowerCase() !== typed.trim())
    .slice(0, MOST)
    .map((user) => {
      const head = `${text.slice(0, start)}@${user.real_name} `;
      return {
        key: user.id,
        title: user.real_name,
        detail: user.title,
        text: head + text.slice(caret),
        caret: head.length,
        user,
      };
    });
};

/** What could be meant: a command while the text starts with `/`, a person after `@`. */
export const suggestionsFor = (
  text: string,
  caret: number,
  commands: readonly CommandHint[],
  users: Iterable<SandboxUser>,
): readonly Suggestion[] =>
  text.startsWith('/') && !text.includes('\n') ? forCommands(text, commands) : forMentions(text, caret, users);
