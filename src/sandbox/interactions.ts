import { messageShape, viewShape } from './api/shapes.ts';
import { changedView, checkView, makeView } from './api/views.ts';
import type { Core } from './core.ts';
import { type Answer, type Courier, noteAnswer } from './deliver.ts';
import { actionOf, placedElements, type RawValue, type RawValues, stateOf } from './element-values.ts';
import type { JournalEntry, SandboxChannel, SandboxUser, SandboxView } from './model.ts';
import { commandForm, interactionBase, interactionForm, payloadChannel } from './payloads.ts';
import type { ResponseBook } from './response-urls.ts';
import type { ShortcutHint } from './seed.ts';
import { triggerRef } from './trace.ts';
import type { TriggerBook } from './triggers.ts';
import { messagesOf } from './workspace.ts';

/** What a page call answers. `errors` are by block_id; `message` is a sentence for the person. */
export type PageResult =
  | { readonly ok: true; readonly [key: string]: unknown }
  | {
      readonly ok: false;
      readonly error: 'not_found' | 'stale' | 'invalid' | 'app_failed' | 'fields';
      readonly message: string;
      readonly errors?: Readonly<Record<string, string>>;
    };

/** Where a clicked element stands. */
export type Container =
  | { readonly type: 'message'; readonly channel: string; readonly ts: string }
  | { readonly type: 'view'; readonly view_id: string };

export type InteractionDeps = {
  readonly core: Core;
  readonly courier: Courier;
  readonly triggers: TriggerBook;
  readonly responses: ResponseBook;
  readonly baseUrl: () => string;
  readonly shortcuts: readonly ShortcutHint[];
};

const gone = (message: string): PageResult => ({ ok: false, error: 'not_found', message });

const appFailed = (answer: Answer): PageResult => ({
  ok: false,
  error: 'app_failed',
  message:
    answer.outcome === 'timeout'
      ? 'Countersign did not answer within three seconds. Try again.'
      : answer.outcome === 'unreachable'
        ? 'Countersign could not be reached. Try again.'
        : `Countersign refused the request (HTTP ${answer.status ?? 0}). Try again.`,
});

const parseAck = (body: string): Record<string, unknown> | null => {
  if (body.trim() === '') return null;
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

const openViewOf = (core: Core, user: string, viewId: string): SandboxView | undefined =>
  core.workspace.stacks.get(user)?.find((view) => view.id === viewId);

/** Sends a slash command and shows what its acknowledgement says. */
export const runCommand = async (
  deps: InteractionDeps,
  user: SandboxUser,
  channel: SandboxChannel,
  command: string,
  text: string,
): Promise<PageResult> => {
  const { core } = deps;
  const triggerId = deps.triggers.issue(user.id, null);
  const place = { channel: channel.id, user: user.id, source: null, threadTs: null };
  const responseUrl = `${deps.baseUrl()}${deps.responses.issue(place)}`;
  const traceId = core.trace.begin('command', `${command} ${text}`.trim().slice(0, 80), triggerRef(triggerId), user.id);
  const answer = await deps.courier.send(commandForm({ user, channel, command, text, triggerId, responseUrl }), 'form');
  noteAnswer(core, traceId, answer, 1, answer.body === '' ? '' : 'with a message');
  if (answer.outcome !== 'ok') return appFailed(answer);
  if (answer.body.trim() !== '') await deps.responses.post(place, parseAck(answer.body) ?? answer.body);
  return { ok: true };
};

type Click = {
  readonly container: Container;
  readonly blockId: string;
  readonly actionId: string;
  readonly value: RawValue;
  readonly values: RawValues;
};

const sendInteraction = async (
  deps: InteractionDeps,
  name: string,
  user: SandboxUser,
  payload: Record<string, unknown>,
): Promise<{ answer: Answer; traceId: number }> => {
  const ref = triggerRef(String(payload['trigger_id'] ?? ''));
  const traceId = deps.core.trace.begin('interaction', name, ref, user.id);
  return { answer: await deps.courier.send(interactionForm(payload), 'form'), traceId };
};

const finishClick = async (
  deps: InteractionDeps,
  user: SandboxUser,
  click: Click,
  payload: Record<string, unknown>,
): Promise<PageResult> => {
  const { answer, traceId } = await sendInteraction(deps, `block_actions ${click.actionId}`, user, payload);
  noteAnswer(deps.core, traceId, answer, 1, '');
  return answer.outcome === 'ok' ? { ok: true } : appFailed(answer);
};

const clickInMessage = (
  deps: InteractionDeps,
  user: SandboxUser,
  click: Click & { container: { type: 'message' } },
) => {
  const { core } = deps;
  const { channel: channelId, ts } = click.container as Extract<Container, { type: 'message' }>;
  const ephemeral = core.workspace.ephemerals.get(user.id)?.get(ts);
  const message = ephemeral ?? messagesOf(core.workspace, channelId).get(ts);
  const channel = core.workspace.channels.get(channelId);
  if (!message || !channel || message.channel !== channelId) return Promise.resolve(gone('That message is gone.'));
  const placed = placedElements(message.blocks ?? []).find(
    (p) => p.actionId === click.actionId && p.blockId === click.blockId,
  );
  const action = placed && actionOf(placed, click.value, core.workspace, core.nextTs());
  if (!action) return Promise.resolve(gone('That button is no longer part of the message.'));
  const threadTs = message.thread_ts ?? null;
  const place = { channel: channelId, user: user.id, source: { ts, ephemeral: ephemeral !== undefined }, threadTs };
  return finishClick(deps, user, click, {
    ...interactionBase('block_actions', user),
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: channelId,
      is_ephemeral: ephemeral !== undefined,
      ...(threadTs ? { thread_ts: threadTs } : {}),
    },
    trigger_id: deps.triggers.issue(user.id, null),
    channel: payloadChannel(channel),
    ...(ephemeral ? {} : { message: messageShape(core.workspace, message, true) }),
    state: { values: stateOf(message.blocks ?? [], click.values, core.workspace, false).values },
    response_url: `${deps.baseUrl()}${deps.responses.issue(place)}`,
    actions: [action],
  });
};

const clickInView = (deps: InteractionDeps, user: SandboxUser, click: Click, viewId: string): Promise<PageResult> => {
  const { core } = deps;
  const home = core.workspace.homes.get(user.id);
  const view = home?.id === viewId ? home : openViewOf(core, user.id, viewId);
  if (!view) return Promise.resolve(gone('That form is closed.'));
  const placed = placedElements(view.blocks).find((p) => p.actionId === click.actionId && p.blockId === click.blockId);
  const action = placed && actionOf(placed, click.value, core.workspace, core.nextTs());
  if (!action) return Promise.resolve(gone('That field is no longer part of the form.'));
  const { values } = stateOf(view.blocks, click.values, core.workspace, false);
  return finishClick(deps, user, click, {
    ...interactionBase('block_actions', user),
    container: { type: 'view', view_id: view.id },
    trigger_id: deps.triggers.issue(user.id, view.type === 'modal' ? view.id : null),
    view: viewShape(view, values),
    actions: [action],
  });
};

/** Sends a click or a choice (`block_actions`). The element is looked up, so a page cannot invent one. */
export const click = (deps: InteractionDeps, user: SandboxUser, input: Click): Promise<PageResult> =>
  input.container.type === 'view'
    ? clickInView(deps, user, input, input.container.view_id)
    : clickInMessage(deps, user, { ...input, container: input.container });

const closing = (views: readonly SandboxView[]): JournalEntry[] =>
  views.map((view) => ({ op: 'view_close', user: view.user, view_id: view.id }));

/** Does what a view_submission's acknowledgement asks for. */
const obeyAck = async (core: Core, view: SandboxView, ack: Record<string, unknown> | null): Promise<PageResult> => {
  const stack = core.workspace.stacks.get(view.user) ?? [];
  const action = ack?.['response_action'];
  if (action === undefined || action === null) {
    await core.commit(closing([view]));
    return { ok: true };
  }
  if (action === 'clear') {
    await core.commit(closing(stack));
    return { ok: true };
  }
  if (action === 'errors') {
    const errors = (ack?.['errors'] ?? {}) as Readonly<Record<string, string>>;
    return { ok: false, error: 'fields', message: 'Some fields need another look.', errors };
  }
  const checked = checkView(core, ack?.['view']);
  const fits = checked.ok && checked.content.type === 'modal' && (action === 'update' || stack.length < 3);
  if (!fits) {
    core.log.warn({ action, checked }, 'the acknowledgement of a view_submission cannot be carried out');
    return { ok: false, error: 'app_failed', message: 'Countersign answered with a form that Slack would refuse.' };
  }
  const next =
    action === 'update' ? changedView(core, view, checked.content) : makeView(core, view.user, checked.content, view);
  await core.commit([{ op: 'view', view: next }]);
  return { ok: true };
};

/** Submits a modal: the workspace checks the fields as Slack's client does, then the app decides. */
export const submitView = async (
  deps: InteractionDeps,
  user: SandboxUser,
  viewId: string,
  raw: RawValues,
): Promise<PageResult> => {
  const { core } = deps;
  const view = openViewOf(core, user.id, viewId);
  if (!view) return gone('That form is closed.');
  const { values, errors } = stateOf(view.blocks, raw, core.workspace, true);
  if (Object.keys(errors).length > 0) {
    return { ok: false, error: 'fields', message: 'Some fields need another look.', errors };
  }
  const { answer, traceId } = await sendInteraction(deps, `view_submission ${view.callback_id}`, user, {
    ...interactionBase('view_submission', user),
    trigger_id: deps.triggers.issue(user.id, view.id),
    view: viewShape(view, values),
    response_urls: [],
  });
  const ack = parseAck(answer.body);
  noteAnswer(
    core,
    traceId,
    answer,
    1,
    ack?.['response_action'] ? `response_action: ${String(ack['response_action'])}` : '',
  );
  if (answer.outcome !== 'ok') return appFailed(answer);
  return obeyAck(core, openViewOf(core, user.id, viewId) ?? view, ack);
};

/** Closes the top modal, or the whole stack, and tells the app about those that asked to be told. */
export const closeView = async (
  deps: InteractionDeps,
  user: SandboxUser,
  viewId: string,
  all: boolean,
): Promise<PageResult> => {
  const { core } = deps;
  const view = openViewOf(core, user.id, viewId);
  if (!view) return { ok: true };
  const stack = core.workspace.stacks.get(user.id) ?? [];
  const closed = all || view.clear_on_close ? stack : [view];
  await core.commit(closing(closed));
  const told = closed.filter((other) => other.notify_on_close);
  await Promise.all(
    told.map(async (other) => {
      const { answer, traceId } = await sendInteraction(deps, `view_closed ${other.callback_id}`, user, {
        ...interactionBase('view_closed', user),
        view: viewShape(other),
        is_cleared: closed.length > 1,
      });
      noteAnswer(core, traceId, answer, 1, '');
    }),
  );
  return { ok: true };
};

/** Runs a global or message shortcut of the app. */
export const runShortcut = async (
  deps: InteractionDeps,
  user: SandboxUser,
  callbackId: string,
  target: { readonly channel: string; readonly ts: string } | null,
): Promise<PageResult> => {
  const { core } = deps;
  const shortcut = deps.shortcuts.find((other) => other.callback_id === callbackId);
  if (!shortcut || (shortcut.type === 'message') !== (target !== null)) return gone('There is no such shortcut.');
  const common = {
    ...interactionBase(target ? 'message_action' : 'shortcut', user),
    callback_id: callbackId,
    trigger_id: deps.triggers.issue(user.id, null),
    action_ts: core.nextTs(),
  };
  let payload: Record<string, unknown> = common;
  if (target) {
    const channel = core.workspace.channels.get(target.channel);
    const message = messagesOf(core.workspace, target.channel).get(target.ts);
    if (!channel || !message) return gone('That message is gone.');
    const place = { channel: channel.id, user: user.id, source: null, threadTs: message.thread_ts ?? null };
    payload = {
      ...common,
      channel: payloadChannel(channel),
      message_ts: target.ts,
      message: messageShape(core.workspace, message, true),
      response_url: `${deps.baseUrl()}${deps.responses.issue(place)}`,
    };
  }
  const { answer, traceId } = await sendInteraction(deps, `shortcut ${callbackId}`, user, payload);
  noteAnswer(core, traceId, answer, 1, '');
  return answer.outcome === 'ok' ? { ok: true } : appFailed(answer);
};
