/** Reading a ZIP archive strictly: every tool must find the same files in it. */
import type { BundleSource } from './bundle-files.ts';
import { BUNDLE_FILES_MAX } from './bundle-format.ts';
import { equalBytes, fromUtf8, toHex, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto } from './ports.ts';
import { CENTRAL, COMMENT_BYTES, COMMENT_PREFIX, DEFLATED, END, FLAGS, LOCAL, type ZipCodec } from './zip-format.ts';

/** Random access to an archive. */
export interface ZipBlob {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

const DESCRIBED = 0x0008;
const STORED = 0;
const READ_BYTES = 262_144;
/** Base64 lines shrink to a third; nothing of ours shrinks to a two-hundredth, except what is tiny. */
const RATIO_MAX = 200;
const RATIO_FREE_BYTES = 1_048_576;
const TOTAL_BYTES_MAX = 16 * 1024 ** 3;
const CENTRAL_BYTES_MAX = 16 * 1024 ** 2;

type Entry = {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
  /** Flags, method, time, CRC and sizes, as the directory has them. */
  readonly head: Uint8Array;
  /** Where the next entry, or the central directory, begins: this one must end there. */
  limit: number;
};

/**
 * Opens an archive as a bundle source. Throws `archive_invalid` for anything that is not a plain archive of relative
 * names: a damaged byte, names that lead elsewhere, doubled names, overlapping or bomb-like entries.
 */
export async function openZip(
  crypto: Crypto,
  codec: Pick<ZipCodec, 'inflateRaw'>,
  blob: ZipBlob,
): Promise<BundleSource> {
  const end = await readEnd(crypto, blob);
  const entries = await readCentral(blob, end);
  return {
    files: new Map([...entries].map(([name, entry]) => [name, entry.size])),
    stream: async function* (name) {
      const entry = entries.get(name);
      if (entry !== undefined) yield* readEntry(codec, blob, entry);
    },
  };
}

type End = { readonly offset: number; readonly count: number; readonly start: number };

async function readEnd(crypto: Crypto, blob: ZipBlob): Promise<End> {
  for (const comment of [COMMENT_BYTES, 0]) {
    const offset = blob.sizeBytes - 22 - comment;
    if (offset < 0) continue;
    const bytes = await blob.read(offset, 22 + comment);
    const view = viewOf(bytes);
    if (view.getUint32(0, true) !== END || view.getUint16(20, true) !== comment) continue;
    const [disk, diskStart] = [view.getUint16(4, true), view.getUint16(6, true)];
    const [here, count] = [view.getUint16(8, true), view.getUint16(10, true)];
    const [length, start] = [view.getUint32(12, true), view.getUint32(16, true)];
    if (disk !== 0 || diskStart !== 0 || here !== count || count > BUNDLE_FILES_MAX || length > CENTRAL_BYTES_MAX)
      break;
    if (start + length !== offset) break;
    if (comment > 0 && !(await digestMatches(crypto, blob, bytes.subarray(22)))) {
      throw new EvidenceError('archive_invalid', 'the archive was changed after it was written');
    }
    return { offset, count, start };
  }
  throw new EvidenceError('archive_invalid', 'not a plain ZIP archive');
}

async function digestMatches(crypto: Crypto, blob: ZipBlob, comment: Uint8Array): Promise<boolean> {
  const end = blob.sizeBytes - 64;
  const running = crypto.createSha256?.();
  for (let at = 0; running !== undefined && at < end; at += READ_BYTES) {
    running.update(await blob.read(at, Math.min(READ_BYTES, end - at)));
  }
  const digest = running === undefined ? await crypto.sha256(await blob.read(0, end)) : running.digest();
  return equalBytes(comment, utf8(COMMENT_PREFIX + toHex(digest)));
}

async function readCentral(blob: ZipBlob, end: End): Promise<Map<string, Entry>> {
  const bytes = await blob.read(end.start, end.offset - end.start);
  const view = viewOf(bytes);
  const all: Entry[] = [];
  let at = 0;
  let total = 0;
  for (let i = 0; i < end.count; i += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw bad('the central directory is damaged');
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const tail = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const offset = view.getUint32(at + 42, true);
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength));
    const head = bytes.slice(at + 8, at + 28);
    at += 46 + nameLength + tail;
    if (at > bytes.length) throw bad('the central directory is cut off');
    if ((flags & ~FLAGS) !== 0 || (method !== DEFLATED && method !== STORED)) throw bad(`${name} is packed otherwise`);
    total += size;
    if (method === STORED && packed !== size) throw bad(`${name} has two sizes`);
    if (total > TOTAL_BYTES_MAX || (size > RATIO_FREE_BYTES && size > packed * RATIO_MAX))
      throw bad(`${name} is a bomb`);
    all.push({ name, method, packed, size, offset, head, limit: end.start });
  }
  if (at !== bytes.length) throw bad('something stands after the central directory');
  all.sort((a, b) => a.offset - b.offset);
  for (const [i, entry] of all.entries()) entry.limit = all[i + 1]?.offset ?? end.start;
  if ((all[0]?.offset ?? end.start) !== 0) throw bad('something stands before the first file');
  return filesOf(blob, all);
}

/** Files by name. Other tools add an entry for each folder; it holds nothing. */
async function filesOf(blob: ZipBlob, all: readonly Entry[]): Promise<Map<string, Entry>> {
  const files = new Map<string, Entry>();
  const taken = new Set<string>();
  const folders = new Set<string>();
  for (const entry of all) {
    // Where letters' case counts for nothing, unpacking would put the second in place of the first.
    const key = entry.name.toLowerCase().replace(/\/$/, '');
    if (taken.has(key)) throw bad(`${entry.name} is there twice`);
    taken.add(key);
    for (let end = key.indexOf('/'); end > 0; end = key.indexOf('/', end + 1)) folders.add(key.slice(0, end));
    if (!entry.name.endsWith('/')) files.set(entry.name, entry);
    else if (entry.size > 0) throw bad(`${entry.name} holds something`);
    else await dataStart(blob, entry);
  }
  for (const name of files.keys()) if (folders.has(name.toLowerCase())) throw bad(`${name} is a folder too`);
  return files;
}

/** Relative, of plain characters, no dot segments. */
function nameOf(bytes: Uint8Array): string {
  let name = '';
  try {
    name = fromUtf8(bytes);
  } catch (cause) {
    throw new EvidenceError('archive_invalid', 'a name that is not UTF-8', { cause });
  }
  const plain = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/.test(name);
  if (!plain || name.length === 0 || name.length > 200) throw bad('a name that leads elsewhere');
  return name;
}

async function* readEntry(
  codec: Pick<ZipCodec, 'inflateRaw'>,
  blob: ZipBlob,
  entry: Entry,
): AsyncGenerator<Uint8Array> {
  const packed = readRange(blob, await dataStart(blob, entry), entry.packed);
  let size = 0;
  for await (const chunk of entry.method === STORED ? packed : codec.inflateRaw(packed)) {
    size += chunk.length;
    if (size > entry.size) throw bad(`${entry.name} is larger than it says`);
    yield chunk;
  }
  if (size !== entry.size) throw bad(`${entry.name} is smaller than it says`);
}

/**
 * Where an entry's data begins. Its own header must say what the directory says, and the next entry must follow at once:
 * otherwise a tool that reads from the front would find other files in this archive.
 */
async function dataStart(blob: ZipBlob, { name, offset, packed, head, limit }: Entry): Promise<number> {
  const header = await blob.read(offset, 30);
  const view = viewOf(header);
  if (header.length < 30 || view.getUint32(0, true) !== LOCAL) throw bad(`${name} has no header`);
  const nameLength = view.getUint16(26, true);
  const start = offset + 30 + nameLength + view.getUint16(28, true);
  if (nameOf(await blob.read(offset + 30, nameLength)) !== name) throw bad(`${name} has two names`);
  const described = (view.getUint16(6, true) & DESCRIBED) !== 0;
  // CRC and sizes may be left to what follows the data; what is said here must be what the directory says.
  const agrees = [14, 18, 22].every((at) => {
    const [own, listed] = [header.subarray(at, at + 4), head.subarray(at - 6, at - 2)];
    return equalBytes(own, listed) || (described && own.every((byte) => byte === 0));
  });
  if (!agrees || !equalBytes(header.subarray(6, 14), head.subarray(0, 8))) throw bad(`${name} has two headers`);
  const left = limit - start - packed;
  if (described ? left !== 12 && left !== 16 : left !== 0) throw bad(`${name} is not where the directory says`);
  return start;
}

async function* readRange(blob: ZipBlob, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += READ_BYTES) yield await blob.read(start + at, Math.min(READ_BYTES, length - at));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bad(detail: string): EvidenceError {
  return new EvidenceError('archive_invalid', detail);
}
