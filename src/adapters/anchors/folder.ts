/**
 * Checkpoints as files in a folder: a mounted share, a write-once bucket, a git repository. A file is written whole or
 * not at all, never changed, never removed. In a git repository each one is committed, and pushed where there is a remote.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AnchorKeeper } from '#src/delivery/anchors.ts';

const run = promisify(execFile);
const GIT_MS_MAX = 60_000;

/** What went wrong with an anchor. */
export class AnchorError extends Error {
  readonly code: 'other_content' | 'refused' | 'unusable_answer' | 'unreachable';
  constructor(code: AnchorError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AnchorError';
    this.code = code;
  }
}

/** File name of a checkpoint; sizes sort as numbers. */
export function checkpointName(size: number, ending: string): string {
  return `checkpoint-${String(size).padStart(12, '0')}.${ending}`;
}

/** Size in such a name; null for another file. */
export function sizeOfName(name: string, ending: string): number | null {
  const digits = /^checkpoint-([0-9]{12,16})\.([a-z]+)$/.exec(name);
  return digits?.[2] === ending ? Number(digits[1]) : null;
}

/** Keeps checkpoints in a folder, one below it for each log. */
export function folderKeeper(folder: string, origin: string): AnchorKeeper {
  const own = join(folder, logFolder(origin));
  const isGit = (): boolean => existsSync(join(folder, '.git'));
  return {
    kind: 'folder',
    strength: 'operator',
    async put({ size, note }) {
      const name = checkpointName(size, 'txt');
      await writeOnce(own, name, new TextEncoder().encode(note));
      if (isGit()) await commit(folder, join(own, name), `Checkpoint of ${size} entries of ${origin}`);
    },
    async list(limit) {
      const names = await readdir(own).catch(() => []);
      const sizes = names.flatMap((name) => sizeOfName(name, 'txt') ?? []).sort((a, b) => a - b);
      const kind = isGit() ? 'git repository' : 'folder';
      return sizes.slice(-limit).map((size) => ({ kind, place: join(own, checkpointName(size, 'txt')), size }));
    },
  };
}

/** A log's name as a folder's. */
export function logFolder(origin: string): string {
  return origin.replace(/[^A-Za-z0-9.-]+/g, '_');
}

/** Writes a file that is not there; the same content again is fine. Throws AnchorError `other_content`. */
export async function writeOnce(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    if (textOf(await readFile(path)) === textOf(bytes)) return;
    throw new AnchorError(
      'other_content',
      `${path} holds another checkpoint of this size: compare the two now.`,
      cause,
    );
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

/** Cosignatures are added to a note later; the log's own text is what must not differ. */
function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes);
  const end = text.lastIndexOf('\n\n');
  return end === -1 ? text : text.slice(0, end);
}

async function commit(folder: string, path: string, message: string): Promise<void> {
  const git = (...args: readonly string[]) =>
    run('git', ['-C', folder, '-c', 'commit.gpgsign=false', ...args], { timeout: GIT_MS_MAX });
  await git('add', '--', path);
  const { stdout } = await git('status', '--porcelain', '--', path);
  const author = ['-c', 'user.name=Countersign', '-c', 'user.email=countersign@localhost'];
  if (stdout.trim() !== '') await git(...author, 'commit', '--quiet', '--message', message, '--', path);
  if ((await git('remote')).stdout.trim() !== '') await git('push', '--quiet');
}
