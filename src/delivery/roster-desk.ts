/** Changes of the directory: events of the stream `directory`, with their evidence and the assignment rows. */
import {
  type Assignment,
  applyDirectory,
  type DirectoryEvent,
  type DirectoryState,
  emptyDirectory,
} from '#src/directory/directory.ts';
import { reconcile, type WantedAssignment } from '#src/directory/file.ts';
import { commitLoop } from './commit-loop.ts';
import type { Ledger, Projection } from './ports.ts';
import type { Recorder } from './record.ts';

export const DIRECTORY_STREAM = 'directory';
/** Events of one commit; a larger change takes several. */
const EVENTS_PER_COMMIT = 200;

export type RosterDeskDeps = {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly now: () => Date;
  readonly newId: (at: Date) => string;
  readonly committed: () => void;
};

export type DirectoryChange = {
  readonly wanted: readonly WantedAssignment[];
  readonly basis: 'bootstrap' | 'file' | 'decision';
  readonly actor: string;
  /** Identity of the change: made once, whatever happens. */
  readonly commandId: string;
};

/** Makes exactly the wanted assignments stand. Returns how many were made and ended. */
export async function reconcileDirectory(
  deps: RosterDeskDeps,
  change: DirectoryChange,
): Promise<{ readonly made: number; readonly ended: number }> {
  let made = 0;
  let ended = 0;
  for (let part = 0; part < 1000; part++) {
    const done = await commitLoop(
      deps,
      (at) => attempt(deps, change, `${change.commandId}:${part}`, at),
      async () => ({ made: 0, ended: 0, more: true }),
    );
    made += done.made;
    ended += done.ended;
    if (!done.more) break;
  }
  if (made + ended > 0) deps.committed();
  return { made, ended };
}

type Done = { readonly made: number; readonly ended: number; readonly more: boolean };

async function attempt(deps: RosterDeskDeps, change: DirectoryChange, commandId: string, at: Date) {
  const stored = await deps.ledger.readStream(DIRECTORY_STREAM);
  const state = foldDirectory(stored.events);
  const plan = reconcile(state.assignments.values(), change.wanted, at);
  const events: DirectoryEvent[] = [
    ...plan.end.map(
      (a): DirectoryEvent => ({
        type: 'directory.assignment_ended',
        data: {
          assignment: a.id,
          role: a.role,
          person: a.person,
          basis: change.basis === 'bootstrap' ? 'decision' : change.basis,
        },
      }),
    ),
    ...plan.make.map(
      (want): DirectoryEvent => ({
        type: 'directory.assignment_made',
        data: {
          assignment: deps.newId(at),
          role: want.role,
          person: want.person,
          from: want.from?.toISOString() ?? null,
          until: want.until?.toISOString() ?? null,
          deputyOf: want.deputyOf,
          basis: change.basis,
        },
      }),
    ),
  ].slice(0, EVENTS_PER_COMMIT);
  if (events.length === 0) return { kind: 'settled' as const, result: { made: 0, ended: 0, more: false } };
  const after = events.reduce((s, event) => applyDirectory(s, event, at), state);
  const recorded = await deps.recorder.record(
    {
      stream: DIRECTORY_STREAM,
      afterSeq: stored.events.length,
      at,
      actor: change.actor,
      commandId,
      commandKind: `directory.${change.basis}`,
    },
    events.map((event) => ({ type: event.type, schemaVersion: 1, data: event.data, hide: [], context: {} })),
  );
  const touched = new Set(events.map((event) => event.data.assignment));
  const result: Done = {
    made: events.filter((e) => e.type === 'directory.assignment_made').length,
    ended: events.filter((e) => e.type === 'directory.assignment_ended').length,
    more: plan.end.length + plan.make.length > events.length,
  };
  const commit = {
    ...recorded,
    projections: [...after.assignments.values()].filter((a) => touched.has(a.id)).map(rowOf),
    outbox: [],
    timers: [],
    timersDone: [],
    timersCancelled: [],
    objects: [],
  };
  return { kind: 'commit' as const, commit, result: () => result };
}

/** State of the stored stream. */
export function foldDirectory(
  events: readonly { readonly type: string; readonly data: unknown; readonly at: Date }[],
): DirectoryState {
  return events.reduce((state, event) => {
    if (event.type !== 'directory.assignment_made' && event.type !== 'directory.assignment_ended') return state;
    return applyDirectory(state, { type: event.type, data: event.data } as DirectoryEvent, event.at);
  }, emptyDirectory);
}

/** The row of an assignment. */
export function rowOf(assignment: Assignment): Projection {
  return { table: 'assignment', ...assignment };
}
