/**
 * The last checkpoint that was signed here, in a file beside the keys. A database that was put back to an earlier state
 * has forgotten what was signed; this file has not, so that no second history is signed over the first.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SignedMemory } from '#src/evidence/ports.ts';

const fileSchema = z.strictObject({
  origin: z.string().min(1).max(300),
  size: z.int().min(0),
  root: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Opens the memory of a key folder; the file is made by the first `write`. Throws where the file is not of its form. */
export function openLastSigned(folder: string): SignedMemory {
  const path = join(folder, 'last-checkpoint.json');
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (text === null) return null;
      const { origin, size, root } = fileSchema.parse(JSON.parse(text));
      return { origin, size, root: new Uint8Array(Buffer.from(root, 'hex')) };
    },
    async write({ origin, size, root }) {
      const next = `${path}.${process.pid}`;
      const file = await open(next, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ origin, size, root: Buffer.from(root).toString('hex') })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(next, path);
    },
  };
}
