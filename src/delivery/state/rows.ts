/**
 * From events to state rows: what each projection holds follows from the events of one stream. Texts that the log hides
 * are in no row, so the rows come out the same after they were erased.
 */
import { fold } from '#src/approvals/apply.ts';
import { foldErasure, rowOfErasure } from '../erasure/erasure.ts';
import { legalHoldRow } from '../erasure/holds.ts';
import { answerRows } from '../gate/desk.ts';
import { tokenRows } from '../gate/tokens.ts';
import { directoryRows } from '../people/desk.ts';
import { policyRows } from '../policy/desk.ts';
import type { StoredEvent } from '../ports.ts';
import { projectionOf, restore } from '../requests/desk.ts';
import type { MadeRow } from '../streams/made.ts';
import { asRecord, type RecordRow } from '../streams/ports.ts';
import { revealed, type StreamEvent } from '../streams/stream.ts';
import { foldSystem, rowOfSystem } from '../systems/desk.ts';
import { foldFile, rowOfFile } from '../systems/evidence.ts';
import { foldHold } from '../systems/incidents.ts';
import { foldRisk, rowOfRisk } from '../systems/risks.ts';
import { rowOfHold } from '../systems/rows.ts';
import type { StateView } from './ports.ts';

/** Events read at once. */
const PAGE = 1_000;

/** Streams that come to one row, by what stands before the colon. */
const ONE: Readonly<Record<string, (events: readonly StreamEvent[], id: string) => RecordRow | null>> = {
  system: (events) => given(foldSystem(events), rowOfSystem),
  incident: (events) => given(foldHold(events), rowOfHold),
  risk: (events) => given(foldRisk(events), rowOfRisk),
  file: (events) => given(foldFile(events), rowOfFile),
  hold: (events, id) => legalHoldRow(id, events),
  erasure: (events, id) => given(foldErasure(id, events), (erasure) => rowOfErasure(erasure, events.length)),
};

/** Streams that come to many rows. */
const MANY: Readonly<Record<string, (events: readonly StreamEvent[]) => readonly MadeRow[]>> = {
  directory: directoryRows,
  policy: policyRows,
  'gate-tokens': tokenRows,
  gate: answerRows,
};

/** The rows that one whole stream comes to; none for streams that only record. Throws where events are not of their form. */
export function rowsOfStream(events: readonly StoredEvent[]): readonly MadeRow[] {
  const [first] = events;
  const by = events.at(-1);
  if (first === undefined || by === undefined) return [];
  const { stream } = first;
  const [kind = '', id = ''] = stream.split(/:(.*)/s);
  if (kind === 'request') {
    const state = fold(restore(events, new Map()));
    return state.status === 'draft' ? [] : [{ row: projectionOf(state), by }];
  }
  const many = Object.hasOwn(MANY, kind) ? MANY[kind] : undefined;
  if (many !== undefined) return many(revealed(events, new Map()));
  const row = Object.hasOwn(ONE, kind) ? (ONE[kind]?.(revealed(events, new Map()), id) ?? null) : null;
  return row === null ? [] : [{ row: asRecord(row), by }];
}

/** All streams, one after the other: only one is in memory at a time. */
export async function* wholeStreams(view: Pick<StateView, 'readStreams'>): AsyncGenerator<readonly StoredEvent[]> {
  let stream: StoredEvent[] = [];
  let after: StoredEvent | null = null;
  for (;;) {
    const page: readonly StoredEvent[] = await view.readStreams(after, PAGE);
    for (const event of page) {
      if (stream.length > 0 && stream[0]?.stream !== event.stream) {
        yield stream;
        stream = [];
      }
      stream.push(event);
    }
    after = page.at(-1) ?? null;
    if (after === null || page.length < PAGE) break;
  }
  if (stream.length > 0) yield stream;
}

function given<T>(state: T | null, rowOf: (state: T) => RecordRow): RecordRow | null {
  return state === null ? null : rowOf(state);
}
