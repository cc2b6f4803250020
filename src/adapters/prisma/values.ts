import { StoreError } from './errors.ts';

/**
 * JSON that jsonb takes: PostgreSQL's text holds no NUL, and jsonb no half of a surrogate pair; both become U+FFFD.
 * For what people or Slack wrote and no hash depends on.
 */
export function storableJson(value: unknown): string {
  // JSON.stringify writes a lone surrogate as an escape and a whole pair as it is; `\\.` skips escaped backslashes.
  return (JSON.stringify(value) ?? 'null').replace(/\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g, (found) =>
    found === '\\u0000' || found.startsWith('\\ud') ? '\ufffd' : found,
  );
}

/**
 * JSON that jsonb takes, where a hash depends on the value.
 * @throws StoreError `unstorable_text`
 */
export function exactJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  if (storableJson(value) === json) return json;
  throw unstorable();
}

/**
 * Text as it is hashed (UTF-8, a lone surrogate as U+FFFD).
 * @throws StoreError `unstorable_text` for a NUL, which PostgreSQL cannot keep.
 */
export function exactText(text: string): string {
  if (text.includes('\0')) throw unstorable();
  return text.toWellFormed();
}

/** Text that PostgreSQL takes, for what no hash depends on. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** The bytes as a plain Uint8Array: pg and Prisma hand out Buffers. */
export function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** For a parameter of a Prisma call. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function unstorable(): StoreError {
  return new StoreError(
    'unstorable_text',
    'A text holds a NUL character (or half a character), and its hash would not fit what is stored.',
    'Remove control characters where the text enters.',
  );
}
