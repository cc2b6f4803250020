/** The data folder is written to before anything is opened: keys, copies and what was signed last all need it. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderMode } from '#src/adapters/postgres/embedded.ts';
import { StartRefusedError } from './workspace.ts';

/** Makes the folder where it is missing and writes a file there. Throws StartRefusedError `data_folder`. */
export async function assertWritable(dataDir: string): Promise<void> {
  const path = join(dataDir, `.try-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(dataDir, { recursive: true, mode: folderMode() });
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile('can this folder be written?\n');
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartRefusedError(
      'data_folder',
      `The data folder ${dataDir} cannot be written (${why}). Nothing was started and nothing was recorded. Give this user the right to write there, make room on its disk, or set COUNTERSIGN_DATA_DIR to another folder.`,
      error,
    );
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}
