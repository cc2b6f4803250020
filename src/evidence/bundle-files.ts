/** Where a bundle's files come from and go to: memory, a ZIP file, a browser's file picker. */
import { concat, fromUtf8, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto } from './ports.ts';

/** Receives a bundle's files, one after the other. */
export interface BundleSink {
  add(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Gives a bundle's files. Names and sizes are a stranger's claim; `stream` MUST stop at the claimed size. */
export interface BundleSource {
  /** Size in bytes by name. */
  readonly files: ReadonlyMap<string, number>;
  stream(name: string): AsyncIterable<Uint8Array>;
}

/** Largest file that is read into memory at once. */
export const SMALL_FILE_BYTES_MAX = 64 * 1024 * 1024;
const LINE_BYTES_MAX = 262_144;

/** A sink that collects files in memory. */
export function createMapSink(): BundleSink & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    add: async (name, chunks) => {
      files.set(name, await collect(chunks));
    },
  };
}

/** A source on files in memory. */
export function createMapSource(files: ReadonlyMap<string, Uint8Array>): BundleSource {
  return {
    files: new Map([...files].map(([name, bytes]) => [name, bytes.length])),
    stream: async function* (name) {
      const bytes = files.get(name);
      if (bytes !== undefined) yield bytes;
    },
  };
}

/** One chunk as a stream. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** All chunks as one array. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts.length === 1 ? (parts[0] as Uint8Array) : concat(...parts);
}

/** Passes chunks through and reports their size and SHA-256 (hex) at the end. */
export async function* hashing(
  crypto: Crypto,
  chunks: AsyncIterable<Uint8Array>,
  done: (sha256: string, sizeBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const running = crypto.createSha256?.();
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (running === undefined) parts.push(chunk);
    else running.update(chunk);
    yield chunk;
  }
  const digest = running === undefined ? await crypto.sha256(concat(...parts)) : running.digest();
  done(toHex(digest), sizeBytes);
}

/** Lines of a text, without their newline. Throws `bundle_invalid` for a line above 256 KiB or a missing last newline. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const end = chunk.subarray(from, at);
      yield fromUtf8(rest.length === 0 ? end : concat(rest, end));
      rest = new Uint8Array(0);
      from = at + 1;
    }
    const tail = chunk.subarray(from);
    rest = rest.length === 0 ? tail.slice() : concat(rest, tail);
    if (rest.length > LINE_BYTES_MAX) throw new EvidenceError('bundle_invalid', 'a line above 256 KiB');
  }
  if (rest.length > 0) throw new EvidenceError('bundle_invalid', 'the last line is cut off');
}

/** Joins text pieces into chunks of about 64 KiB. */
export async function* chunked(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length < 65_536) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
