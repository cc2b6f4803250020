import type { App } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';

/** Global shortcut "Request a deployment": the same as `/governance deploy`. */
export function registerShortcuts(app: App, deps: ListenerDeps): void {
  app.shortcut('request_deployment', async ({ shortcut, ack }) => {
    await store(deps, `sho:${shortcut.trigger_id}:${shortcut.user.id}`, {
      kind: 'press',
      user: { id: shortcut.user.id, name: null },
      action: 'open_deploy',
      value: '',
      channel: null,
      messageTs: null,
      threadTs: null,
      triggerId: shortcut.trigger_id,
    });
    await ack();
  });
}
