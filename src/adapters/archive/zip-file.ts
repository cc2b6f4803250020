/** Bundles as ZIP files on disk, with zlib. A bundle is written beside its place and moved there when it is whole. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw, createInflateRaw } from 'node:zlib';
import type { BundleSink, BundleSource } from '#src/evidence/bundle-files.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import type { ZipCodec } from '#src/evidence/zip-format.ts';
import { openZip, type ZipBlob } from '#src/evidence/zip-read.ts';
import { createZipSink } from '#src/evidence/zip-write.ts';

/** zlib behind the evidence room's port. */
export const zlibCodec: ZipCodec = {
  crc32: (bytes, seed) => crc32(bytes, seed),
  deflateRaw: (chunks) => pipe(chunks, createDeflateRaw({ level: 6 })),
  inflateRaw: async function* (chunks) {
    try {
      yield* pipe(chunks, createInflateRaw({ chunkSize: 262_144 }));
    } catch (cause) {
      if (cause instanceof EvidenceError) throw cause;
      throw new EvidenceError('archive_invalid', 'compressed data is damaged', { cause });
    }
  },
};

async function* pipe(
  chunks: AsyncIterable<Uint8Array>,
  transform: ReturnType<typeof createDeflateRaw> | ReturnType<typeof createInflateRaw>,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(chunks, { objectMode: false });
  // pipe() does not pass errors on; without this a failing source would leave the transform waiting for ever.
  input.on('error', (error) => transform.destroy(error));
  input.pipe(transform);
  try {
    for await (const chunk of transform) yield chunk as Uint8Array;
  } finally {
    input.destroy();
    transform.destroy();
  }
}

/** Writes an archive to `path` through `fill`. Nothing stands at `path` unless all of it was written and synced. */
export async function writeZipFile<T>(
  crypto: Crypto,
  path: string,
  fill: (sink: BundleSink) => Promise<T>,
): Promise<T> {
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    const sink = createZipSink(crypto, zlibCodec, async (bytes) => {
      await file.writeFile(bytes);
    });
    const result = await fill(sink);
    await sink.finish();
    await file.sync();
    await file.close();
    await rename(temporary, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Opens an archive for reading; call `close` at the end. Throws EvidenceError `archive_invalid`, or what the file system throws. */
export async function openZipFile(
  crypto: Crypto,
  path: string,
): Promise<{ readonly source: BundleSource; close(): Promise<void> }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return { source: await openZip(crypto, zlibCodec, fileBlob(file, size)), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function fileBlob(file: FileHandle, sizeBytes: number): ZipBlob {
  return {
    sizeBytes,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
      if (bytesRead !== length) throw new EvidenceError('archive_invalid', 'the file is cut off');
      return buffer;
    },
  };
}

/** An archive in memory; same errors as `openZipFile`. */
export function openZipBytes(crypto: Crypto, bytes: Uint8Array): Promise<BundleSource> {
  return openZip(crypto, zlibCodec, {
    sizeBytes: bytes.length,
    read: async (offset, length) => {
      if (offset < 0 || offset + length > bytes.length)
        throw new EvidenceError('archive_invalid', 'the file is cut off');
      return bytes.subarray(offset, offset + length);
    },
  });
}
