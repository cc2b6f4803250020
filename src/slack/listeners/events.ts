import type { App } from '@slack/bolt';
import { TEXT_CHARS_MAX } from '#src/delivery/inbox/incoming.ts';
import { type ListenerDeps, store } from './store.ts';

type MessageLike = {
  readonly user?: string | undefined;
  readonly bot_id?: string | undefined;
  readonly subtype?: string | undefined;
  readonly text?: string | undefined;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
  readonly channel: string;
  readonly channel_type?: string | undefined;
};

/** Messages to the bot, mentions, and the opening of the App Home. */
export function registerEvents(app: App, deps: ListenerDeps): void {
  const take = async (id: string, message: MessageLike, mentioned: boolean): Promise<void> => {
    // Own and other bots' messages, edits and joins are no questions.
    if (message.bot_id !== undefined || message.user === undefined) return;
    if (message.subtype !== undefined && message.subtype !== 'file_share' && message.subtype !== 'thread_broadcast')
      return;
    const text = (message.text ?? '').replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>\s*/, '');
    await store(deps, id, {
      kind: 'ask',
      user: { id: message.user, name: null },
      channel: message.channel,
      place: message.channel_type === 'im' ? 'im' : 'channel',
      ts: message.ts,
      threadTs: message.thread_ts ?? null,
      text: unescapeText(text),
      mentioned,
      wasCut: text.length > TEXT_CHARS_MAX,
    });
  };

  app.message(async ({ message, body, context }) => {
    const channelMessage = message as MessageLike;
    // A mention in a channel also arrives as app_mention; it is taken once, from there.
    const mentionsBot = channelMessage.text?.includes(`<@${context.botUserId ?? ''}>`) ?? false;
    if (channelMessage.channel_type !== 'im' && mentionsBot) return;
    await take(eventIdOf(body), channelMessage, false);
  });
  app.event('app_mention', async ({ event, body }) => {
    await take(eventIdOf(body), { ...(event as MessageLike), channel_type: 'channel' }, true);
  });
  app.event('app_home_opened', async ({ event, body }) => {
    const user = { id: event.user, name: null };
    const incoming =
      event.tab === 'messages' ? { kind: 'greeting', user, channel: event.channel } : { kind: 'home', user };
    await store(deps, eventIdOf(body), incoming);
  });
}

function eventIdOf(body: { readonly event_id?: string }): string {
  return `evt:${body.event_id ?? 'missing'}`;
}

/** Slack escapes exactly these three in message text. */
function unescapeText(text: string): string {
  return text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
}
