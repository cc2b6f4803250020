import { z } from 'zod';
import { markRead, openApp, sendTyped } from './conversation.ts';
import { audienceOf } from './core.ts';
import type { EventSender } from './events.ts';
import {
  click,
  closeView,
  type InteractionDeps,
  type PageResult,
  runCommand,
  runShortcut,
  submitView,
} from './interactions.ts';
import { LIMITS, type SandboxChannel, type SandboxUser } from './model.ts';
import { directChannelOf } from './seed.ts';

export type PageDeps = InteractionDeps & { readonly events: EventSender };

const id = z.string().min(1).max(255);
const ts = z.string().regex(/^\d{1,12}\.\d{6}$/);
const value = z.union([z.string().max(50_000), z.array(z.string().max(300)).max(200), z.null()]);
const values = z.record(id, z.record(id, value)).default({});

const messageCall = z.object({
  as: id,
  channel: id,
  text: z.string().max(LIMITS.typedText),
  files: z.array(id).max(LIMITS.filesPerMessage).default([]),
  thread_ts: ts.nullish(),
  client_msg_id: z.string().min(8).max(64),
});
const commandCall = z.object({ as: id, channel: id, text: z.string().min(2).max(4_000) });
const actionCall = z.object({
  as: id,
  container: z.discriminatedUnion('type', [
    z.object({ type: z.literal('message'), channel: id, ts }),
    z.object({ type: z.literal('view'), view_id: id }),
  ]),
  block_id: z.string().max(255),
  action_id: id,
  value: value.default(null),
  values,
});
const viewCall = z.object({ as: id, view_id: id, do: z.enum(['submit', 'close', 'close_all']), values });
const openCall = z.object({ as: id, tab: z.enum(['home', 'messages']) });
const readCall = z.object({ as: id, channel: id, ts });
const dismissCall = z.object({ as: id, ts });
const shortcutCall = z.object({ as: id, callback_id: id, message: z.object({ channel: id, ts }).nullish() });
const groupCall = z.object({ as: id, group: id, users: z.array(id).max(200) });
const faultsCall = z
  .object({
    outage: z.enum(['refuse', '503']).nullable(),
    rateLimitNext: z.int().min(0).max(1000),
    retryAfterSeconds: z.int().min(0).max(3600),
    perChannelLimit: z.boolean(),
    slowMs: z.int().min(0).max(60_000),
    dropAnswerNext: z.int().min(0).max(1000),
    method: z.string().max(80).nullable(),
  })
  .partial();

const invalid = (message: string): PageResult => ({ ok: false, error: 'invalid', message });

const personOf = (deps: PageDeps, as: string): SandboxUser | null => {
  const user = deps.core.workspace.users.get(as);
  return user && !user.is_bot ? user : null;
};

const channelFor = (deps: PageDeps, user: SandboxUser, channelId: string): SandboxChannel | null => {
  const channel = deps.core.workspace.channels.get(channelId);
  return channel && (audienceOf(channel)?.includes(user.id) ?? true) ? channel : null;
};

type Call = (body: unknown, deps: PageDeps) => Promise<PageResult>;

/** A call whose body is checked first and whose `as` is a person. */
const call =
  <T extends { readonly as: string }>(
    schema: z.ZodType<T>,
    run: (input: T, user: SandboxUser, deps: PageDeps) => Promise<PageResult>,
  ): Call =>
  async (body, deps) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return invalid(`${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not understood'}`);
    }
    const user = personOf(deps, parsed.data.as);
    return user ? run(parsed.data, user, deps) : invalid('as: no such person');
  };

const NO_CHANNEL: PageResult = { ok: false, error: 'not_found', message: 'There is no such channel.' };

/** The page's calls by path below `/sandbox/`. */
export const PAGE_CALLS: Readonly<Record<string, Call>> = {
  message: call(messageCall, async (input, user, deps) => {
    const channel = channelFor(deps, user, input.channel);
    if (!channel) return NO_CHANNEL;
    const { text, files, thread_ts: threadTs, client_msg_id: clientMsgId } = input;
    if (text.trim() === '' && files.length === 0) return invalid('text: nothing to send');
    return sendTyped(deps.core, deps.events, user, channel, { text, files, threadTs: threadTs ?? null, clientMsgId });
  }),
  command: call(commandCall, async (input, user, deps) => {
    const channel = channelFor(deps, user, input.channel);
    if (!channel) return NO_CHANNEL;
    const [, command, text = ''] = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i.exec(input.text.trim()) ?? [];
    if (!command) return invalid('text: not a command');
    return runCommand(deps, user, channel, command, text);
  }),
  action: call(actionCall, (input, user, deps) => {
    const { container, block_id: blockId, action_id: actionId } = input;
    if (container.type === 'message' && !channelFor(deps, user, container.channel)) return Promise.resolve(NO_CHANNEL);
    return click(deps, user, { container, blockId, actionId, value: input.value, values: input.values });
  }),
  view: call(viewCall, (input, user, deps) =>
    input.do === 'submit'
      ? submitView(deps, user, input.view_id, input.values)
      : closeView(deps, user, input.view_id, input.do === 'close_all'),
  ),
  open: call(openCall, async (input, user, deps) => {
    const channel = deps.core.workspace.channels.get(directChannelOf(user.id));
    return channel ? openApp(deps.core, deps.events, user, channel, input.tab) : NO_CHANNEL;
  }),
  read: call(readCall, async (input, user, deps) => {
    const channel = channelFor(deps, user, input.channel);
    return channel ? markRead(deps.core, user, channel, input.ts) : NO_CHANNEL;
  }),
  dismiss: call(dismissCall, async (input, user, deps) => {
    await deps.core.commit([{ op: 'ephemeral_delete', user: user.id, ts: input.ts }]);
    return { ok: true };
  }),
  shortcut: call(shortcutCall, (input, user, deps) => {
    const target = input.message ?? null;
    if (target && !channelFor(deps, user, target.channel)) return Promise.resolve(NO_CHANNEL);
    return runShortcut(deps, user, input.callback_id, target);
  }),
  /** Changes who is in a user group, as anybody may whom the workspace lets edit groups. */
  group: call(groupCall, async (input, _user, deps) => {
    const group = deps.core.workspace.groups.get(input.group);
    if (!group || !input.users.every((user) => deps.core.workspace.users.has(user)))
      return { ok: false, error: 'not_found', message: 'There is no such group or person.' };
    await deps.core.commit([{ op: 'group', group: { ...group, users: input.users } }]);
    return { ok: true };
  }),
  faults: async (body, deps) => {
    const parsed = faultsCall.safeParse(body);
    if (!parsed.success) return invalid('faults: not understood');
    const given = Object.entries(parsed.data).filter(([, setting]) => setting !== undefined);
    deps.core.faults.set(Object.fromEntries(given));
    return { ok: true, faults: deps.core.faults.get() };
  },
};
