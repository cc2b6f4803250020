import { audienceOf } from '../core.ts';
import { BOT_USER, type SandboxMessage } from '../model.ts';
import { checkContent } from '../posting.ts';
import { messagesOf } from '../workspace.ts';
import { type ApiRefusal, type Args, refuse, str, structured } from './args.ts';
import { findChannel } from './chat.ts';
import type { ApiContext, ApiMethod, ApiMethods } from './context.ts';
import { messageShape } from './shapes.ts';

type Prompt = { readonly title: string; readonly message: string };

const readPrompts = (value: unknown): readonly Prompt[] | null => {
  if (!Array.isArray(value) || value.length === 0 || value.length > 4) return null;
  const prompts = value as readonly Partial<Prompt>[];
  const good = prompts.every(
    (prompt) => typeof prompt?.title === 'string' && typeof prompt.message === 'string' && prompt.title !== '',
  );
  return good ? prompts.map((prompt) => ({ title: prompt.title ?? '', message: prompt.message ?? '' })) : null;
};

const setSuggestedPrompts: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel_id'));
  if (!channel) return refuse('channel_not_found');
  const raw = structured(args, 'prompts');
  const prompts = raw.ok ? readPrompts(raw.value) : null;
  if (!prompts) return refuse('invalid_arguments', ['[ERROR] prompts must hold 1 to 4 titles with messages']);
  const title = str(args, 'title') ?? '';
  await context.core.commit([{ op: 'prompts', channel: channel.id, prompts: { title, prompts } }]);
  return { ok: true };
};

const setStatus: ApiMethod = (args, context) => {
  const channel = findChannel(context, str(args, 'channel_id'));
  if (!channel) return refuse('channel_not_found');
  const threadTs = str(args, 'thread_ts') ?? '';
  const status = (str(args, 'status') ?? '').slice(0, 200);
  context.core.announce('status', audienceOf(channel), { channel: channel.id, thread_ts: threadTs, status });
  return { ok: true };
};

/** Markdown of a streaming call: its own text and its `markdown_text` chunks. */
const streamedText = (args: Args): string => {
  const chunks = structured(args, 'chunks');
  const list = chunks.ok && Array.isArray(chunks.value) ? (chunks.value as readonly Record<string, unknown>[]) : [];
  const texts = list.map((chunk) => (chunk['type'] === 'markdown_text' ? String(chunk['text'] ?? '') : ''));
  return [str(args, 'markdown_text') ?? '', ...texts].join('');
};

const streaming = new WeakMap<ApiContext['core'], Map<string, string>>();
const streamsOf = (context: ApiContext): Map<string, string> => {
  const own = streaming.get(context.core) ?? new Map<string, string>();
  streaming.set(context.core, own);
  return own;
};

const withMarkdown = (message: SandboxMessage, text: string): SandboxMessage => ({
  ...message,
  text,
  ...(text === '' ? {} : { blocks: [{ type: 'markdown', block_id: 'stream', text: text.slice(0, 12_000) }] }),
});

const startStream: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const threadTs = str(args, 'thread_ts');
  if (threadTs !== undefined && !messagesOf(context.core.workspace, channel.id).has(threadTs)) {
    return refuse('thread_not_found');
  }
  const text = streamedText(args);
  const ts = context.core.nextTs();
  const base: SandboxMessage = {
    channel: channel.id,
    ts,
    user: BOT_USER,
    text: '',
    ...(threadTs ? { thread_ts: threadTs } : {}),
  };
  const streams = streamsOf(context);
  streams.set(`${channel.id} ${ts}`, text);
  for (const key of streams.keys()) {
    if (streams.size <= 200) break;
    streams.delete(key);
  }
  await context.core.commit([{ op: 'message', message: withMarkdown(base, text) }]);
  return { ok: true, channel: channel.id, ts };
};

const findStream = (
  args: Args,
  context: ApiContext,
):
  | { readonly ok: true; readonly message: SandboxMessage; readonly key: string; readonly text: string }
  | ApiRefusal => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const message = messagesOf(context.core.workspace, channel.id).get(str(args, 'ts') ?? '');
  if (!message) return refuse('message_not_found');
  const key = `${channel.id} ${message.ts}`;
  const text = streamsOf(context).get(key);
  return text === undefined ? refuse('message_not_in_streaming_state') : { ok: true, message, key, text };
};

const appendStream: ApiMethod = async (args, context) => {
  const found = findStream(args, context);
  if (!found.ok) return found;
  const text = found.text + streamedText(args);
  if (text.length > 40_000) return refuse('msg_too_long');
  streamsOf(context).set(found.key, text);
  await context.core.commit([{ op: 'message', message: withMarkdown(found.message, text) }]);
  return { ok: true, channel: found.message.channel, ts: found.message.ts };
};

const stopStream: ApiMethod = async (args, context) => {
  const found = findStream(args, context);
  if (!found.ok) return found;
  const text = found.text + streamedText(args);
  const blocks = structured(args, 'blocks');
  const metadata = structured(args, 'metadata');
  if (!blocks.ok || !metadata.ok) return refuse('invalid_blocks_format');
  const more = Array.isArray(blocks.value) ? (blocks.value as readonly unknown[]) : [];
  const markdown = text === '' ? [] : [{ type: 'markdown', text: text.slice(0, 12_000) }];
  const content = checkContent(context.core, { text, blocks: [...markdown, ...more], metadata: metadata.value });
  if (!content.ok) return refuse(content.error, content.messages);
  const { ok: _ok, ...body } = content;
  streamsOf(context).delete(found.key);
  const message: SandboxMessage = { ...found.message, ...body };
  const to = audienceOf(context.core.workspace.channels.get(message.channel));
  context.core.announce('status', to, { channel: message.channel, thread_ts: message.thread_ts ?? '', status: '' });
  await context.core.commit([{ op: 'message', message }]);
  return {
    ok: true,
    channel: message.channel,
    ts: message.ts,
    message: messageShape(context.core.workspace, message, true),
  };
};

/** What AI apps use: prompts, status and streamed messages. */
export const ASSISTANT_METHODS: ApiMethods = {
  'assistant.threads.setSuggestedPrompts': setSuggestedPrompts,
  'assistant.threads.setStatus': setStatus,
  'assistant.threads.setTitle': () => ({ ok: true }),
  'chat.startStream': startStream,
  'chat.appendStream': appendStream,
  'chat.stopStream': stopStream,
};
