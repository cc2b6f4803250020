import { checkBlocks, maxBlocks, withIds } from './block-rules.ts';
import type { Core } from './core.ts';
import { type Block, LIMITS, type MessageMetadata } from './model.ts';

/** What a message or an answer to a response_url may hold, before it is checked. */
export type Draft = {
  readonly text: unknown;
  readonly blocks: unknown;
  readonly metadata?: unknown;
  readonly markdownText?: unknown;
};

export type Content = {
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly metadata?: MessageMetadata;
};

/** Slack's error code, with its messages. */
export type ContentRefusal = { readonly ok: false; readonly error: string; readonly messages: readonly string[] };

/** Text of all blocks of one message together; beyond it Slack answers `msg_blocks_too_long` (measured, undocumented). */
const BLOCK_TEXT_MAX = 13_200;
const METADATA_MAX = 16_000;

const textLength = (value: unknown, depth = 0): number => {
  if (depth > 12 || typeof value !== 'object' || value === null) return 0;
  let sum = 0;
  for (const [key, inner] of Object.entries(value)) {
    sum += key === 'text' && typeof inner === 'string' ? inner.length : textLength(inner, depth + 1);
  }
  return sum;
};

const refusal = (error: string, messages: readonly string[] = []): ContentRefusal => ({ ok: false, error, messages });

const checkMetadata = (value: unknown): { ok: true; metadata?: MessageMetadata } | ContentRefusal => {
  if (value === undefined || value === null) return { ok: true };
  if (typeof value !== 'object') return refusal('invalid_metadata_format');
  const { event_type: type, event_payload: payload } = value as Record<string, unknown>;
  if (typeof type !== 'string' || typeof payload !== 'object' || payload === null) {
    return refusal('invalid_metadata_format');
  }
  if (JSON.stringify(value).length > METADATA_MAX) return refusal('metadata_too_large');
  return { ok: true, metadata: { event_type: type, event_payload: payload as Record<string, unknown> } };
};

/**
 * Checks what an app wants to post and gives it ids, or refuses with Slack's code. Text beyond 40,000 characters is
 * cut, as Slack does.
 */
export const checkContent = (core: Core, draft: Draft): ({ readonly ok: true } & Content) | ContentRefusal => {
  const text = typeof draft.text === 'string' ? draft.text.slice(0, LIMITS.messageText) : '';
  const markdown = typeof draft.markdownText === 'string' ? draft.markdownText : '';
  const raw = draft.blocks ?? (markdown === '' ? undefined : [{ type: 'markdown', text: markdown }]);
  const metadata = checkMetadata(draft.metadata);
  if (!metadata.ok) return metadata;
  const base = metadata.metadata ? { metadata: metadata.metadata } : {};
  if (raw === undefined) return text === '' ? refusal('no_text') : { ok: true, text, ...base };
  if (!Array.isArray(raw)) return refusal('invalid_blocks_format');
  if (raw.length === 0) return text === '' ? refusal('no_text') : { ok: true, text, ...base };
  const problems = checkBlocks(raw, 'message');
  if (raw.length > maxBlocks('message') || problems.length > 0) return refusal('invalid_blocks', problems);
  if (textLength(raw) > BLOCK_TEXT_MAX) return refusal('msg_blocks_too_long');
  return { ok: true, text: text || markdown, blocks: withIds(raw, () => core.randomId(3)), ...base };
};
