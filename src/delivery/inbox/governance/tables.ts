/** Tables (CSV) that an administrator brings, on the server or in Slack: roles, systems that run already, risks. */

import { isDeepStrictEqual } from 'node:util';
import { parseMoment } from '#src/approvals/duration.ts';
import { wantedFrom } from '#src/directory/file.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { changesTo } from '#src/directory/plan.ts';
import { directoryFromRows } from '#src/directory/table.ts';
import { readLegacy } from '#src/systems/legacy-import.ts';
import { readRisks } from '#src/systems/risk-import.ts';
import { factsOf } from '#src/systems/risks.ts';
import type { PeopleDesk } from '../../people/desk.ts';
import type { Ledger } from '../../ports.ts';
import type { SystemsDesk } from '../../systems/desk.ts';
import type { RiskDesk } from '../../systems/risks.ts';

export const TABLES = ['roles', 'systems', 'risks'] as const;
export type TableKind = (typeof TABLES)[number];
type Rows = readonly (readonly string[])[];

export type TableDeps = {
  readonly directory: Pick<PeopleDesk, 'read' | 'act'>;
  readonly systems: Pick<SystemsDesk, 'act'>;
  readonly risks: Pick<RiskDesk, 'record' | 'change' | 'read'>;
  readonly ledger: Pick<Ledger, 'nextShortId'>;
  /** Pseudonym of a Slack user id, made where it is new. */
  readonly personFor: (slackUserId: string) => Promise<string>;
  readonly now: () => Date;
};

export type TableBy = {
  readonly person: string;
  /** Why, for the record of a proposal. */
  readonly reason: string;
  /** A command id and a UUID for each thing that is done; the same ones when the same payload comes again. */
  readonly commandId: (what: string) => string;
  readonly uuid: (what: string) => string;
};

export type TableResult =
  | {
      readonly ok: true;
      /** What was entered: names of systems, ids of risks, one empty text a change of roles. */
      readonly done: readonly string[];
      readonly left: readonly string[];
      /** Id of the proposal that waits for a second administrator; null where nothing waits. */
      readonly proposal: string | null;
    }
  /** Lines that cannot be used (then nothing was entered), or why the whole was refused. */
  | { readonly ok: false; readonly reason: string; readonly problems: readonly string[] };

/** Takes a table. Each line is judged first; one that cannot be used lets nothing in. */
export async function takeTable(deps: TableDeps, kind: TableKind, rows: Rows, by: TableBy): Promise<TableResult> {
  const directory = await deps.directory.read();
  if (!adminsAt(directory.assignments.values(), deps.now()).has(by.person))
    return { ok: false, reason: 'not_admin', problems: [] };
  if (kind === 'roles') return proposeRoles(deps, rows, by);
  return kind === 'systems' ? enterSystems(deps, rows, by) : recordRisks(deps, rows, by);
}

type Problem = { readonly line: number; readonly column: string; readonly problem: string };

function unusable(problems: readonly Problem[]): TableResult {
  const lines = problems.map(({ line, column, problem }) => `line ${line}: ${column}: ${problem}`);
  return { ok: false, reason: 'unusable', problems: lines };
}

async function proposeRoles(deps: TableDeps, rows: Rows, by: TableBy): Promise<TableResult> {
  const read = directoryFromRows(rows);
  if (!read.ok) return unusable(read.problems);
  const persons = new Map<string, string>();
  for (const { user, deputy } of read.file.assignments)
    for (const one of [user, deputy]) if (one !== null) persons.set(one, await deps.personFor(one));
  const wanted = wantedFrom(read.file, (user) => persons.get(user) ?? '');
  let made = 0;
  const changes = changesTo(await deps.directory.read(), { roles: wanted, admins: [] }, deps.now(), () =>
    by.uuid(`assignment ${made++}`),
  );
  const proposal = by.uuid('proposal');
  const command = { type: 'propose', proposal, source: 'csv', reason: by.reason, changes } as const;
  const result = await deps.directory.act(command, by.person, by.commandId('propose'));
  if (!result.ok) return { ok: false, reason: result.reason, problems: result.detail };
  return { ok: true, done: changes.map(() => ''), left: [], proposal };
}

async function enterSystems(deps: TableDeps, rows: Rows, by: TableBy): Promise<TableResult> {
  const read = readLegacy(rows, parseMoment);
  if (!read.ok) return unusable(read.problems);
  const done: string[] = [];
  const left: string[] = [];
  const actor = { person: by.person, roles: [], isAdmin: true };
  for (const [index, { name, owner, facts, runsIn, approvalDue }] of read.systems.entries()) {
    const known = { ...facts, owner: await deps.personFor(owner) };
    const entry = { origin: 'import', approvalDue, runsIn, useCase: false } as const;
    const command = { type: 'register', name, facts: known, ...entry } as const;
    const result = await deps.systems.act(name, command, actor, by.commandId(`system ${index}`));
    if (result.ok) done.push(name);
    else left.push(`${name} (${result.reason})`);
  }
  return { ok: true, done, left, proposal: null };
}

async function recordRisks(deps: TableDeps, rows: Rows, by: TableBy): Promise<TableResult> {
  const read = readRisks(rows, parseMoment);
  if (!read.ok) return unusable(read.problems);
  const done: string[] = [];
  const left: string[] = [];
  for (const [index, { id, ...row }] of read.risks.entries()) {
    const facts = { ...row, owner: await deps.personFor(row.owner) };
    const actor = { person: by.person, commandId: by.commandId(`risk ${index}`), isAdmin: true };
    const known = id === null ? null : await deps.risks.read(id);
    if (known !== null && isDeepStrictEqual(factsOf(known), facts)) {
      left.push(`${known.id} (unchanged)`);
      continue;
    }
    const result =
      id === null
        ? await deps.risks.record(await deps.ledger.nextShortId('RK'), facts, actor)
        : await deps.risks.change(id, facts, actor);
    if (result.ok) done.push(result.risk.id);
    else left.push(`${id ?? facts.asset} (${result.reason})`);
  }
  return { ok: true, done, left, proposal: null };
}
