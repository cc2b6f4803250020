/**
 * One command against one stream that is not a request: read, decide, sign, commit, and again when somebody was faster.
 * Systems, holds, risks, proposals, tokens and the gate's answers go through here, so that each has its evidence.
 */
import { type HidePath, reveal } from '#src/evidence/disclose.ts';
import type { PredicateKind } from '#src/evidence/event-kinds.ts';
import type { Commit, Disclosure, Ledger, StoredEvent } from '../ports.ts';
import { commitLoop } from './commit-loop.ts';
import { genuine } from './disclosures.ts';
import { asRecord, type RecordRow } from './ports.ts';
import type { EventDraft, Recorder } from './record.ts';

export type StreamDeps = {
  readonly ledger: Pick<Ledger, 'readStream' | 'head' | 'commit'>;
  readonly recorder: Recorder;
  readonly now: () => Date;
  /** UUIDv7 for an instant. */
  readonly newId: (at: Date) => string;
  /** Called after each commit. */
  readonly committed: () => void;
};

/** A stored event with its hidden values put back. */
export type StreamEvent = {
  readonly type: string;
  readonly data: unknown;
  readonly at: Date;
  readonly actor: string;
  readonly commandId: string;
  readonly seq: number;
  readonly logIndex: number;
};

/** An event to be: `hide` names the places in `data` that hold names or free text. */
export type StreamDraft = {
  readonly type: string;
  readonly data: unknown;
  readonly hide?: readonly HidePath[];
  readonly kind?: PredicateKind;
  readonly artefacts?: readonly { readonly name: string; readonly sha256: string }[];
  readonly role?: string;
  readonly assignment?: string;
};

/** What a decision comes to: nothing to commit, or events with everything that is committed with them. */
export type StreamStep<R> =
  | { readonly kind: 'settled'; readonly result: R }
  | ({
      readonly kind: 'commit';
      readonly drafts: readonly StreamDraft[];
      readonly records: readonly RecordRow[];
      readonly result: (firstIndex: number) => R;
    } & Partial<Pick<Commit, 'outbox' | 'timers' | 'timersDone' | 'timersCancelled' | 'objects' | 'projections'>>);

export type StreamCommand = {
  readonly stream: string;
  readonly actor: string;
  /** Takes effect once. */
  readonly commandId: string;
  readonly commandKind: string;
  /** Position of the stream's last event where the caller knows it: the stream is then not read. */
  readonly afterSeq?: () => Promise<number>;
};

/**
 * Runs `decide` until its commit is in. `duplicate` gives the result when the command took effect before.
 * Throws CommitError and what the ledger throws.
 */
export async function onStream<R>(
  deps: StreamDeps,
  command: StreamCommand,
  decide: (events: readonly StreamEvent[], at: Date) => Promise<StreamStep<R>> | StreamStep<R>,
  duplicate: () => Promise<R>,
): Promise<R> {
  let committed = false;
  const result = await commitLoop<R>(
    deps,
    async (at) => {
      const events = command.afterSeq === undefined ? await readEvents(deps.ledger, command.stream) : [];
      // A redelivery is told what it did the first time, not that it is too late.
      if (events.some((event) => event.commandId === command.commandId))
        return { kind: 'settled', result: await duplicate() };
      const afterSeq = command.afterSeq === undefined ? events.length : await command.afterSeq();
      const step = await decide(events, at);
      if (step.kind === 'settled') return step;
      const recorded = await deps.recorder.record({ ...command, afterSeq, at }, step.drafts.map(draftOf));
      committed = true;
      const commit: Commit = {
        ...recorded,
        projections: [...(step.projections ?? []), ...step.records.map(asRecord)],
        outbox: step.outbox ?? [],
        timers: step.timers ?? [],
        timersDone: step.timersDone ?? [],
        timersCancelled: step.timersCancelled ?? [],
        objects: step.objects ?? [],
      };
      return { kind: 'commit', commit, result: step.result };
    },
    duplicate,
  );
  if (committed) deps.committed();
  return result;
}

/** The events of a stream, in order, with what they hide. */
export async function readEvents(ledger: Pick<Ledger, 'readStream'>, stream: string): Promise<readonly StreamEvent[]> {
  const { events, disclosures } = await ledger.readStream(stream);
  return revealed(events, disclosures);
}

/** Stored events with what they hide put back, as far as it is there and genuine. */
export function revealed(
  events: readonly StoredEvent[],
  disclosures: ReadonlyMap<string, Disclosure>,
): readonly StreamEvent[] {
  return events.map(({ type, data, at, actor, commandId, seq, logIndex }) => ({
    type,
    data: reveal(data, (hash) => genuine(disclosures.get(hash))),
    at,
    actor,
    commandId,
    seq,
    logIndex,
  }));
}

function draftOf({ type, data, hide, kind, artefacts, role, assignment }: StreamDraft): EventDraft {
  return {
    type,
    schemaVersion: 1,
    data,
    hide: hide ?? [],
    context: {
      ...(kind === undefined ? {} : { kind }),
      ...(artefacts === undefined ? {} : { artefacts }),
      ...(role === undefined ? {} : { role }),
      ...(assignment === undefined ? {} : { assignment }),
    },
  };
}
