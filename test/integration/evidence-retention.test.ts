/** Each class of record is kept as long as knowledge/retention.yaml says and no longer; a legal hold keeps what it covers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRetention, type RetentionDays } from '#src/delivery/erasure/retention.ts';
import { loadRetention } from '#src/wire/evidence/erasure.ts';
import { deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Salts of logged questions, which are not kept as texts, have tests of their own (answer-evidence.test.ts). */
type Class = Exclude<keyof RetentionDays, 'questions'>;
const NONE: RetentionDays = {
  inbox: null,
  outbox: null,
  refusals: null,
  gaps: null,
  questions: null,
  timers: null,
  texts: null,
};
/** Rows of each class that still hold what is to be erased. */
const LEFT: Readonly<Record<Class, string>> = {
  inbox: 'SELECT 1 FROM inbox WHERE payload IS NOT NULL',
  outbox: `SELECT 1 FROM outbox WHERE payload <> '{}' AND done_at IS NOT NULL`,
  refusals: 'SELECT 1 FROM refusal',
  gaps: 'SELECT 1 FROM knowledge_gap',
  timers: 'SELECT 1 FROM timer WHERE done_at IS NOT NULL',
  texts: `SELECT 1 FROM disclosure WHERE value = 'Because of the retention.'`,
};
const CLASSES = Object.keys(LEFT) as Class[];

let test: TestServer;
let milo: string;
let ciso: string;
let caio: string;
let days: RetentionDays;
beforeAll(async () => {
  test = await startTestServer();
  days = await loadRetention();
  const { people, gaps, refusals } = test.server.core.stores;
  [milo, ciso, caio] = (await Promise.all(
    ['U0MILO', 'U0CISO', 'U0CAIO'].map((user) => people.personFor(user, null)),
  )) as [string, string, string];
  await test.driver.say('U0MILO', 'C0ASK', 'who is accountable for canary releases?');
  const at = new Date();
  await gaps.put({ question: 'What is the budget?', reason: 'no_source', nearest: [], at });
  await refusals.put({ at, person: milo, requestId: null, action: 'vote', reason: 'not_eligible' });
  await test.database.pool.query(
    `INSERT INTO timer (id, due_at, kind, subject, done_at) VALUES ('fired', $1, 'x', 'x', $1)`,
    [at],
  );
  await withdrawn('ticket-router');
});
afterAll(() => test.close());

/** A request about a system that was withdrawn, with a reason in the words that are looked for. */
async function withdrawn(system: string): Promise<string> {
  const id = await submit(test.server, deployment({ system }));
  const withdraw = { type: 'withdraw', by: milo, commandId: `w-${id}`, reason: 'Because of the retention.' } as const;
  expect((await test.server.core.desk.act(id, withdraw)).ok).toBe(true);
  await test.server.idle();
  return id;
}

const left = async (kind: Class) => (await test.database.pool.query(LEFT[kind])).rowCount ?? 0;

async function retain(afterMs: number, only: RetentionDays): Promise<void> {
  const { erasing, records } = test.server.core.stores;
  const { requestsAbout } = test.server.evidence;
  const now = () => new Date(Date.now() + afterMs);
  await applyRetention({ days: only, erasing, records, requestsAbout, now });
}

describe('a legal hold', () => {
  const late = 4_000 * DAY_MS;

  it.each(['person', 'system', 'request'] as const)(
    'on a %s keeps the texts that it covers, until it is released',
    async (kind) => {
      const others = await left('texts');
      const system = `held-${kind}`;
      const first = await withdrawn(system);
      const id = { person: milo, system, request: first }[kind];
      const placed = await test.server.evidence.holds.place({ kind, id }, 'Case 12.', ciso, `place-${kind}`);
      // A hold on a system or a person covers what comes after it as well.
      if (kind !== 'request') await withdrawn(system);
      await retain(late, { ...NONE, texts: days.texts });
      expect(await left('texts')).toBe({ person: others + 2, system: 2, request: 1 }[kind]);
      const hold = placed.ok ? placed.hold.id : '';
      expect((await test.server.evidence.holds.release(hold, caio, `release-${kind}`)).ok).toBe(true);
      await retain(late, { ...NONE, texts: days.texts });
      expect(await left('texts')).toBe(0);
    },
  );
});

describe('without a hold', () => {
  it.each(CLASSES)('%s are kept for their days, and not an hour more', async (kind) => {
    if (kind === 'texts') await withdrawn('kept');
    const kept = days[kind] ?? Number.NaN;
    expect(kept).toBeGreaterThan(0);
    const before = await left(kind);
    expect(before).toBeGreaterThan(0);
    // Only this class: the others have their own days.
    await retain(kept * DAY_MS - HOUR_MS, { ...NONE, [kind]: kept });
    expect(await left(kind)).toBe(before);
    await retain(kept * DAY_MS + HOUR_MS, { ...NONE, [kind]: kept });
    expect(await left(kind)).toBe(0);
  });

  it('an erased payload leaves its id, so that a redelivery is known; one that was not done is a dead letter', async () => {
    const { inbox } = test.server.core.stores;
    const { dead } = await inbox.counts();
    const receivedAt = new Date();
    await test.database.pool.query(
      `INSERT INTO inbox (id, kind, payload, received_at, lease_until) VALUES ('Ev0LATE', 'event', '{}', $1, 'infinity')`,
      [receivedAt],
    );
    await retain(31 * DAY_MS, { ...NONE, inbox: 30 });
    expect(await left('inbox')).toBe(0);
    expect((await inbox.counts()).dead).toBe(dead + 1);
    expect(await inbox.put({ id: 'Ev0LATE', kind: 'event', payload: {}, receivedAt })).toBe(false);
  });

  it('and with null, a class is kept for ever', async () => {
    await withdrawn('for-ever');
    await retain(36_500 * DAY_MS, NONE);
    expect(await left('texts')).toBe(1);
  });
});
