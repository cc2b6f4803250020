/**
 * The last checkpoint that was signed here, in a file beside the keys. A database that was put back to an earlier state
 * has forgotten what was signed; this file has not, so that no second history is signed over the first.
 */
import { randomBytes } from 'node:crypto';
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
  let last: Promise<number> = Promise.resolve(0);
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
    async write(head) {
      // Two signers of one process: one after the other, and the larger history stays.
      const mine = last.then(async (size) => {
        if (head.size < size) return size;
        await replace(path, head);
        return head.size;
      });
      last = mine.catch(() => 0);
      await mine;
    },
  };
}

/** Writes beside the file and renames, so that a crash leaves the old one or the new one. */
async function replace(path: string, { origin, size, root }: Parameters<SignedMemory['write']>[0]): Promise<void> {
  const next = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const file = await open(next, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ origin, size, root: Buffer.from(root).toString('hex') })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
