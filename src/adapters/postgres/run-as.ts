import { spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { PostgresError } from './errors.ts';

/**
 * As whom PostgreSQL runs: it refuses root. `self`: we are not root. `namespace`: root shown as another user inside a
 * user namespace, so that folders only root may enter still work. `user`: an existing unprivileged user.
 */
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number };

/** A program with its arguments and spawn options, as `RunAs` demands. */
export type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
};

const NAMESPACE = ['--user', '--map-user=1000', '--map-group=1000'];

/** Wraps a program call for `runAs`; unshare replaces itself by the program, so the pid is the program's own. */
export function launch(runAs: RunAs, file: string, args: readonly string[]): Launch {
  if (runAs.kind === 'namespace') return { file: 'unshare', args: [...NAMESPACE, file, ...args] };
  if (runAs.kind === 'user') return { file, args, uid: runAs.uid, gid: runAs.gid };
  return { file, args };
}

/** Gives a path to the user PostgreSQL runs as; nothing to do unless that is another one. */
export function giveTo(runAs: RunAs, path: string): void {
  if (runAs.kind === 'user') chownSync(path, runAs.uid, runAs.gid);
}

/**
 * Chooses how to run PostgreSQL on a cluster inside `folder`, tried with a real call of the program.
 * @param cluster the cluster's folder; when it exists, its owner decides.
 * @throws PostgresError `root_unsupported` when neither way works.
 */
export function chooseRunAs(folder: string, cluster: string, postgres: string): RunAs {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const owner = ownerOf(cluster);
  if (owner === null || owner.uid === 0) {
    const runAs: RunAs = { kind: 'namespace' };
    if (works(runAs, folder, postgres)) return runAs;
  }
  if (owner === null || owner.uid !== 0) {
    const runAs: RunAs = { kind: 'user', ...(owner ?? nobody()) };
    if (works(runAs, folder, postgres)) return runAs;
  }
  throw new PostgresError(
    'root_unsupported',
    `PostgreSQL does not run as root, and no other user can be used for ${folder} on this machine.`,
    'Start Countersign as an ordinary user, or set COUNTERSIGN_DATA_DIR to a folder that every user may enter, or set DATABASE_URL.',
  );
}

function works(runAs: RunAs, folder: string, postgres: string): boolean {
  for (const [file, args] of [
    ['test', ['-x', folder]],
    [postgres, ['--version']],
  ] as const) {
    const call = launch(runAs, file, args);
    // Not `cwd: folder`: Node enters it before it becomes the other user.
    const { uid, gid } = call;
    const options = uid === undefined || gid === undefined ? {} : { uid, gid };
    const result = spawnSync(call.file, [...call.args], { cwd: '/', stdio: 'ignore', timeout: 10_000, ...options });
    if (result.status !== 0) return false;
  }
  return true;
}

function ownerOf(path: string): { readonly uid: number; readonly gid: number } | null {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  } catch {
    return null;
  }
}

function nobody(): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number => {
    const result = spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' });
    return result.status === 0 ? Number(result.stdout.trim()) : 65_534;
  };
  return { uid: id('-u'), gid: id('-g') };
}
