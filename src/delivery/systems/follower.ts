/**
 * Brings what follows from requests and holds into being: the inventory's entries, the suspension of each approval
 * that a hold covers, and the fresh look at a request when somebody stands for its evidence. It reads the log from where
 * it stopped, so that a crash between a decision and its consequence costs nothing; each consequence takes effect once.
 */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { Hold } from '#src/systems/holds.ts';
import { createLoop, type Loop } from '../loop.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import { CURSOR, createCursorCheck } from '../streams/follow-cursor.ts';
import type { RecordStore } from '../streams/ports.ts';
import type { SystemsDesk } from './desk.ts';

/** Events looked at by one read. */
const BATCH = 500;
/** A suspension must not wait long for a database that was away. */
const RETRY_MS = 1_000;

export type FollowerDeps = {
  readonly ledger: Pick<Ledger, 'readAll'>;
  readonly records: Pick<RecordStore, 'read'>;
  readonly requests: Pick<Desk, 'read'>;
  readonly systems: Pick<SystemsDesk, 'follow'>;
  /** Looks again at the requests that name a file, after somebody stood for it or took it back. */
  readonly fileChanged: (sha256: string) => Promise<void>;
  /** Suspends what a hold covers; safe to call again. */
  readonly enforceHold: (hold: Hold['id']) => Promise<void>;
  /** Draws the consequence of a vote on the rules. */
  readonly votedOn: (request: SubmittedState) => Promise<void>;
  /** Takes over rules that were adopted. */
  readonly rulesChanged: () => Promise<void>;
  /** Takes over what was accepted into the library or rolled back. */
  readonly knowledgeChanged: () => Promise<void>;
  readonly onError: (error: unknown) => void;
};

/** `idle` resolves when everything committed so far was followed. */
export type Follower = Pick<Loop, 'wake' | 'idle' | 'stop'>;

/** Makes the follower; it begins with its first `wake`. */
export function createFollower(deps: FollowerDeps): Follower {
  let cursor: number | null = null;
  return createLoop({
    async round() {
      cursor ??= await safeStart(deps);
      const events = await deps.ledger.readAll(cursor, BATCH);
      await followAll(deps, events);
      cursor = (events.at(-1)?.logIndex ?? cursor - 1) + 1;
      return events.length > 0;
    },
    onError: deps.onError,
    retryAfterMs: () => RETRY_MS,
  });
}

/** Where it stopped; the beginning where no entry vouches for the note: somebody moved it, and following twice is harmless. */
async function safeStart({ ledger, records }: Pick<FollowerDeps, 'ledger' | 'records'>): Promise<number> {
  const noted = (await records.read(CURSOR.kind, CURSOR.id))?.version ?? 0;
  const check = createCursorCheck(noted);
  for (let from = noted; ; ) {
    const events = await ledger.readAll(from, BATCH);
    for (const event of events) check.see(event);
    if (check.vouched()) return noted;
    const last = events.at(-1);
    if (last === undefined) return 0;
    from = last.logIndex + 1;
  }
}

/** After these another library is in force. */
const LIBRARY_CHANGES: ReadonlySet<string> = new Set([
  'knowledge.accepted',
  'knowledge.rolled_back',
  'knowledge.withdrawn',
]);

/** Each request once a batch, at its present state: what came between changes nothing that lasts. */
async function followAll(
  deps: FollowerDeps,
  events: readonly { readonly stream: string; readonly type: string; readonly logIndex: number }[],
): Promise<void> {
  const last = new Map<string, number>();
  for (const { stream, logIndex } of events) if (stream.startsWith('request:')) last.set(stream, logIndex);
  for (const { stream, type, logIndex } of events) {
    if (type === 'incident.hold_placed') await deps.enforceHold(stream.slice('incident:'.length));
    if (type.startsWith('file.') && type !== 'file.captured') await deps.fileChanged(stream.slice('file:'.length));
    if (type === 'policy.adopted') await deps.rulesChanged();
    if (LIBRARY_CHANGES.has(type)) await deps.knowledgeChanged();
    if (last.get(stream) !== logIndex) continue;
    const record = await deps.requests.read(stream.slice('request:'.length));
    if (record === null) continue;
    await deps.systems.follow(record.state, logIndex);
    if (record.state.document.kind === 'policy') await deps.votedOn(record.state);
  }
}
