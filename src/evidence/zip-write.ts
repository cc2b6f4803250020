/** Writing a ZIP archive, in one pass. */
import type { BundleSink } from './bundle-files.ts';
import { concat, toHex, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto } from './ports.ts';
import { CENTRAL, COMMENT_BYTES, COMMENT_PREFIX, DEFLATED, END, FLAGS, LOCAL, type ZipCodec } from './zip-format.ts';

const DESCRIPTOR = 0x08074b50;
/** 1 January 1980: an archive of the same files has the same bytes. */
const DOS_DATE = 0x0021;
const UINT32_MAX = 0xffff_ffff;

type Field = readonly [width: 2 | 4, value: number];

function record(fields: readonly Field[], ...tail: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return concat(bytes, ...tail);
}

type Written = { name: Uint8Array; offset: number; crc: number; packed: number; size: number };

/** A sink that writes a ZIP archive to `write`; call `finish` once at the end. Throws `bundle_too_large` above 4 GiB. */
export function createZipSink(
  crypto: Crypto,
  codec: ZipCodec,
  write: (bytes: Uint8Array) => Promise<void>,
): BundleSink & { finish(): Promise<void> } {
  const digest = crypto.createSha256?.();
  if (digest === undefined) throw new EvidenceError('archive_invalid', 'writing needs incremental SHA-256');
  const entries: Written[] = [];
  let offset = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    offset += bytes.length;
    if (offset > UINT32_MAX) throw new EvidenceError('bundle_too_large', 'an archive above 4 GiB');
    digest.update(bytes);
    await write(bytes);
  };
  return {
    add: async (name, chunks) => {
      const entry: Written = { name: utf8(name), offset, crc: 0, packed: 0, size: 0 };
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks) {
          entry.crc = codec.crc32(chunk, entry.crc);
          entry.size += chunk.length;
          if (entry.size > UINT32_MAX) throw new EvidenceError('bundle_too_large', `${name} is above 4 GiB`);
          yield chunk;
        }
      };
      await put(record([[4, LOCAL], ...common(entry, true), [2, entry.name.length], [2, 0]], entry.name));
      const start = offset;
      for await (const chunk of codec.deflateRaw(counted())) await put(chunk);
      entry.packed = offset - start;
      await put(
        record([
          [4, DESCRIPTOR],
          [4, entry.crc],
          [4, entry.packed],
          [4, entry.size],
        ]),
      );
      entries.push(entry);
    },
    finish: async () => {
      const start = offset;
      for (const entry of entries) {
        const fields: Field[] = [
          [4, CENTRAL],
          [2, 20],
          ...common(entry, false),
          [2, entry.name.length],
          [2, 0],
          [2, 0],
        ];
        await put(record([...fields, [2, 0], [2, 0], [4, 0], [4, entry.offset]], entry.name));
      }
      const counts: Field[] = [
        [2, entries.length],
        [2, entries.length],
        [4, offset - start],
        [4, start],
      ];
      await put(record([[4, END], [2, 0], [2, 0], ...counts, [2, COMMENT_BYTES]], utf8(COMMENT_PREFIX)));
      await write(utf8(toHex(digest.digest())));
    },
  };
}

/** Version, flags, method, time, date, CRC and sizes; zero in a local header, whose descriptor follows the data. */
function common(entry: Written, open: boolean): readonly Field[] {
  const sizes: readonly Field[] = open
    ? [
        [4, 0],
        [4, 0],
        [4, 0],
      ]
    : [
        [4, entry.crc],
        [4, entry.packed],
        [4, entry.size],
      ];
  return [[2, 20], [2, FLAGS], [2, DEFLATED], [2, 0], [2, DOS_DATE], ...sizes];
}
