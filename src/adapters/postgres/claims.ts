import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PostgresError } from './errors.ts';
import { identityOf } from './process-identity.ts';

/** `server`: the one that serves Slack; at most one at a time. `attach`: a command that works beside it. */
export type ClaimMode = 'server' | 'attach';

/** A living process that uses the database of a data folder. */
export type Claim = { readonly identity: string; readonly mode: ClaimMode; readonly since: string };

const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/**
 * Runs `work` while no other process starts, adopts or stops the PostgreSQL of this folder. The mutex names its holder
 * (pid and start time), so one left by a killed process is broken.
 * @throws PostgresError `busy` when a living process holds it for more than a minute.
 */
export async function withMutex<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, 'mutex');
  const own = `${identityOf(process.pid)} ${randomUUID()}`;
  const draft = join(folder, `mutex.${randomUUID()}`);
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    const deadline = performance.now() + PATIENCE_MS;
    while (!tryLink(draft, path)) {
      breakIfStale(path);
      if (performance.now() > deadline) {
        throw new PostgresError(
          'busy',
          `Another process has been starting or stopping the database in ${folder} for more than a minute.`,
          `Look at the process named in ${path}; end it and try again.`,
        );
      }
      await wait(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    if (read(path) === own) rmSync(path, { force: true });
  }
}

/** Registers this process as a user of the folder's database. Call inside `withMutex`; returns how to undo it. */
export function register(folder: string, mode: ClaimMode, since: Date): () => void {
  const users = join(folder, 'users');
  mkdirSync(users, { recursive: true, mode: 0o700 });
  const path = join(users, `${process.pid}.${randomUUID()}.json`);
  const claim: Claim = { identity: identityOf(process.pid) ?? '', mode, since: since.toISOString() };
  writeFileSync(path, JSON.stringify(claim), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** The living users of the folder's database; registrations of dead processes are removed on the way. */
export function livingClaims(folder: string): readonly Claim[] {
  const users = join(folder, 'users');
  const living: Claim[] = [];
  for (const name of list(users)) {
    const path = join(users, name);
    const claim = parse(read(path));
    if (claim && identityOf(Number(claim.identity.split('@')[0])) === claim.identity) living.push(claim);
    else rmSync(path, { force: true });
  }
  return living;
}

function tryLink(from: string, to: string): boolean {
  try {
    // A hard link appears with its whole content or not at all, and fails when the name is taken.
    linkSync(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

function breakIfStale(path: string): void {
  const seen = read(path);
  if (seen === null) return;
  const identity = seen.slice(0, seen.lastIndexOf(' '));
  if (identityOf(Number(identity.split('@')[0])) === identity) return;
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    // Moved aside first: of two processes that break it, one moves it and the other finds nothing.
    renameSync(path, aside);
  } catch {
    return;
  }
  if (read(aside) !== seen) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function parse(text: string | null): Claim | null {
  try {
    const value = JSON.parse(text ?? '') as Partial<Claim>;
    const { identity, mode, since } = value;
    if (typeof identity !== 'string' || typeof since !== 'string') return null;
    return mode === 'server' || mode === 'attach' ? { identity, mode, since } : null;
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
