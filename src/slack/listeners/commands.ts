import type { App } from '@slack/bolt';
import { type ListenerDeps, store } from './store.ts';

/** `/governance deploy|exception|status|help`. */
export function registerCommands(app: App, deps: ListenerDeps): void {
  app.command('/governance', async ({ command, ack }) => {
    await store(deps, `cmd:${command.trigger_id}:${command.user_id}`, {
      kind: 'command',
      user: { id: command.user_id, name: command.user_name ?? null },
      channel: command.channel_id,
      triggerId: command.trigger_id,
      text: (command.text ?? '').slice(0, 500),
    });
    await ack();
  });
}
