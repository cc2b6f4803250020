/**
 * Opens the ZIP container of xlsx and docx files with every size checked by unpacking, because sizes that an archive
 * declares may lie. Only after this check are the bytes handed to a library that unpacks them itself.
 */
import { inflateRawSync } from 'node:zlib';
import { ImportError } from '#src/knowledge/importers/errors.ts';

/** Largest unpacked size of an archive, and of its unpacked to packed ratio above 20 MB. */
const MAX_UNPACKED = 200 * 1024 * 1024;
const MAX_RATIO = 100;
const RATIO_FROM = 20 * 1024 * 1024;
const MAX_ENTRIES = 5_000;

/** An archive that was checked; `read` gives an entry's bytes, or null where there is none. */
export type Archive = { readonly names: readonly string[]; readonly read: (name: string) => Uint8Array | null };

type Entry = {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
};

/** @throws ImportError `truncated`, `password_protected`, `archive_bomb`, `unreadable` */
export function openArchive(bytes: Uint8Array, file: string): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directory(view, bytes, file);
  const declared = entries.reduce((sum, entry) => sum + entry.unpacked, 0);
  if (declared > MAX_UNPACKED || entries.length > MAX_ENTRIES)
    throw bomb(file, `It declares ${entries.length} parts of ${Math.round(declared / 1024 / 1024)} MB in all.`);
  let total = 0;
  for (const entry of entries) {
    const size = unpack(view, bytes, entry, file, Math.min(entry.unpacked, MAX_UNPACKED - total)).byteLength;
    if (size !== entry.unpacked) throw broken(file, `Its part ${entry.name} has another size than declared.`);
    total += size;
    if (total > RATIO_FROM && total / bytes.byteLength > MAX_RATIO)
      throw bomb(file, `It unpacks to more than ${MAX_RATIO} times its size.`);
  }
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    names: entries.map((entry) => entry.name),
    read: (name) => {
      const entry = byName.get(name);
      return entry === undefined ? null : unpack(view, bytes, entry, file, entry.unpacked);
    },
  };
}

function directory(view: DataView, bytes: Uint8Array, file: string): readonly Entry[] {
  const end = endRecord(view);
  if (end === null) {
    throw new ImportError('truncated', {
      file,
      detail: 'The end of the file is missing.',
      remedy: 'Download or copy the file again; it was cut off.',
    });
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== 0x02014b50)
      throw broken(file, 'Its table of contents is damaged.');
    if ((view.getUint16(at + 8, true) & 1) === 1) throw locked(file);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (names.has(name)) throw broken(file, `Its part ${name.slice(0, 100)} stands twice.`);
    names.add(name);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Offset of the end-of-central-directory record, which stands in the last 64 kB. */
function endRecord(view: DataView): number | null {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return null;
}

function unpack(view: DataView, bytes: Uint8Array, entry: Entry, file: string, limit: number): Uint8Array {
  if (entry.offset + 30 > bytes.byteLength || view.getUint32(entry.offset, true) !== 0x04034b50)
    throw broken(file, `Its part ${entry.name} is missing.`);
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = bytes.subarray(start, start + entry.packed);
  if (packed.byteLength < entry.packed) throw broken(file, `Its part ${entry.name} is cut off.`);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw broken(file, `Its part ${entry.name} is packed in an unknown way.`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, limit) });
  } catch (error) {
    if (error instanceof RangeError) throw bomb(file, `Its part ${entry.name} is larger than it declares.`);
    throw broken(file, `Its part ${entry.name} cannot be unpacked.`);
  }
}

function bomb(file: string, detail: string): ImportError {
  return new ImportError('archive_bomb', {
    file,
    detail,
    remedy: 'Save the file anew in the program it comes from; do not import it as it is.',
  });
}

function broken(file: string, detail: string): ImportError {
  return new ImportError('unreadable', {
    file,
    detail,
    remedy: 'Save the file anew in the program it comes from, or download it again.',
  });
}

function locked(file: string): ImportError {
  return new ImportError('password_protected', {
    file,
    detail: 'The file is protected by a password.',
    remedy: 'Save a copy without a password and import that.',
  });
}
