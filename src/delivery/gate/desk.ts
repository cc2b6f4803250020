/**
 * The gate's desk: one question of a pipeline, from the look-up to the answer and its evidence. A first answer and a
 * changed one are committed before they are given; the same answer again is only counted (issue 7, "Gate, first form").
 */

import { createHash } from 'node:crypto';
import { basisIdsOf } from '#src/approvals/basis.ts';
import { minuteOf } from '#src/approvals/duration.ts';
import { type GateAnswer, type GateQuery, gate } from '#src/approvals/gate.ts';
import { askAnew, type GateReason, no } from '#src/approvals/in-force.ts';
import type { RequestState, SubmittedState } from '#src/approvals/types.ts';
import { canonicalText } from '#src/evidence/canonical.ts';
import { aliasFlaw } from '#src/systems/alias.ts';
import { type GateMode, type GateSettings, modeOf } from '#src/systems/gate-settings.ts';
import { covers, scopeWords } from '#src/systems/holds.ts';
import { systemKeyOf } from '#src/systems/names.ts';
import { createKeyedQueue } from '../streams/keyed-queue.ts';
import type { MadeRow } from '../streams/made.ts';
import { asRecord, type GateFacts, type GateStore, type RecordRow, type RecordStore } from '../streams/ports.ts';
import { onStream, type StreamDeps, type StreamEvent } from '../streams/stream.ts';
import { aliasOfRow, holdOfRow, vendorsOfRow } from '../systems/rows.ts';
import { createRequestCache, type RequestCache } from './requests.ts';

/** Reasons that an entry repeats. */
const REASONS_MAX = 20;

export type GateDeskDeps = StreamDeps & {
  readonly gate: GateStore;
  readonly records: RecordStore;
  readonly settings: () => GateSettings;
};

/** An answer with what a pipeline needs beside it. */
export type GateReply = GateAnswer & {
  readonly query: GateQuery;
  readonly mode: GateMode;
  /** Whether the pipeline may go on: the answer is yes, or the environment is only observed. */
  readonly pass: boolean;
  readonly answeredAt: Date;
  /** The same answer was given to this question before; it was counted, not recorded again. */
  readonly repeat: boolean;
  /** Index of the log entry that this answer made; null for a repeat. */
  readonly entry: number | null;
};

export type GateAsker = { readonly token: string };

export type GateDesk = {
  /**
   * Answers one question. `newQuestion` is asked before a question that was never asked makes an entry; where it says
   * no, nothing is recorded and null comes back. Throws what the stores throw: the caller answers no then.
   */
  ask(query: GateQuery, asker: GateAsker, newQuestion?: () => boolean): Promise<GateReply | null>;
  /** Writes the counted repeats; called now and then, and at the end. */
  flush(): Promise<void>;
  /** How often a question was answered the same way again, those not written yet included. */
  repeatsOf(query: GateQuery): Promise<number>;
};

/** Makes the gate's desk. */
export function createGateDesk(deps: GateDeskDeps): GateDesk {
  const requests = createRequestCache(deps.gate);
  const queue = createKeyedQueue();
  const repeats = new Map<string, { times: number; lastAt: Date }>();
  return {
    async ask(query, asker, newQuestion = () => true) {
      const { question, facts, reply } = await judge(deps, requests, query);
      const print = fingerprint(reply);
      const now = reply.answeredAt;
      if (facts.asked?.status === print) {
        const known = repeats.get(question);
        repeats.set(question, { times: (known?.times ?? 0) + 1, lastAt: now });
        return { ...reply, repeat: true, entry: null };
      }
      if (facts.asked === null && !newQuestion()) return null;
      const entry = await queue(systemKeyOf(query.system), () =>
        record(deps, reply, asker, { question, print, facts }),
      );
      return { ...reply, repeat: entry === null, entry };
    },
    async flush() {
      const rows = [...repeats].map(([question, { times, lastAt }]) => ({ question, times, lastAt }));
      repeats.clear();
      try {
        await deps.gate.count(rows);
      } catch (error) {
        // Not lost: counted again with the next flush.
        for (const { question, times, lastAt } of rows) {
          const since = repeats.get(question);
          repeats.set(question, { times: times + (since?.times ?? 0), lastAt: since?.lastAt ?? lastAt });
        }
        throw error;
      }
    },
    async repeatsOf(query) {
      const question = questionId(query);
      const stored = await deps.gate.countOf(question);
      return (stored?.count ?? 0) + (repeats.get(question)?.times ?? 0);
    },
  };
}

/** A look at the gate: the answer of this moment, for whoever is curious. Nothing is counted or recorded. */
export async function lookAtGate(deps: GateLookDeps, query: GateQuery): Promise<GateLook> {
  return (await judge(deps, createRequestCache(deps.gate), query)).reply;
}

type GateLookDeps = Pick<GateDeskDeps, 'gate' | 'settings' | 'now'>;
type GateLook = Omit<GateReply, 'repeat' | 'entry'>;

async function judge(deps: GateLookDeps, requests: RequestCache, query: GateQuery) {
  const question = questionId(query);
  const { facts, states } = await lookUp(deps, requests, query, question);
  const now = deps.now();
  const answer = withHolds(withAlias(gate(states, query, now), { facts, states }, query, now), facts, query);
  const mode = modeOf(deps.settings(), query.environment);
  const reply: GateLook = { ...answer, query, mode, pass: answer.allowed || mode === 'observe', answeredAt: now };
  return { question, facts, reply };
}

type Looked = { readonly facts: GateFacts; readonly states: readonly RequestState[] };

/** The requests of the system and every exception they rest on, followed through renewals. */
async function lookUp(
  deps: Pick<GateDeskDeps, 'gate'>,
  cache: RequestCache,
  query: GateQuery,
  question: string,
): Promise<Looked> {
  const look = { system: query.system, systemKey: systemKeyOf(query.system), question };
  let facts = await deps.gate.facts({ ...look, others: [] });
  let states = await cache.load(facts.requests);
  let wanted = missing(states, new Set());
  const asked = new Set<string>();
  // A chain of renewals is short; the bound keeps a damaged one from asking for ever.
  for (let round = 0; wanted.length > 0 && round < 20; round++) {
    for (const id of wanted) asked.add(id);
    facts = await deps.gate.facts({ ...look, others: [...asked] });
    states = await cache.load([...facts.requests, ...facts.others]);
    wanted = missing(states, asked);
  }
  return { facts, states };
}

function missing(states: readonly RequestState[], asked: ReadonlySet<string>): readonly string[] {
  const submitted = states.filter((state) => state.status !== 'draft');
  const known = new Set(submitted.flatMap(({ id, shortId }) => [id, shortId]));
  const named = submitted.flatMap((state) => [
    ...basisIdsOf(state.document),
    ...(state.document.kind !== 'deployment' && state.renewedBy ? [state.renewedBy] : []),
  ]);
  return [...new Set(named)].filter((id) => !known.has(id) && !asked.has(id));
}

/** A yes for a vendor's floating alias lasts until it must be looked at again, and ends when it means another model. */
function withAlias(answer: GateAnswer, { facts, states }: Looked, query: GateQuery, now: Date): GateAnswer {
  const watch = aliasOfRow(facts.system, query.digest);
  if (!answer.allowed || watch === null) return answer;
  const closed = (reason: GateReason): GateAnswer => ({ ...answer, allowed: false, until: null, reasons: [reason] });
  if (watch === 'unreadable')
    return closed(
      no(
        'alias_overdue',
        `The inventory's row of ${query.system} cannot be read`,
        'Tell an administrator of Countersign.',
      ),
    );
  const permits = states.find((one): one is SubmittedState => one.status !== 'draft' && one.id === answer.request?.id);
  // An emergency is permitted as it is submitted.
  const decidedAtMs = permits?.decision?.atMs ?? permits?.submittedAtMs ?? null;
  const flaw = aliasFlaw(watch, decidedAtMs, now.getTime());
  const dueMs = Date.parse(watch.dueAt);
  if (flaw === 'overdue')
    return closed(
      no(
        'alias_overdue',
        `The vendor's floating alias should have been looked at again by ${minuteOf(dueMs)}`,
        `Its owner looks, and writes in Slack: /governance alias ${query.system} ${query.version} same`,
      ),
    );
  if (flaw === 'changed' && permits !== undefined)
    return closed(
      no(
        'alias_changed',
        `The vendor's floating alias means another model since ${minuteOf(Date.parse(watch.changedAt ?? watch.dueAt))}; a later decision is needed`,
        askAnew(permits),
      ),
    );
  return { ...answer, until: new Date(Math.min(answer.until?.getTime() ?? dueMs, dueMs)) };
}

/** A hold, and the end of a system, deny whatever the requests say, and say so first. */
function withHolds(answer: GateAnswer, facts: GateFacts, query: GateQuery): GateAnswer {
  const subject = { ...query, vendors: vendorsOfRow(facts.system, query.digest) };
  const words = facts.holds.flatMap((row): GateReason[] => {
    const hold = holdOfRow(row);
    // A hold that cannot be read could cover anything.
    if (hold === null)
      return [no('suspended', `The suspension ${row.id} cannot be read`, 'Tell an administrator of Countersign.')];
    if (!covers(hold.scope, subject)) return [];
    const since = minuteOf(Date.parse(hold.placedAt));
    const text = `Stopped since ${since} by incident ${hold.incident}, which covers ${scopeWords(hold.scope)}`;
    return [no('suspended', text, 'How it ends: /governance holds')];
  });
  if (facts.system?.status === 'decommissioned')
    words.push(
      no(
        'closed',
        `${query.system} was decommissioned; only a new system can be approved`,
        'Ask under a new name in Slack: /governance deploy',
      ),
    );
  const [first, ...rest] = words;
  if (first === undefined) return answer;
  const own = answer.allowed ? [] : answer.reasons;
  return { ...answer, allowed: false, until: null, reasons: [first, ...rest, ...own] };
}

type Asked = { readonly question: string; readonly print: string; readonly facts: GateFacts };

/** Commits the answer; null where another process recorded the same one in the meantime. */
function record(
  deps: GateDeskDeps,
  reply: GateLook,
  asker: GateAsker,
  { question, print, facts }: Asked,
): Promise<number | null> {
  const key = systemKeyOf(reply.query.system);
  // What was just looked up serves the first round: an older position meets the ledger's guard and is read again.
  let known: Pick<GateFacts, 'answers' | 'asked'> | null = facts;
  const afterSeq = async (): Promise<number> => {
    known ??= await deps.gate.facts({ system: reply.query.system, systemKey: key, question, others: [] });
    return known.answers;
  };
  const command = { stream: `gate:${key}`, actor: 'service', commandKind: 'gate.ask', afterSeq };
  return onStream<number | null>(
    deps,
    { ...command, commandId: `gate:${deps.newId(reply.answeredAt)}` },
    async () => {
      const asked = known?.asked ?? null;
      if (asked?.status === print) return { kind: 'settled', result: null };
      const version = (await afterSeq()) + 1;
      known = null;
      const { query, allowed, mode, pass, request, until, reasons } = reply;
      const data = {
        ...query,
        allowed,
        mode,
        pass,
        request,
        until: until?.toISOString() ?? null,
        reasons: reasons.slice(0, REASONS_MAX).map(({ code, words }) => ({ code, words: words.slice(0, 300) })),
        before: asked === null ? null : answerOf(asked.status),
        token: asker.token,
      };
      return {
        kind: 'commit',
        drafts: [
          {
            type: 'gate.answered',
            data,
            artefacts: [{ name: `${query.system} ${query.version}`, sha256: query.digest }],
          },
        ],
        records: rowsOfAnswer(reply, version),
        result: (firstIndex) => firstIndex,
      };
    },
    async () => null,
  );
}

/** What the gate looks up before it answers the same question, or another one about the system. */
function rowsOfAnswer(
  { query, ...answer }: Told & { readonly query: GateQuery },
  version: number,
): readonly RecordRow[] {
  const { system, version: label, digest, environment } = query;
  const key = systemKeyOf(system);
  const row = { parent: key, version };
  const state = { system, version: label, digest, environment, allowed: answer.allowed };
  return [
    { kind: 'gate-question', id: questionId(query), status: fingerprint(answer), ...row, state },
    { kind: 'gate-stream', id: key, status: 'open', ...row, state: {} },
  ];
}

/** The rows that a stored stream of answers comes to, each with the event that touched it last. */
export function answerRows(events: readonly StreamEvent[]): readonly MadeRow[] {
  const rows = new Map<string, MadeRow>();
  for (const by of events) {
    const { system, version, digest, environment, ...answer } = by.data as GateQuery & Told;
    const query = { system, version, digest, environment };
    for (const row of rowsOfAnswer({ ...answer, query }, by.seq))
      rows.set(`${row.kind} ${row.id}`, { row: asRecord(row), by });
  }
  return [...rows.values()];
}

/** The part of an answer that its entry repeats. */
type Told = {
  readonly allowed: boolean;
  readonly request: { readonly shortId: string } | null;
  readonly reasons: readonly { readonly code: string }[];
};

/** What makes two answers the same: yes or no, by which request, for which reasons. */
function fingerprint(answer: Told): string {
  const codes = [...new Set(answer.reasons.slice(0, REASONS_MAX).map((reason) => reason.code))].sort();
  return `${answer.allowed ? 'allow' : 'deny'} ${answer.request?.shortId ?? '-'} ${codes.join(',')}`.slice(0, 400);
}

function answerOf(print: string): 'allow' | 'deny' {
  return print.startsWith('allow') ? 'allow' : 'deny';
}

/** Identity of a question: hex sha256 of its four parts. */
function questionId({ system, version, digest, environment }: GateQuery): string {
  return createHash('sha256').update(canonicalText({ system, version, digest, environment }), 'utf8').digest('hex');
}
