import type { App, ViewOutput } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';

/** Submitted forms: what does not fit is shown on its field at once and nothing is stored; the rest is stored. */
export function registerViews(app: App, deps: ListenerDeps): void {
  app.view({ type: 'view_submission', callback_id: /^[a-z_]{1,40}$/ }, async ({ body, view, ack }) => {
    const values = valuesOf(view);
    const errors = deps.validate(view.callback_id, view.private_metadata, values);
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
    await ack();
  });
}

/** Answers by block id; null where left empty. */
function valuesOf(view: ViewOutput): Record<string, string | string[] | null> {
  const values: Record<string, string | string[] | null> = {};
  for (const [block, actions] of Object.entries(view.state.values)) {
    for (const answer of Object.values(actions)) {
      values[block] =
        answer.value ??
        answer.selected_option?.value ??
        answer.selected_date ??
        answer.selected_user ??
        answer.selected_options?.map((o) => o.value ?? '') ??
        answer.selected_users ??
        null;
    }
  }
  return values;
}
