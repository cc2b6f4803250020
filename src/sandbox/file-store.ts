import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of files by id. */
export type FileStore = {
  write(id: string, bytes: Uint8Array): Promise<void>;
  /** Null for a file that is not there. */
  read(id: string): Promise<Uint8Array | null>;
};

/** Keeps bytes in a folder. Ids are the sandbox's own, so that no name of a person becomes a path. */
export const createFileStore = (folder: string): FileStore => ({
  write: async (id, bytes) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, id), bytes, { mode: 0o600 });
  },
  read: async (id) => {
    if (!/^F0[0-9A-F]{8}$/.test(id)) return null;
    return readFile(join(folder, id)).catch(() => null);
  },
});
