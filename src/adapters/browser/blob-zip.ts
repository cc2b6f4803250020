/** Bundles chosen in a browser: a ZIP as a Blob, unpacked by the platform's DecompressionStream. */
import type { BundleSource } from '#src/evidence/bundle-files.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import type { ZipCodec } from '#src/evidence/zip-format.ts';
import { openZip } from '#src/evidence/zip-read.ts';

const inflate: Pick<ZipCodec, 'inflateRaw'> = {
  inflateRaw: async function* (chunks) {
    const iterator = chunks[Symbol.asyncIterator]();
    const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        const step = await iterator.next();
        if (step.done === true) controller.close();
        else controller.enqueue(new Uint8Array(step.value));
      },
    });
    const reader = input.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } catch (cause) {
      if (cause instanceof EvidenceError) throw cause;
      throw new EvidenceError('archive_invalid', 'compressed data is damaged', { cause });
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  },
};

/** Opens a ZIP archive in a Blob or File. Throws EvidenceError `archive_invalid`. */
export function openBlobZip(crypto: Crypto, blob: Blob): Promise<BundleSource> {
  return openZip(crypto, inflate, {
    sizeBytes: blob.size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      if (bytes.length !== length) throw new EvidenceError('archive_invalid', 'the file is cut off');
      return bytes;
    },
  });
}
