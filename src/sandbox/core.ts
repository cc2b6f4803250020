import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { createFaultSwitch, type FaultSwitch } from './faults.ts';
import { createFileStore, type FileStore } from './file-store.ts';
import { type Journal, openJournal } from './journal.ts';
import { type JournalEntry, LIMITS, type SandboxChannel, type SandboxLog } from './model.ts';
import { createTrace, type Trace } from './trace.ts';
import { applyEntry, emptyWorkspace, snapshotOf, type Workspace } from './workspace.ts';

/** A change as the page receives it. `to` is null for everyone, else the people who may see it. */
export type Change = {
  readonly rev: number;
  readonly to: readonly string[] | null;
  readonly kind:
    | 'message'
    | 'delete'
    | 'ephemeral'
    | 'ephemeral_delete'
    | 'views'
    | 'home'
    | 'read'
    | 'channel'
    | 'prompts'
    | 'status'
    | 'trace';
  readonly data: unknown;
};

/** A timer that can be cancelled. Injectable, so that tests need not wait. */
export type Timers = {
  set(run: () => void, ms: number): unknown;
  clear(handle: unknown): void;
};

/** What every part of the sandbox works with. */
export type Core = {
  readonly workspace: Workspace;
  readonly trace: Trace;
  readonly faults: FaultSwitch;
  readonly now: () => Date;
  readonly timers: Timers;
  readonly log: SandboxLog;
  readonly files: FileStore;
  /** Applies entries at once and tells the pages; resolves when they are on disk. */
  commit(entries: readonly JournalEntry[]): Promise<void>;
  /** Tells the pages of something that is not kept. */
  announce(kind: Change['kind'], to: readonly string[] | null, data: unknown): void;
  onChange(listener: (change: Change) => void): () => void;
  rev(): number;
  /** A new message timestamp, `seconds.microseconds`, larger than every one before. */
  nextTs(): string;
  /** `size` random bytes in upper-case hex. */
  randomId(size: number): string;
  close(): Promise<void>;
};

export type CoreOptions = {
  readonly folder: string;
  readonly now: () => Date;
  readonly random: (size: number) => Uint8Array;
  readonly timers: Timers;
  readonly log: SandboxLog;
};

/** The journal is rewritten when it holds this many lines more than twice what the workspace needs. */
const COMPACT_AFTER = 20_000;

/** People who see a channel: everyone for a public one (null), its members otherwise. */
export const audienceOf = (channel: SandboxChannel | undefined): readonly string[] | null =>
  channel === undefined || channel.kind === 'channel' ? null : channel.members;

const nextTsAfter = (lastTs: string, nowMs: number): string => {
  const [seconds = '0', micros = '0'] = lastTs.split('.');
  const last = BigInt(seconds) * 1_000_000n + BigInt(micros);
  const clock = BigInt(nowMs) * 1000n;
  const next = clock > last ? clock : last + 1n;
  return `${next / 1_000_000n}.${String(next % 1_000_000n).padStart(6, '0')}`;
};

type Told = { readonly kind: Change['kind']; readonly to: readonly string[] | null; readonly data: unknown };

/** What the pages are told about an entry that has just been applied; null for nothing. */
const toldOf = (workspace: Workspace, entry: JournalEntry): Told | null => {
  const audience = (channel: string) => audienceOf(workspace.channels.get(channel));
  const stack = (user: string) => ({ views: workspace.stacks.get(user) ?? [] });
  switch (entry.op) {
    case 'channel':
      return { kind: 'channel', to: audienceOf(entry.channel), data: entry.channel };
    case 'message':
      return { kind: 'message', to: audience(entry.message.channel), data: entry.message };
    case 'delete': {
      const kept = workspace.messages.get(entry.channel)?.get(entry.ts);
      const to = audience(entry.channel);
      return kept ? { kind: 'message', to, data: kept } : { kind: 'delete', to, data: entry };
    }
    case 'ephemeral':
      return { kind: 'ephemeral', to: [entry.message.ephemeral_to ?? ''], data: entry.message };
    case 'ephemeral_delete':
      return { kind: 'ephemeral_delete', to: [entry.user], data: { ts: entry.ts } };
    case 'view':
      return { kind: 'views', to: [entry.view.user], data: stack(entry.view.user) };
    case 'view_close':
      return { kind: 'views', to: [entry.user], data: stack(entry.user) };
    case 'home':
      return { kind: 'home', to: [entry.view.user], data: entry.view };
    case 'read':
      return { kind: 'read', to: [entry.user], data: entry };
    case 'prompts':
      return { kind: 'prompts', to: audience(entry.channel), data: entry };
    default:
      return null;
  }
};

/** Opens the workspace of a folder. Throws `journal_corrupt` when it cannot be read. */
export const createCore = (options: CoreOptions): Core => {
  const { journal, entries } = openJournal(options.folder);
  const workspace = emptyWorkspace();
  for (const entry of entries) applyEntry(workspace, entry);
  const emitter = new EventEmitter();
  emitter.setMaxListeners(LIMITS.streams + 8);
  let rev = 0;
  const announce: Core['announce'] = (kind, to, data) => {
    rev += 1;
    emitter.emit('change', { rev, to, kind, data } satisfies Change);
  };
  const trace = createTrace(options.now, (entry) => announce('trace', null, entry));
  const threshold = (): number => COMPACT_AFTER + 2 * snapshotOf(workspace).length;
  let compactAt = threshold();
  let compacting = false;
  const compactIfLong = (target: Journal): void => {
    if (compacting || target.lines() < compactAt) return;
    compacting = true;
    target
      .compact(() => snapshotOf(workspace))
      .catch((error: unknown) => options.log.error({ err: error }, 'sandbox journal not compacted'))
      .finally(() => {
        compacting = false;
        compactAt = threshold();
      });
  };
  return {
    workspace,
    trace,
    faults: createFaultSwitch(),
    now: options.now,
    timers: options.timers,
    log: options.log,
    files: createFileStore(join(options.folder, 'files')),
    announce,
    commit: async (batch) => {
      for (const entry of batch) {
        applyEntry(workspace, entry);
        const told = toldOf(workspace, entry);
        if (told) announce(told.kind, told.to, told.data);
      }
      await journal.append(batch);
      compactIfLong(journal);
    },
    onChange: (listener) => {
      emitter.on('change', listener);
      return () => emitter.off('change', listener);
    },
    rev: () => rev,
    nextTs: () => {
      workspace.lastTs = nextTsAfter(workspace.lastTs, options.now().getTime());
      return workspace.lastTs;
    },
    randomId: (size) => Buffer.from(options.random(size)).toString('hex').toUpperCase(),
    close: () => journal.close(),
  };
};
