/**
 * Votes offered at 200 a second over 100 open requests, two cores, embedded database: from the moment a click is due to
 * the commit of its event with its signed entry. Arrivals follow the clock and not the answers, so that waiting counts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { shownTo } from '#src/delivery/requests/desk.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { CISO, CTO, deployment, HIGH, LEGAL, MILO, SANDBOX_ROLES } from '../../test/unit/approvals/fixtures.ts';
import { type BenchCore, openBenchCore } from './database.ts';
import { randomFrom } from './inputs.ts';
import { percentile, type Report } from './report.ts';

export const name = 'votes';

const REQUESTS = 100;
const PER_SECOND = 200;
/** Together they do not reach the quorum, so that every vote finds its request open. */
const VOTERS = [CISO, LEGAL, CTO];

/** A request that can be voted on. */
export type OpenRequest = { readonly id: string; readonly revision: string; readonly card: string };

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const core = await openBenchCore(report.folder);
  try {
    await sandboxPeople(core);
    const open = await submitRequests(core, REQUESTS);
    await offer(core, open, 2, 'even', 0);
    const seconds = report.quick ? 4 : 20;
    const even = await offer(core, open, seconds, 'even', 1);
    const random = await offer(core, open, seconds, 'random', 2);
    const wanted = PER_SECOND * seconds;
    report.figure({
      what: `votes served of ${wanted}, 200/s, even`,
      value: even.length,
      unit: '',
      bar: { atLeast: wanted },
    });
    report.figure({ what: '  command to commit, p50', value: percentile(even, 0.5), unit: 'ms' });
    report.figure({ what: '  command to commit, p99', value: percentile(even, 0.99), unit: 'ms', bar: { below: 25 } });
    report.figure({
      what: `votes served, at random moments`,
      value: random.length,
      unit: '',
      bar: { atLeast: wanted },
    });
    report.figure({ what: '  command to commit, p50', value: percentile(random, 0.5), unit: 'ms' });
    report.figure({
      what: '  command to commit, p99',
      value: percentile(random, 0.99),
      unit: 'ms',
      bar: { below: 25 },
    });
    await core.publisher.publish();
    const verified = await verifyLog(core.crypto, core.stores.evidence, { trusted: [core.workspace.vkey] });
    if (verified.verdict !== 'verified') throw new Error(`the log does not verify: ${verified.verdict}`);
    report.note(`${verified.entries} entries, checkpoints signed meanwhile; the log verifies`);
  } finally {
    await core.close();
  }
}

/** The sandbox's people in their roles, and nobody else. */
async function sandboxPeople(core: BenchCore): Promise<void> {
  const open = { from: null, until: null, deputyOf: null, endedAt: null };
  const assignments = Object.entries(SANDBOX_ROLES).flatMap(([person, roles]) =>
    roles.map((role) => ({ table: 'assignment' as const, id: `a:${person}:${role}`, role, person, ...open })),
  );
  await core.stores.state.hold(({ replace }) => replace([assignments]));
}

/** Submits so many requests of the high tier, complete. Throws when one is refused. */
export async function submitRequests(core: BenchCore, requests: number): Promise<readonly OpenRequest[]> {
  const policy = await loadPolicy();
  const open: OpenRequest[] = [];
  const change = { ...HIGH, evidence: evidenceOf(policy.policy.evidence, Date.now()) };
  for (let count = 1; count <= requests; count++) {
    const id = `bench-${count}`;
    const document = deployment({ ...change, system: `system-${count}` });
    const opening = { requestId: id, shortId: `DR-${count}`, requester: MILO, owner: MILO, nonce: 'n'.repeat(22) };
    const submit = { type: 'submit', commandId: `s${count}`, by: MILO, document, policy, ...opening } as const;
    const result = await core.desk.act(id, submit);
    if (!result.ok) throw new Error(`${result.reason}: ${result.detail.join('; ')}`);
    open.push({ id, revision: result.state.revision.hash, card: shownTo(result.state).sha256 });
  }
  return open;
}

/** Every kind of evidence that the policy knows, a month old. */
function evidenceOf(kinds: Readonly<Record<string, unknown>>, now: number) {
  const date = new Date(now - 30 * 86_400_000).toISOString();
  return Object.keys(kinds)
    .slice(0, 12)
    .map((kind) => ({ kind, title: kind, url: `https://evidence.example/${kind}`, sha256: null, date }));
}

/** Milliseconds from due to committed, one a vote that was served. Rejects for a vote that was not. */
async function offer(
  core: BenchCore,
  open: readonly OpenRequest[],
  seconds: number,
  arrivals: 'even' | 'random',
  round: number,
): Promise<readonly number[]> {
  const random = randomFrom(round + 1);
  const started = performance.now() + 100;
  const times: number[] = [];
  const running: Promise<void>[] = [];
  let due = started;
  for (let count = 0; count < PER_SECOND * seconds; count++) {
    const gap = 1000 / PER_SECOND;
    due += arrivals === 'even' ? gap : -Math.log(1 - random()) * gap;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const on = open[Math.floor(random() * open.length)];
    const by = VOTERS[Math.floor(random() * VOTERS.length)] ?? CISO;
    if (on !== undefined) running.push(vote(core, on, by, `${round}-${count}`, due, times));
  }
  await Promise.all(running);
  return times;
}

async function vote(
  core: BenchCore,
  on: OpenRequest,
  by: string,
  id: string,
  due: number,
  times: number[],
): Promise<void> {
  await castVote(core, on, by, id);
  times.push(Math.max(0, performance.now() - due));
}

/** One vote, to its commit. Throws when it is refused. */
export async function castVote(core: BenchCore, on: OpenRequest, by: string, id: string): Promise<void> {
  const result = await core.desk.act(on.id, {
    type: 'vote',
    commandId: `v${id}`,
    by,
    revision: on.revision,
    choice: 'approve',
    reason: `Looked at it again, round ${id}`,
    conflict: null,
    conditions: [],
    card: on.card,
  });
  if (!result.ok) throw new Error(`a vote was refused: ${result.reason} ${result.detail.join('; ')}`);
}
