/** `request list` and `request show`. */
import { systemOf } from '#src/approvals/document-facts.ts';
import { quorumOf, tally } from '#src/approvals/tally.ts';
import { isOpen } from '#src/approvals/timers.ts';
import type { Roster, SubmittedState } from '#src/approvals/types.ts';
import type { RequestRecord } from '#src/delivery/requests/desk.ts';
import { historyOf } from '#src/delivery/requests/history.ts';
import { titleOf } from '#src/slack/blocks/request-facts.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { RequestListFlags } from '../flags.ts';
import { type People, peopleIn } from '../governance/people.ts';
import { deskOf } from '../reading.ts';
import { type Session, withSession } from '../session.ts';
import { count, table } from '../terminal.ts';
import { requestLines } from './text.ts';

const LISTED_MAX = 1_000;

/** Prints all requests, newest first. */
export function listRequests(context: CliContext, flags: RequestListFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { ledger, people } = session.stores;
    const rows = await ledger.listRequests({
      limit: LISTED_MAX,
      ...(flags.status === undefined ? {} : { status: [flags.status] }),
      ...(flags.system === undefined ? {} : { systemId: flags.system }),
    });
    const desk = deskOf(session, context);
    const records: RequestRecord[] = [];
    for (const { id } of rows) {
      const record = await desk.read(id);
      if (record !== null) records.push(record);
    }
    if (flags.json) {
      const named = records.map(({ state }) => [state.requester, state.owner]);
      const known = await peopleIn(people, named);
      for (const record of records) context.json(summaryOf(record, known));
      return 0;
    }
    context.text(count(records.length, 'request'));
    if (records.length > 0) context.text('', ...table(records.map(rowOf)));
    if (rows.length === LISTED_MAX) {
      context.note(`These are the newest ${LISTED_MAX}. Narrow them with --status or --system.`);
    }
    return 0;
  });
}

/** Prints one request. Throws CommandError `unknown_id`. */
export function showRequest(context: CliContext, id: string, flags: { readonly json?: true }): Promise<ExitCode> {
  return withSession<ExitCode>(context, async (session) => {
    const { record, roster } = await readRequest(session, context, id);
    const people = await peopleIn(session.stores.people, [record.events, record.entries, record.state]);
    if (flags.json) context.json(detailOf(record, roster, people, context.now()));
    else context.text(...requestLines(record, roster, people, context.now()));
    return 0;
  });
}

/** What anybody may know of a request: no person, nothing that somebody wrote. Throws CommandError `unknown_id`. */
export function requestFacts(context: CliContext, id: string): Promise<object> {
  return withSession(context, async (session) => {
    const { record } = await readRequest(session, context, id);
    const people = await peopleIn(session.stores.people, []);
    const { title: _title, requester: _requester, owner: _owner, ...facts } = summaryOf(record, people);
    return facts;
  });
}

async function readRequest(
  session: Session,
  context: CliContext,
  id: string,
): Promise<{ readonly record: RequestRecord; readonly roster: Roster }> {
  const desk = deskOf(session, context);
  const row = await session.stores.ledger.findRequest(id);
  const record = row === null ? null : await desk.read(row.id);
  if (record !== null) return { record, roster: await desk.roster(record.state) };
  throw new CommandError(
    'unknown_id',
    `There is no request ${id}.`,
    'Run "countersign request list" to see them; ids look like DR-12, EX-3, UC-1 and PC-1.',
  );
}

function rowOf({ state }: RequestRecord): readonly string[] {
  const until = state.decision?.validUntilMs ?? null;
  const when = isOpen(state) ? `decide by ${day(state.decideByMs)}` : until === null ? '' : `until ${day(until)}`;
  return [state.shortId, state.status, state.terms.tier, when, titleOf(state)];
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** One line of `request list --json`. Times are ISO 8601, UTC. */
function summaryOf({ state, entries }: RequestRecord, people: People) {
  const { document, decision } = state;
  const deployment = document.kind === 'deployment' ? document : null;
  return {
    id: state.id,
    shortId: state.shortId,
    kind: document.kind,
    title: titleOf(state),
    status: state.status,
    tier: state.terms.tier,
    system: systemOf(document),
    version: deployment?.version ?? null,
    digest: deployment?.digest ?? null,
    environment: deployment?.environment ?? null,
    requester: people.view(state.requester),
    owner: people.view(state.owner),
    submittedAt: iso(state.submittedAtMs),
    decideBy: iso(state.decideByMs),
    outcome: decision?.outcome ?? null,
    decidedAt: decision === null ? null : iso(decision.atMs),
    validUntil: decision?.validUntilMs == null ? null : iso(decision.validUntilMs),
    revision: state.revision.number,
    entries: entries.map(({ index }) => index),
  };
}

/** `request show --json`: the summary and everything that a voter or auditor reads. */
function detailOf(record: RequestRecord, roster: Roster, people: People, now: Date) {
  const { state } = record;
  const standing = tally(state, roster, now.getTime());
  return {
    ...summaryOf(record, people),
    tierReasons: state.terms.tierReasons,
    revisionHash: state.revision.hash,
    policy: { version: state.terms.policyVersion, hash: state.terms.policyHash },
    document: state.document,
    quorum: quorumOf(state),
    stillNeeded: isOpen(state) ? standing.stillNeeded : [],
    evidence: standing.evidence.map(({ demand, why }) => ({
      kind: demand.kind,
      title: demand.title,
      serves: demand.serves,
      missing: why,
    })),
    votes: state.votes.map(({ by, choice, reason, capacities, atMs }) => ({
      by: people.view(by),
      role: roleOf(state, by) ?? capacities[0]?.role ?? null,
      choice,
      reason,
      at: iso(atMs),
    })),
    conditions: state.conditions.map(({ id, text, owner, dueAtMs, phase, status, overdue }) => ({
      id,
      text,
      owner: people.view(owner),
      dueAt: iso(dueAtMs),
      phase,
      status,
      overdue,
    })),
    history: historyOf(record, { who: people.words, quote: (text) => text }).map(({ index, at, words }, i) => ({
      index,
      at: at.toISOString(),
      type: record.entries[i]?.type ?? null,
      actor: record.entries[i]?.actor === 'service' ? 'service' : people.view(record.entries[i]?.actor ?? ''),
      words,
    })),
  };
}

function roleOf(state: SubmittedState, person: string): string | null {
  return state.decision?.counted.find((counted) => counted.person === person)?.role ?? null;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
