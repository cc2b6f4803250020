import type { App, ViewOutput } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';
import { valuesOf } from './view-values.ts';

/** Submitted forms: what does not fit is shown on its field at once and nothing is stored; the rest is stored. */
export function registerViews(app: App, deps: ListenerDeps): void {
  app.view({ type: 'view_submission', callback_id: /^[a-z_]{1,40}$/ }, async ({ body, view, ack }) => {
    const values = valuesOf(view);
    const errors = await deps.validate(view.callback_id, view.private_metadata, values);
    if (errors !== null) {
      await ack({ response_action: 'errors', errors });
      // The form may have a question to show that only its answers raise.
      if ('system' in errors) await drawAgain(deps, body.user.id, view, values);
      return;
    }
    // A view is submitted once: its id with its hash is the command's identity, also when Slack sends it again.
    await store(deps, `form:${view.id}:${view.hash}:${body.user.id}`, {
      kind: 'form',
      user: { id: body.user.id, name: body.user.name ?? null },
      form: view.callback_id,
      about: view.private_metadata,
      values,
      triggerId: 'trigger_id' in body && typeof body.trigger_id === 'string' ? body.trigger_id : view.id,
    });
    // A form that was opened from another modal leaves nothing stale behind it.
    if (view.previous_view_id) await ack({ response_action: 'clear' });
    else await ack();
  });
}

/** As if something that redraws had been pressed in the form. */
async function drawAgain(deps: ListenerDeps, user: string, view: ViewOutput, values: object): Promise<void> {
  await store(deps, `again:${view.id}:${view.hash}:${user}`, {
    kind: 'press',
    user: { id: user, name: null },
    action: 'form_again',
    value: '',
    channel: null,
    messageTs: null,
    threadTs: null,
    triggerId: view.id,
    view: { id: view.id, form: view.callback_id, about: view.private_metadata, values },
  });
}
