import type { App, BlockAction, ViewOutput } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';
import { valuesOf } from './view-values.ts';

/** Every button and select of ours: stored with the raw facts of the click. */
export function registerActions(app: App, deps: ListenerDeps): void {
  app.action<BlockAction>({ type: 'block_actions' }, async ({ body, action, ack }) => {
    await store(deps, `act:${body.trigger_id}:${body.user.id}:${action.action_id}`, {
      kind: 'press',
      user: { id: body.user.id, name: 'name' in body.user ? (body.user.name ?? null) : null },
      action: action.action_id,
      value: chosenValue(action),
      channel: body.channel?.id ?? null,
      messageTs: body.message?.ts ?? null,
      threadTs: typeof body.message?.['thread_ts'] === 'string' ? body.message['thread_ts'] : null,
      triggerId: body.trigger_id,
      block: action.block_id ?? '',
      view: body.view?.type === 'modal' ? openForm(body.view) : null,
    });
    await ack();
  });
}

/** The modal in which something was pressed, with what was answered so far. */
function openForm(view: ViewOutput) {
  return { id: view.id, form: view.callback_id, about: view.private_metadata, values: valuesOf(view) };
}

function chosenValue(action: BlockAction['actions'][number]): string {
  if ('value' in action && typeof action.value === 'string') return action.value;
  if ('selected_option' in action && action.selected_option) return action.selected_option.value ?? '';
  return '';
}
