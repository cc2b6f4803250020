/** The desk of the risk register. */
import {
  applyRisk,
  RISK_HIDDEN,
  type Risk,
  type RiskEvent,
  type RiskFacts,
  riskSchema,
  scoreOf,
} from '#src/systems/risks.ts';
import type { Ledger, NewTimer } from '../ports.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';
import { onStream, readEvents, type StreamDeps, type StreamEvent } from '../streams/stream.ts';

export type RiskDeskDeps = StreamDeps & {
  readonly records: RecordStore;
  readonly ledger: Pick<Ledger, 'streamOfCommand'>;
};

export type RiskResult =
  | { readonly ok: true; readonly risk: Risk; readonly entry: number | null }
  | {
      readonly ok: false;
      readonly reason: 'invalid' | 'not_owner' | 'unknown_risk' | 'closed';
      readonly detail: readonly string[];
    };

/** Who acts; administrators may change what others own. */
type By = { readonly person: string; readonly commandId: string; readonly isAdmin: boolean };

export type RiskDesk = {
  /** Records a risk under an id the caller chose (`RK-3`); a command that comes again gets the risk that it made. */
  record(id: string, facts: RiskFacts, by: By): Promise<RiskResult>;
  change(id: string, facts: RiskFacts, by: By): Promise<RiskResult>;
  close(id: string, reason: string, by: By): Promise<RiskResult>;
  read(id: string): Promise<Risk | null>;
  /** The open risks with the highest scores, with their texts, and how many are open. */
  worst(limit: number): Promise<{ readonly open: number; readonly risks: readonly Risk[] }>;
  /** The whole register, with its texts. */
  list(): Promise<readonly Risk[]>;
};

const streamOf = (id: string): string => `risk:${id}`;

/** One risk with its texts; null when there is none of this id. */
export async function readRisk(ledger: StreamDeps['ledger'], id: string): Promise<Risk | null> {
  return foldRisk(await readEvents(ledger, streamOf(id)));
}

/** Makes the desk. Throws CommitError and what the ledger throws. */
export function createRiskDesk(deps: RiskDeskDeps): RiskDesk {
  const read = (id: string) => readRisk(deps.ledger, id);
  const act = (
    id: string,
    by: By,
    kind: string,
    decide: (risk: Risk | null) => RiskEvent | RiskResult,
  ): Promise<RiskResult> =>
    onStream<RiskResult>(
      deps,
      { stream: streamOf(id), actor: by.person, commandId: by.commandId, commandKind: kind },
      (events, at) => {
        const before = foldRisk(events);
        const event = decide(before);
        if ('ok' in event) return { kind: 'settled', result: event };
        const risk = applyRisk(before, event, at);
        if (risk === null) return { kind: 'settled', result: { ok: false, reason: 'unknown_risk', detail: [] } };
        const due: readonly NewTimer[] =
          risk.status === 'closed'
            ? []
            : [{ id: deps.newId(at), dueAt: new Date(risk.reviewBy), kind: 'risk_review', subject: streamOf(id) }];
        return {
          kind: 'commit',
          drafts: [{ type: event.type, data: event.data, hide: RISK_HIDDEN[event.type] }],
          records: [rowOfRisk(risk)],
          timers: due,
          timersCancelled: [{ subject: streamOf(id), kinds: ['risk_review'] }],
          result: (entry) => ({ ok: true, risk, entry }),
        };
      },
      async () => {
        // A redelivered record took effect under the id it was given then, not under the new one.
        const stream = (await deps.ledger.streamOfCommand(by.commandId)) ?? streamOf(id);
        const risk = foldRisk(await readEvents(deps.ledger, stream));
        return risk === null ? { ok: false, reason: 'unknown_risk', detail: [] } : { ok: true, risk, entry: null };
      },
    );
  const texts = async (rows: readonly RecordRow[]): Promise<readonly Risk[]> =>
    (await Promise.all(rows.map((row) => read(row.id)))).filter((risk) => risk !== null);
  const mine = (risk: Risk | null, by: By): RiskResult | null => {
    if (risk === null) return { ok: false, reason: 'unknown_risk', detail: [] };
    if (risk.status === 'closed') return { ok: false, reason: 'closed', detail: [] };
    return by.isAdmin || risk.owner === by.person ? null : { ok: false, reason: 'not_owner', detail: [] };
  };
  const checked = (facts: RiskFacts, make: (sound: RiskFacts) => RiskEvent): RiskEvent | RiskResult => {
    const parsed = riskSchema.safeParse(facts);
    if (parsed.success) return make(parsed.data);
    return { ok: false, reason: 'invalid', detail: parsed.error.issues.map((issue) => issue.path.join('.')) };
  };
  return {
    read,
    record: (id, facts, by) =>
      act(id, by, 'risk.record', (risk) =>
        risk !== null
          ? { ok: true, risk, entry: null }
          : checked(facts, (sound) => ({ type: 'risk.recorded', data: { risk: id, facts: sound } })),
      ),
    change: (id, facts, by) =>
      act(id, by, 'risk.change', (risk) => {
        const refused = mine(risk, by);
        return refused ?? checked(facts, (sound) => ({ type: 'risk.changed', data: { risk: id, facts: sound } }));
      }),
    close: (id, reason, by) =>
      act(id, by, 'risk.close', (risk) => {
        const refused = mine(risk, by);
        if (refused !== null) return refused;
        if (reason.trim() === '' || reason.length > 1_000) return { ok: false, reason: 'invalid', detail: ['reason'] };
        return { type: 'risk.closed', data: { risk: id, reason } };
      }),
    async worst(limit) {
      // Anybody may ask: the texts are read of those only that are shown.
      const rows = await deps.records.list({ kind: 'risk', status: ['open'], limit: 10_000 });
      const first = rows.toSorted((a, b) => scoreIn(b) - scoreIn(a)).slice(0, limit);
      return { open: rows.length, risks: await texts(first) };
    },
    list: async () => texts(await deps.records.list({ kind: 'risk', limit: 10_000 })),
  };
}

/** The row of a risk, without its texts. */
export function rowOfRisk(risk: Risk): RecordRow {
  const { id, status, version, owner, likelihood, impact, reviewBy, systems, requests, treatment } = risk;
  const state = { likelihood, impact, score: scoreOf(risk), reviewBy, systems, requests, treatment };
  return { kind: 'risk', id, parent: owner, status, version, state };
}

/** The score in a row; a damaged one comes first, so that somebody looks. */
function scoreIn({ state }: RecordRow): number {
  const { score } = (state ?? {}) as { readonly score?: unknown };
  return typeof score === 'number' ? score : Number.MAX_SAFE_INTEGER;
}

/** State of a risk's stream. */
export function foldRisk(events: readonly StreamEvent[]): Risk | null {
  return events.reduce<Risk | null>(
    (risk, { type, data, at }) =>
      Object.hasOwn(RISK_HIDDEN, type) ? applyRisk(risk, { type, data } as RiskEvent, at) : risk,
    null,
  );
}
