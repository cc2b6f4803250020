import { audienceOf, type Core } from './core.ts';
import { APP_ID, BOT_USER, type SandboxMessage, type SandboxUser, TEAM } from './model.ts';
import { type CommandHint, PEOPLE, type ShortcutHint } from './seed.ts';
import { messagesOf } from './workspace.ts';

/** Top-level messages of each channel that the page gets at first; their threads come with them. */
const MESSAGES_SHOWN = 100;

const shownMessages = (core: Core, channel: string): readonly SandboxMessage[] => {
  const all = [...messagesOf(core.workspace, channel).values()];
  const top = all.filter((message) => !message.thread_ts || message.thread_ts === message.ts);
  const from = top.at(-MESSAGES_SHOWN)?.ts ?? '0';
  const shownTop = new Set(top.slice(-MESSAGES_SHOWN).map((message) => message.ts));
  return all.filter(
    (message) =>
      Number(message.ts) >= Number(from) && (shownTop.has(message.ts) || shownTop.has(message.thread_ts ?? '')),
  );
};

/** All that the page shows to one person. `rev` says which changes it already holds. */
export const pageState = (
  core: Core,
  user: SandboxUser,
  commands: readonly CommandHint[],
  shortcuts: readonly ShortcutHint[],
): Record<string, unknown> => {
  const channels = [...core.workspace.channels.values()].filter(
    (channel) => audienceOf(channel)?.includes(user.id) ?? true,
  );
  const reads = channels.map((channel) => [channel.id, core.workspace.reads.get(`${user.id} ${channel.id}`) ?? '0']);
  return {
    ok: true,
    rev: core.rev(),
    team: TEAM,
    app: { id: APP_ID, user: BOT_USER },
    me: user.id,
    users: [...core.workspace.users.values()],
    people: PEOPLE.map((person) => person.id),
    channels,
    messages: channels.flatMap((channel) => shownMessages(core, channel.id)),
    ephemerals: [...(core.workspace.ephemerals.get(user.id)?.values() ?? [])],
    views: core.workspace.stacks.get(user.id) ?? [],
    home: core.workspace.homes.get(user.id) ?? null,
    reads: Object.fromEntries(reads),
    prompts: Object.fromEntries([...core.workspace.prompts].filter(([id]) => channels.some((c) => c.id === id))),
    trace: core.trace.list().slice(-60),
    commands,
    shortcuts,
    faults: core.faults.get(),
  };
};
