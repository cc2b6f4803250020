import { audienceOf, type Core } from './core.ts';
import { APP_ID, BOT_USER, type SandboxChannel, type SandboxMessage, type SandboxUser, TEAM } from './model.ts';
import { type CommandHint, PEOPLE, type ShortcutHint } from './seed.ts';
import { messagesOf } from './workspace.ts';

/** Top-level messages that the page gets at once; their threads come with them. */
const MESSAGES_SHOWN = 100;

/** The last top-level messages of a channel before a ts, with their threads, and whether there are older ones. */
export const messagesBefore = (
  core: Core,
  channel: string,
  beforeTs: number,
): { readonly messages: readonly SandboxMessage[]; readonly more: boolean } => {
  const all = [...messagesOf(core.workspace, channel).values()];
  const top = all.filter((m) => (!m.thread_ts || m.thread_ts === m.ts) && Number(m.ts) < beforeTs);
  const shown = new Set(top.slice(-MESSAGES_SHOWN).map((message) => message.ts));
  return {
    messages: all.filter((message) => shown.has(message.ts) || shown.has(message.thread_ts ?? '')),
    more: top.length > shown.size,
  };
};

/** Channels a person sees: the public ones and their own direct messages. */
export const channelsOf = (core: Core, user: SandboxUser): readonly SandboxChannel[] =>
  [...core.workspace.channels.values()].filter((channel) => audienceOf(channel)?.includes(user.id) ?? true);

/** All that the page shows to one person. `rev` says which changes it already holds. */
export const pageState = (
  core: Core,
  user: SandboxUser,
  commands: readonly CommandHint[],
  shortcuts: readonly ShortcutHint[],
): Record<string, unknown> => {
  const channels = channelsOf(core, user);
  const pages = channels.map(
    (channel) => [channel.id, messagesBefore(core, channel.id, Number.POSITIVE_INFINITY)] as const,
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
    messages: pages.flatMap(([, page]) => page.messages),
    more: pages.filter(([, page]) => page.more).map(([id]) => id),
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
