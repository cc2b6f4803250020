/** What `doctor` checks in the database: whose it is, its keys and log, what waits, and who can decide. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_REMEDIES, KeyError, openKeys } from '#src/adapters/keys/key-files.ts';
import { livingClaims } from '#src/adapters/postgres/claims.ts';
import { DATABASE_NAME } from '#src/adapters/postgres/cluster.ts';
import { checkServer } from '#src/adapters/postgres/pool.ts';
import { readMigrations } from '#src/adapters/prisma/migrate.ts';
import { stuckRequests } from '#src/approvals/doctor.ts';
import { asAppointed } from '#src/approvals/seats.ts';
import { isOpen } from '#src/approvals/timers.ts';
import type { Roster, SubmittedState } from '#src/approvals/types.ts';
import type { Config } from '#src/config.ts';
import { verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList } from '#src/evidence/findings.ts';
import type { Rules } from '#src/wire/governance.ts';
import type { LoadedPolicy } from '#src/wire/knowledge/knowledge.ts';
import type { CliContext } from '../context.ts';
import { standingOf } from '../governance/standing.ts';
import { deskOf, policiesOf, rulesInForce } from '../reading.ts';
import type { Session } from '../session.ts';
import { count } from '../terminal.ts';
import { checkRoles } from './files.ts';
import type { Findings } from './report.ts';

const REQUESTS_MAX = 10_000;
/** A running server signs within a second. */
const CHECKPOINT_LATE_MS = 60_000;
/** Changed rows that are named one by one. */
const ROWS_NAMED_MAX = 5;
/** Statuses in which a decision can still be missing. */
const UNDECIDED = ['submitted', 'in_review', 'information_requested', 'suspended'] as const;

/** Checks everything in an open database. `full` is null when the settings have problems of their own. */
export async function checkDatabase(
  context: CliContext,
  session: Session,
  full: Config | null,
  policy: LoadedPolicy | null,
  found: Findings,
): Promise<void> {
  const { config, open, stores, stamp } = session;
  const version = await checkServer(open.database.pool);
  found.ok(
    'database',
    `PostgreSQL ${version}, ${config.databaseUrl === null ? servedBy(config) : 'from DATABASE_URL'}`,
  );
  found.ok('migrations', `${readMigrations().migrationDirectories.length} applied, none missing`);
  checkStamp(session, full, found);
  await checkKeys(session, found);
  const [head, tree, checkpoint] = await Promise.all([
    stores.ledger.head(),
    stores.evidence.readTree(),
    stores.evidence.latestCheckpoint(),
  ]);
  const sizes = `${count(head.size, 'entry', 'entries')} committed, ${tree.size} in the tree, ${checkpoint?.size ?? 0} under a checkpoint`;
  found.ok('log', `${stamp.logOrigin}: ${sizes}`);
  const waiting = head.size - (checkpoint?.size ?? 0);
  if (waiting > 0 && head.lastAt !== null && context.now().getTime() - head.lastAt.getTime() > CHECKPOINT_LATE_MS) {
    found.problem(
      'checkpoint',
      `${count(waiting, 'entry', 'entries')} committed until ${head.lastAt.toISOString()} ${waiting === 1 ? 'is' : 'are'} under no checkpoint yet`,
      'A running server tries again by itself: its log ("publisher") says what is in the way. A start signs one first.',
    );
  }
  await checkState(session, found);
  await checkQueues(session, found);
  const roster = await deskOf(session, context).roster();
  if (policy !== null) checkRoles((await checkRules(context, session, found)).policy, roster, found);
  await checkRequests(context, session, roster, found);
}

/** Open requests that nobody could decide any more. Only undecided ones are read: there may be thousands of others. */
async function checkRequests(context: CliContext, session: Session, roster: Roster, found: Findings): Promise<void> {
  const desk = deskOf(session, context);
  const rows = await session.stores.ledger.listRequests({ status: UNDECIDED, limit: REQUESTS_MAX });
  const states: SubmittedState[] = [];
  for (const { id } of rows) {
    const record = await desk.read(id);
    if (record !== null && isOpen(record.state)) states.push(record.state);
  }
  found.ok('requests', `${states.length} open`);
  // Slack is not asked here, so that no user group confirms anybody: that alone is no fault.
  const stuck = stuckRequests(states, asAppointed(roster), context.now());
  for (const { shortId, missing } of stuck) {
    found.problem(
      'requests',
      `${shortId} cannot reach its quorum: missing ${missing.join('; ')}`,
      'Name holders for these roles in the directory.',
    );
  }
  for (const { id, shortId, missing } of stuckRequests(states, roster, context.now()))
    if (!stuck.some((one) => one.id === id))
      found.note(
        'requests',
        `${shortId} is decided by members of user groups, who are not looked up here: ${missing.join('; ')}`,
      );
}

/** The rules in force, and what waits. A changed file is no rule yet. */
async function checkRules(context: CliContext, session: Session, found: Findings): Promise<Rules> {
  const rules = await rulesInForce(session, context);
  const { proposals } = await policiesOf(session, context).read();
  const waiting = [...proposals.values()].filter(({ status }) => status === 'open');
  found.ok(
    'rules in force',
    `policy version ${rules.policy.policy.version}, gate version ${rules.gate.settings.version}`,
  );
  for (const one of waiting) found.note('rules', `${one.document} version ${one.to.version} waits: ${standingOf(one)}`);
  return rules;
}

function servedBy(config: Config): string {
  const server = livingClaims(join(config.dataDir, 'postgres')).find(({ mode }) => mode === 'server');
  return server === undefined
    ? 'built in; no server runs now, so it was started for this check'
    : `built in; the server runs as process ${server.identity.split('@')[0]}`;
}

function checkStamp({ stamp }: Session, full: Config | null, found: Findings): void {
  const sandbox = stamp.workspaceId === 'sandbox';
  const own = sandbox ? 'the sandbox' : `the Slack workspace ${stamp.workspaceId}`;
  found.ok('workspace', `${own}, since ${stamp.createdAt.toISOString().slice(0, 10)}`);
  if (full === null) return;
  if ((full.slack.kind === 'sandbox') !== sandbox) {
    found.problem(
      'workspace',
      `the database belongs to ${own}, and the settings are for ${sandbox ? 'a Slack workspace' : 'the sandbox'}: a start is refused`,
      sandbox
        ? 'Use a database of its own for Slack: another DATABASE_URL or COUNTERSIGN_DATA_DIR.'
        : 'Set SLACK_BOT_TOKEN again, or give the sandbox a data folder of its own.',
    );
  }
  if (full.logOrigin !== null && full.logOrigin !== stamp.logOrigin) {
    found.problem(
      'log',
      `the log is named ${stamp.logOrigin}, and COUNTERSIGN_LOG_ORIGIN says ${full.logOrigin}: a start is refused`,
      'A log keeps its name: remove COUNTERSIGN_LOG_ORIGIN.',
    );
  }
}

/** The private keys are here, are the log's own, and only their owner may read them. Makes none. */
async function checkKeys({ config, stores }: Session, found: Findings): Promise<void> {
  const recorded = await stores.evidence.readKeys();
  const folder = join(config.dataDir, 'keys');
  const files = {
    ...(config.signingKeyFile === null ? {} : { statement: config.signingKeyFile }),
    ...(config.checkpointKeyFile === null ? {} : { checkpoint: config.checkpointKeyFile }),
  };
  if (!recorded.some(({ purpose }) => purpose === 'statement') || !recorded.some((k) => k.purpose === 'checkpoint')) {
    // With nothing recorded, opening would make new keys.
    found.problem('keys', 'the database records no key for this log', 'Restore the database from its backup.');
    return;
  }
  try {
    await openKeys({ folder, files, recorded });
    const mode = await stat(folder).then(
      (s) => (s.mode & 0o777).toString(8).padStart(4, '0'),
      () => null,
    );
    found.ok('keys', `both are the log's own, files of mode 0600${mode === null ? '' : ` in ${folder} (${mode})`}`);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    found.problem('keys', `the ${error.purpose} key at ${error.path}: ${error.code}`, KEY_REMEDIES[error.code]);
  }
}

/** Rows that somebody changed beside the log: the roster, the gate and every list are read from rows. */
async function checkState({ stores }: Session, found: Findings): Promise<void> {
  const differences = createFindingList();
  const { events, rows } = await stores.state.look((view) => verifyState(view, differences));
  if (differences.total() === 0) {
    found.ok('state', `${count(rows, 'row')} are what ${count(events, 'event')} left`);
    return;
  }
  for (const { detail } of differences.kept.slice(0, ROWS_NAMED_MAX)) {
    found.problem(
      'state',
      detail,
      'Run "countersign evidence verify". Keep a copy for the auditor, then "countersign evidence rebuild-state".',
    );
  }
  const more = differences.total() - ROWS_NAMED_MAX;
  if (more > 0)
    found.problem('state', `${count(more, 'row')} more`, '"countersign evidence verify --json" names them.');
}

async function checkQueues({ stores }: Session, found: Findings): Promise<void> {
  const [inbox, outbox] = await Promise.all([stores.inbox.counts(), stores.outbox.counts()]);
  found.ok('waiting', `${inbox.open} received and not worked off, ${outbox.open} to be sent`);
  for (const [name, { dead }] of [
    ['inbox', inbox],
    ['outbox', outbox],
  ] as const) {
    if (dead === 0) continue;
    found.problem(
      name,
      `${count(dead, 'message')} ${dead === 1 ? 'was' : 'were'} given up after several attempts`,
      `Read why: SELECT * FROM ${name} WHERE dead; then try again: UPDATE ${name} SET dead = false WHERE dead;`,
    );
  }
}

/** The line that connects psql, for a shell; null with DATABASE_URL, whose owner has their own. */
export function psqlLine({ open }: Session): string | null {
  if (open.embedded === null) return null;
  const { socketDir, port, passwordFile } = open.embedded;
  const host = socketDir ?? '127.0.0.1';
  return `PGPASSWORD=$(cat ${quoted(passwordFile)}) psql -h ${quoted(host)} -p ${port} -U ${DATABASE_NAME} -d ${DATABASE_NAME}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
