/** The desk of the directory: proposals and the second person, absence, delegation, recertification, the beginning. */

import {
  CHANGES_MAX,
  type DirectoryCommand,
  type DirectoryRefusal,
  decideDirectory,
  hadAdmin,
} from '#src/directory/decide-directory.ts';
import {
  DIRECTORY_HIDDEN,
  emptyGoverned,
  foldGoverned,
  type GovernedDirectory,
  type GovernedEvent,
} from '#src/directory/governed.ts';
import { changesTo, gistOf, openOf, restOf, type Wanted } from '#src/directory/plan.ts';
import type { NewTimer, OutgoingMessage, Projection } from '../ports.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import { byCommand, type MadeRow } from '../streams/made.ts';
import { asRecord, type RecordRow } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

const STREAM = 'directory';
const DAY_MS = 24 * 60 * 60 * 1000;
/** POL-5.1: rosters are looked through every quarter. */
const RECERTIFY_EVERY_MS = 91 * DAY_MS;
/** Reminded again until it is done. */
const REMIND_EVERY_MS = 7 * DAY_MS;

export type PeopleDeskDeps = StreamDeps & {
  /** Messages that follow: to the administrators, to whom it concerns. */
  readonly reactions?: (
    events: readonly GovernedEvent[],
    state: GovernedDirectory,
    at: Date,
  ) => readonly OutgoingMessage[];
};

export type PeopleResult =
  | { readonly ok: true; readonly state: GovernedDirectory; readonly entry: number | null }
  | { readonly ok: false; readonly reason: DirectoryRefusal; readonly detail: readonly string[] };

export type PeopleDesk = {
  read(): Promise<GovernedDirectory>;
  act(
    command: DirectoryCommand,
    by: string,
    commandId: string,
    extra?: { readonly timersDone?: readonly string[] },
  ): Promise<PeopleResult>;
  /**
   * What a start does with the file and the settings: the first makes them so, a later one proposes what is different.
   * Returns how many changes took effect and how many wait.
   */
  start(wanted: Wanted, startId: string): Promise<{ readonly made: number; readonly waiting: number }>;
  /** Fired by the timer: reminds of the recertification, and again a week later. */
  remind(timerId: string): Promise<void>;
};

/** Makes the desk. Refusals are results; throws CommitError and what the ledger throws. */
export function createPeopleDesk(deps: PeopleDeskDeps): PeopleDesk {
  const queue = createKeyedQueue();
  const read = async () => foldStored(await readEvents(deps.ledger, STREAM));
  const act: PeopleDesk['act'] = (command, by, commandId, extra) =>
    queue(STREAM, () =>
      onStream<PeopleResult>(
        deps,
        { stream: STREAM, actor: by, commandId, commandKind: `directory.${command.type}` },
        (events, at) => {
          const decision = decideDirectory(foldStored(events), command, by, at);
          if (!decision.ok) return { kind: 'settled', result: decision };
          const version = events.length + decision.events.length;
          return {
            kind: 'commit',
            drafts: decision.events.map((e) => ({ type: e.type, data: e.data, hide: DIRECTORY_HIDDEN[e.type] })),
            records: recordsOf(decision.events, decision.state, version),
            projections: assignmentRows(decision.events, decision.state),
            outbox: deps.reactions?.(decision.events, decision.state, at) ?? [],
            timers: timersOf(deps, decision.events, at),
            timersCancelled: decision.events.some((e) => e.type === 'directory.recertified')
              ? [{ subject: STREAM, kinds: ['recertify'] }]
              : [],
            timersDone: extra?.timersDone ?? [],
            result: (entry) => ({ ok: true, state: decision.state, entry }),
          };
        },
        async () => ({ ok: true, state: await read(), entry: null }),
      ),
    );
  return {
    read,
    act,
    start: (wanted, startId) => start(deps, { read, act }, wanted, startId),
    async remind(timerId) {
      const state = await read();
      await queue(STREAM, () =>
        onStream<null>(
          deps,
          { stream: STREAM, actor: 'service', commandId: `timer:${timerId}`, commandKind: 'directory.remind' },
          (_, at) => {
            const event: GovernedEvent = { type: 'directory.reminded', data: { what: 'recertification' } };
            return {
              kind: 'commit',
              drafts: [event],
              records: [],
              outbox: deps.reactions?.([event], state, at) ?? [],
              timers: [
                {
                  id: deps.newId(at),
                  dueAt: new Date(at.getTime() + REMIND_EVERY_MS),
                  kind: 'recertify',
                  subject: STREAM,
                },
              ],
              timersDone: [timerId],
              result: () => null,
            };
          },
          async () => null,
        ),
      );
    },
  };
}

async function start(
  deps: PeopleDeskDeps,
  { read, act }: Pick<PeopleDesk, 'read' | 'act'>,
  wanted: Wanted,
  startId: string,
): Promise<{ readonly made: number; readonly waiting: number }> {
  const now = deps.now();
  const fresh = (): string => deps.newId(now);
  const run = async (command: DirectoryCommand, id: string): Promise<void> => {
    const result = await act(command, 'service', id);
    if (!result.ok)
      throw new Error(`the start's change of the directory was refused: ${result.reason} ${result.detail}`);
  };
  let state = await read();
  if (state.bootstrapped && !hadAdmin(state) && wanted.admins.length > 0) {
    const admins = changesTo(state, { roles: null, admins: wanted.admins }, now, fresh);
    await run({ type: 'bootstrap', changes: admins, last: true }, `bootstrap-admins:${startId}`);
    state = await read();
  }
  const changes = changesTo(state, wanted, now, fresh);
  const parts = chunks(changes, CHANGES_MAX);
  if (!state.bootstrapped) {
    // Administrators last: only then is the beginning over, and a start that broke off begins again where it was.
    for (const [index, part] of (parts.length === 0 ? [[]] : parts).entries())
      await run({ type: 'bootstrap', changes: part, last: index >= parts.length - 1 }, `bootstrap:${startId}:${index}`);
    return { made: changes.length, waiting: 0 };
  }
  const before = openOf(state, ['file', 'settings']);
  if (
    before
      .map((proposal) => gistOf(restOf(proposal)))
      .sort()
      .join('\n\n') === parts.map(gistOf).sort().join('\n\n')
  )
    return { made: 0, waiting: changes.length };
  for (const { id } of before)
    await run({ type: 'refuse', proposal: id, reason: 'Replaced by a newer file.' }, `replaced:${id}:${startId}`);
  for (const [index, part] of parts.entries()) {
    const proposal = deps.newId(now);
    const reason = 'The directory file or the settings changed.';
    await run({ type: 'propose', proposal, source: 'file', reason, changes: part }, `propose:${startId}:${index}`);
  }
  return { made: 0, waiting: changes.length };
}

function timersOf(deps: PeopleDeskDeps, events: readonly GovernedEvent[], at: Date): readonly NewTimer[] {
  const begins = events.some((e) => e.type === 'directory.bootstrapped' || e.type === 'directory.recertified');
  if (!begins) return [];
  return [
    { id: deps.newId(at), dueAt: new Date(at.getTime() + RECERTIFY_EVERY_MS), kind: 'recertify', subject: STREAM },
  ];
}

function assignmentRows(events: readonly GovernedEvent[], state: GovernedDirectory): readonly Projection[] {
  const touched = new Set(events.flatMap((e) => ('assignment' in e.data ? [e.data.assignment] : [])));
  return [...touched].flatMap((id) => {
    const one = state.assignments.get(id);
    if (one === undefined) return [];
    const { group: _, ...row } = one;
    return [{ table: 'assignment' as const, ...row }];
  });
}

/** Rows of what these events touched. */
function recordsOf(events: readonly GovernedEvent[], state: GovernedDirectory, version: number): readonly RecordRow[] {
  const rows = new Map<string, RecordRow>();
  const add = (row: Omit<RecordRow, 'version'>): void => {
    rows.set(`${row.kind} ${row.id}`, { ...row, version });
  };
  for (const { data } of events) {
    const proposal = 'proposal' in data ? state.proposals.get(data.proposal) : undefined;
    if (proposal !== undefined) {
      const { id, status, source, ...rest } = proposal;
      add({ kind: 'proposal', id, parent: source, status, state: rest });
    }
    const assignment = 'assignment' in data ? state.assignments.get(data.assignment) : undefined;
    if (assignment?.group !== undefined) {
      const { id, group, role, person, endedAt } = assignment;
      const status = endedAt === null ? 'open' : 'ended';
      add({ kind: 'group-assignment', id, parent: group, status, state: { role, person } });
    }
    const delegation = 'delegation' in data ? state.delegations.get(data.delegation) : undefined;
    if (delegation !== undefined) {
      const status = delegation.endedAt === null ? 'open' : 'ended';
      add({ kind: 'delegation', id: delegation.id, parent: delegation.holder, status, state: delegation });
    }
    const absence = 'absence' in data ? state.absences.get(data.absence) : undefined;
    if (absence !== undefined)
      add({ kind: 'absence', id: absence.id, parent: absence.person, status: 'open', state: absence });
  }
  return [...rows.values()];
}

/** The rows that a stored stream comes to, each with the event that touched it last. */
export function directoryRows(events: readonly StreamEvent[]): readonly MadeRow[] {
  const state = foldStored(events);
  const rows = new Map<string, MadeRow>();
  for (const group of byCommand(events.filter(({ type }) => KNOWN.has(type)))) {
    const touched = group.map(({ type, data }) => ({ type, data }) as GovernedEvent);
    const by = group.at(-1) as StreamEvent;
    for (const row of recordsOf(touched, state, by.seq)) rows.set(`${row.kind} ${row.id}`, { row: asRecord(row), by });
    for (const row of assignmentRows(touched, state)) rows.set(`assignment ${row.id}`, { row, by });
  }
  return [...rows.values()];
}

/** State of the stored stream. */
export function foldStored(events: readonly StreamEvent[]): GovernedDirectory {
  return foldGoverned(
    emptyGoverned,
    // Stored by this program; an event of a later version is not of the union and changes nothing.
    events
      .filter(({ type }) => KNOWN.has(type))
      .map(({ type, data, at, actor }) => [{ type, data } as GovernedEvent, { at, actor }] as const),
  );
}

const KNOWN: ReadonlySet<string> = new Set<GovernedEvent['type']>([
  'directory.assignment_made',
  'directory.assignment_ended',
  'directory.bootstrapped',
  'directory.change_proposed',
  'directory.change_supported',
  'directory.change_applied',
  'directory.change_refused',
  'directory.delegation_made',
  'directory.delegation_ended',
  'directory.absence_set',
  'directory.absence_ended',
  'directory.reminded',
  'directory.recertified',
]);

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
