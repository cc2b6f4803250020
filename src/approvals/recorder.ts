/** Collects the events of one command and keeps the state that follows from them. Local to one call of `decide`. */
import { apply } from './apply.ts';
import type { Command, Refusal } from './commands.ts';
import { isoOf } from './duration.ts';
import { type ApprovalEvent, type EventData, type EventType, schemaVersionOf } from './events.ts';
import type { Actor, RequestState, SubmittedState } from './types.ts';

/** Largest event as JSON text in bytes; statements have 48,000 and add their own frame. */
const EVENT_BYTES_MAX = 46_000;

/** A refusal inside a handler: null means the handler did its work. */
export type Refused = { readonly reason: Refusal; readonly detail: readonly string[] };
export type Handled = Refused | null;

/** Short for a refusal with facts for the message. */
export function refuse(reason: Refusal, ...detail: readonly string[]): Refused {
  return { reason, detail };
}

export type Recorder<S extends RequestState = RequestState> = {
  state: S;
  readonly command: Command;
  readonly nowMs: number;
  readonly events: ApprovalEvent[];
  /** An event was larger than an entry may be: the whole command is refused. */
  oversize: boolean;
};
/** A recorder whose request was submitted. */
export type OpenRecorder = Recorder<SubmittedState>;

/** Starts recording on a state. */
export function createRecorder(state: RequestState, command: Command, nowMs: number): Recorder {
  return { state, command, nowMs, events: [], oversize: false };
}

function isOversize(data: unknown): boolean {
  const json = JSON.stringify(data);
  // A UTF-16 unit takes at most 3 bytes: the exact count is only needed near the limit.
  return json.length * 3 > EVENT_BYTES_MAX && new TextEncoder().encode(json).length > EVENT_BYTES_MAX;
}

/** Records one event and applies it. `actor` is whoever commanded, unless the server draws the consequence. */
export function emit<T extends EventType>(
  recorder: Recorder,
  type: T,
  data: EventData<T>,
  actor: Actor = recorder.command.by,
): void {
  if (isOversize(data)) recorder.oversize = true;
  const { commandId } = recorder.command;
  // The generic pair (type, data) is one member of the union by construction; the compiler cannot see that.
  const event = {
    type,
    schemaVersion: schemaVersionOf(type),
    at: isoOf(recorder.nowMs),
    actor,
    commandId,
    data,
  } as unknown as ApprovalEvent;
  recorder.events.push(Object.freeze(event));
  recorder.state = apply(recorder.state, event);
}
