import type { App } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';
import { valuesOf } from './view-values.ts';

/** Submitted forms: what does not fit is shown on its field at once and nothing is stored; the rest is stored. */
export function registerViews(app: App, deps: ListenerDeps): void {
  app.view({ type: 'view_submission', callback_id: /^[a-z_]{1,40}$/ }, async ({ body, view, ack }) => {
    const values = valuesOf(view);
    const errors = await deps.validate(view.callback_id, view.private_metadata, values);
    if (errors !== null) {
      await ack({ response_action: 'errors', errors });
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
