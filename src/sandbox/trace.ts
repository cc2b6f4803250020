import { LIMITS } from './model.ts';

/** One Web API call of the app, as the side panel shows it. */
export type TraceCall = {
  readonly method: string;
  readonly ok: boolean;
  /** Slack's error code when the call was refused. */
  readonly error: string | null;
  readonly ms: number;
  /** Channel, person or view the call was about. */
  readonly target: string;
  /** Evidence entry that the message's metadata names (`event_payload.entry`), as text. */
  readonly evidence: string | null;
};

/** How the app answered one delivery. `status` is null when there was no HTTP answer. */
export type TraceAck = {
  readonly outcome: 'ok' | 'refused' | 'timeout' | 'unreachable';
  readonly status: number | null;
  readonly ms: number;
  readonly attempt: number;
  /** `response_action` or a short word on what the answer said. */
  readonly said: string;
};

/** Something that was sent to the app, what it acknowledged and what it called afterwards. */
export type TraceEntry = {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `event`, `command`, `interaction` or `background` (calls without a recent delivery). */
  readonly kind: 'event' | 'command' | 'interaction' | 'background';
  /** `message.im`, `/governance deploy`, an action_id, ... */
  readonly name: string;
  /** Event id or trigger id. */
  readonly ref: string;
  /** Who did it; empty for background work. */
  readonly user: string;
  readonly acks: readonly TraceAck[];
  readonly calls: readonly TraceCall[];
};

const CALLS_MAX = 50;
/** A call later than this after a delivery is shown as background work: it is not known to belong to it. */
const ATTRIBUTION_MS = 60_000;

/** A trigger_id as the side panel shows it; also ties calls to their delivery. */
export const triggerRef = (triggerId: string): string => triggerId.slice(0, 18);

/** The last deliveries and calls, newest last. In memory only: it explains, it is no record. */
export type Trace = {
  begin(kind: TraceEntry['kind'], name: string, ref: string, user: string): number;
  ack(id: number, ack: TraceAck): void;
  /**
   * Adds a call to the delivery whose trigger it carries (`ref`), else to the latest of the last minute, else to a
   * background entry.
   */
  call(call: TraceCall, ref: string | null): void;
  list(): readonly TraceEntry[];
};

/** `changed` is told of every entry that is new or different. */
export const createTrace = (now: () => Date, changed: (entry: TraceEntry) => void): Trace => {
  const entries = new Map<number, TraceEntry>();
  let lastId = 0;
  const put = (entry: TraceEntry): void => {
    entries.set(entry.id, entry);
    for (const id of entries.keys()) {
      if (entries.size <= LIMITS.traceEntries) break;
      entries.delete(id);
    }
    changed(entry);
  };
  const begin: Trace['begin'] = (kind, name, ref, user) => {
    lastId += 1;
    put({ id: lastId, at: now().getTime(), kind, name, ref, user, acks: [], calls: [] });
    return lastId;
  };
  return {
    begin,
    ack: (id, ack) => {
      const entry = entries.get(id);
      if (entry) put({ ...entry, acks: [...entry.acks, ack] });
    },
    call: (call, ref) => {
      const named = ref === null ? undefined : [...entries.values()].findLast((entry) => entry.ref === ref);
      const latest = entries.get(lastId);
      const recent = latest && (latest.kind === 'background' || now().getTime() - latest.at < ATTRIBUTION_MS);
      const id = named ? named.id : recent ? lastId : begin('background', 'Background work', '', '');
      const entry = entries.get(id);
      if (entry) put({ ...entry, calls: [...entry.calls, call].slice(-CALLS_MAX) });
    },
    list: () => [...entries.values()],
  };
};
