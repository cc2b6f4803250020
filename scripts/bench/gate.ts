/**
 * The gate under load (issue 7, "Speed"): 10,000 approvals in 1,000 systems, 200 questions a second, over HTTP with a
 * token. Once with questions never asked before (each is an entry in the log), once repeated. Arrivals follow the clock and
 * not the answers, so that waiting counts. Then suspensions typed in Slack: from the click to the first denial (issue 7,
 * "Incidents").
 */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createDatabase } from '#src/adapters/prisma/database.ts';
import { readConfig } from '#src/config.ts';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { type RunningServer, startServer } from '#src/wire/server.ts';
import { approved, DIGEST, deployment } from '../../test/integration/deployments.ts';
import { percentile, type Report } from './report.ts';

const APPROVALS = 10_000;
const PER_SYSTEM = 10;
const PER_SECOND = 200;
/** Log indexes of the copies: no reader of the log comes there. */
const COPIES_FROM = 1_000_000_000;
/** A pipeline's pause between two questions of the drill, so that the gate is not kept busy by it. */
const ASK_EVERY_MS = 5;
/** A token may ask so many new questions a minute (knowledge/gate.yaml). */
const NEW_PER_TOKEN = 600;

export const name = 'gate';

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const postgres = await startEmbedded({ dataDir: report.folder, mode: 'attach' });
  const env = {
    PORT: '0',
    DATABASE_URL: postgres.connectionString,
    COUNTERSIGN_SANDBOX: '1',
    COUNTERSIGN_DATA_DIR: report.folder,
    LOG_LEVEL: 'error',
  };
  const server = await startServer(readConfig(env, report.folder), { write: () => undefined });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const client: Client = { agent, port: server.port };
  try {
    const state = await approved(server, deployment({ system: 'bench-0', version: '0' }));
    const stopped = Array.from({ length: report.quick ? 5 : 20 }, (_, i) => `stop-${i}`);
    for (const system of stopped) await approved(server, deployment({ system }));
    // The copies are rows without a history that the inventory could follow.
    await server.idle();
    await server.systems.follower.stop();
    await multiply(postgres.connectionString, state.id);
    const total = PER_SECOND * (report.quick ? 3 : 10);
    const tokens = await makeTokens(server, Math.ceil((total + 100) / NEW_PER_TOKEN));
    const bearer = (i: number): string => tokens[Math.floor((i * tokens.length) / total)] ?? tokens[0] ?? '';
    await load(client, 100, (i) => [numbered(i), bearer(0)]);
    const first = await load(client, total, (i) => [numbered(200 + i), bearer(i)]);
    const again = await load(client, total, (i) => [numbered(200 + i), bearer(i)]);
    const ms = 'ms' as const;
    report.figure({ what: 'gate at 200/s, p50', value: percentile(again, 0.5), unit: ms });
    report.figure({ what: 'gate at 200/s, p99', value: percentile(again, 0.99), unit: ms, bar: { below: 10 } });
    report.figure({ what: 'gate at 200/s, all first asked, p50', value: percentile(first, 0.5), unit: ms });
    report.figure({ what: 'gate at 200/s, all first asked, p99', value: percentile(first, 0.99), unit: ms });
    const denied: number[] = [];
    for (const system of stopped) denied.push(await deniedAfter(server, client, system, bearer(0)));
    await server.work.outbox.idle();
    report.figure({ what: 'suspension, click to denial, p50', value: percentile(denied, 0.5), unit: ms });
    report.figure({ what: 'suspension, slowest', value: Math.max(...denied), unit: ms, bar: { below: 2_000 } });
    report.note(
      `${APPROVALS} approvals in ${APPROVALS / PER_SYSTEM} systems, ${total} questions over HTTP from this process. A first question is signed and committed before it is answered, so it waits for the disk.`,
    );
  } finally {
    agent.destroy();
    await server.stop();
    await postgres.stop();
  }
}

async function makeTokens(server: RunningServer, count: number): Promise<readonly string[]> {
  const secrets: string[] = [];
  for (let i = 0; i < count; i++) {
    const made = await createGateToken(server.systems.deps, `bench-${i}`, 'service');
    if (made.ok) secrets.push(made.secret);
  }
  return secrets;
}

/** Copies one approved request's events to 10,000 requests of 1,000 systems, as rows far behind the log's end. */
async function multiply(connectionString: string, id: string): Promise<void> {
  const database = createDatabase(connectionString, { max: 1 });
  try {
    await database.pool.query(
      `INSERT INTO event (id, stream, seq, type, schema_version, at, actor, command_id, ordinal, data, log_index)
       SELECT gen_random_uuid(), 'request:bench-' || n, seq, type, schema_version, at, actor,
         'bench:' || n || ':' || seq, 0,
         CASE WHEN type = 'request.submitted' THEN
           jsonb_set(jsonb_set(jsonb_set(data, '{requestId}', to_jsonb('bench-' || n)), '{document,system}',
             to_jsonb('bench-' || n / $2::int)), '{document,version}', to_jsonb((n % $2::int)::text))
         ELSE data END,
         ${COPIES_FROM} + n * 100 + seq
       FROM event, generate_series(1, $1::int) AS n WHERE stream = 'request:' || $3::text`,
      [APPROVALS, PER_SYSTEM, id],
    );
    // An event without its entry decides nothing, so each copy has one; what it would say is not looked at by the gate.
    await database.pool.query(
      `INSERT INTO entry (log_index, event_id, leaf, leaf_hash)
       SELECT log_index, id, '{}'::bytea, sha256('{}') FROM event WHERE log_index >= ${COPIES_FROM}`,
    );
    await database.pool.query(
      `INSERT INTO request (id, short_id, kind, status, system_id, requester, version, decide_by, state)
       SELECT 'bench-' || n, 'B-' || n, kind, status, 'bench-' || n / $2::int, requester, version, decide_by, state
       FROM request, generate_series(1, $1::int) AS n WHERE id = $3`,
      [APPROVALS, PER_SYSTEM, id],
    );
    await database.pool.query('ANALYZE');
  } finally {
    await database.close();
  }
}

function numbered(i: number): Readonly<Record<string, string>> {
  const n = (i * 7919) % APPROVALS;
  return {
    system: `bench-${Math.floor(n / PER_SYSTEM)}`,
    version: String(n % PER_SYSTEM),
    digest: DIGEST,
    environment: 'staging',
  };
}

/** Milliseconds from the click that suspends a system to the first denial, asked for every few milliseconds. */
async function deniedAfter(server: RunningServer, client: Client, system: string, bearer: string): Promise<number> {
  const question = { system, version: '1.4.0', digest: DIGEST, environment: 'staging' };
  if ((await ask(client, question, bearer)) !== 200) throw new Error(`${system} is not allowed to begin with`);
  const since = performance.now();
  const sent = fetch(`${server.address}/sandbox/command`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.address },
    body: JSON.stringify({ as: 'U0CISO', channel: 'C0ASK', text: `/governance suspend ${system} INC-7 a drill` }),
  });
  for (let status = 200; status !== 403; status = await ask(client, question, bearer)) {
    if (performance.now() - since > 60_000) throw new Error(`${system} was never denied`);
    await pause(ASK_EVERY_MS);
  }
  const took = performance.now() - since;
  await sent;
  return took;
}

type Client = { readonly agent: Agent; readonly port: number };

/** Asks `total` questions at the pace; resolves with how long each answer took, in milliseconds. */
async function load(
  client: Client,
  total: number,
  questionOf: (i: number) => readonly [Readonly<Record<string, string>>, string],
): Promise<readonly number[]> {
  const took: number[] = [];
  const since = performance.now();
  const running: Promise<void>[] = [];
  for (let i = 0; i < total; i++) {
    const due = since + (i * 1000) / PER_SECOND;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const [question, bearer] = questionOf(i);
    const start = performance.now();
    running.push(
      ask(client, question, bearer).then((status) => {
        if (status !== 200) throw new Error(`status ${status}`);
        took.push(performance.now() - start);
      }),
    );
  }
  await Promise.all(running);
  return took;
}

function ask(client: Client, question: Readonly<Record<string, string>>, bearer: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = `/api/v1/gate?${new URLSearchParams(question)}`;
    const headers = { authorization: `Bearer ${bearer}` };
    const { agent, port } = client;
    const req = request({ host: '127.0.0.1', port, path, headers, agent }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', reject);
    req.end();
  });
}
