import type { App, MessageShortcut } from '@slack/bolt';
import { uploadValue } from '#src/delivery/forms/request-uploads.ts';
import { type ListenerDeps, store } from './store.ts';

/** "Request a deployment" is the same as `/governance deploy`; "Use as evidence" takes the file of a message. */
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
  app.shortcut<MessageShortcut>('use_as_evidence', async ({ shortcut, ack }) => {
    const { message, channel, user } = shortcut;
    const files = (message as { readonly files?: readonly { readonly id: string; readonly size?: number }[] }).files;
    await store(deps, `sho:${shortcut.trigger_id}:${user.id}`, {
      kind: 'press',
      user: { id: user.id, name: null },
      action: 'use_as_evidence',
      value: (files ?? [])
        .slice(0, 10)
        .map(({ id, size }) => uploadValue({ id, size: size ?? 0 }))
        .join('\n'),
      channel: channel.id,
      messageTs: shortcut.message_ts,
      threadTs: typeof message['thread_ts'] === 'string' ? message['thread_ts'] : null,
      triggerId: shortcut.trigger_id,
    });
    await ack();
  });
}
