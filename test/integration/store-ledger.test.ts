import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLedger } from '#src/adapters/prisma/ledger.ts';
import { exampleCommit, exampleEvent, exampleRequest } from '../contract/examples.ts';
import { databaseForTests } from './database.ts';

const database = databaseForTests({ max: 10 });

test('ten replicas on one stream: none lost, none doubled, indexes without gaps, one entry an event', async () => {
  const { pool } = database();
  const outcomes = new Map<string, number>();
  const replica = async (index: number): Promise<void> => {
    // A ledger of its own does not know what the others committed: only the statement's guards hold.
    const ledger = createLedger({ pool });
    for (let vote = 0; vote < 5; ) {
      const { events } = await ledger.readStream('request:r');
      const at = new Date(Math.max(Date.now(), (await ledger.head()).lastAt?.getTime() ?? 0));
      const event = exampleEvent({ stream: 'request:r', seq: events.length + 1, commandId: `${index}-${vote}`, at });
      const result = await ledger.commit(
        exampleCommit([event], { projections: [exampleRequest({ id: 'r', version: event.seq })] }),
      );
      const outcome = result.ok ? 'ok' : result.reason;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (result.ok) vote += 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => replica(index)));
  expect(outcomes.get('ok')).toBe(50);
  expect(outcomes.get('duplicate_command')).toBeUndefined();
  expect(outcomes.get('version_conflict')).toBeGreaterThan(0);
  const { rows } = await pool.query(`SELECT count(*)::int AS events, min(log_index)::int AS first,
    max(log_index)::int AS last, max(seq) AS seq, (SELECT count(*)::int FROM entry) AS entries,
    (SELECT next_index::int FROM log_head) AS next, (SELECT version FROM request) AS version,
    bool_and(at >= previous) AS ordered
    FROM (SELECT *, coalesce(lag(at) OVER (ORDER BY log_index), at) AS previous FROM event) AS event`);
  expect(rows[0]).toEqual({
    events: 50,
    first: 0,
    last: 49,
    seq: 50,
    entries: 50,
    next: 50,
    version: 50,
    ordered: true,
  });
});

test('a redelivery that reaches two replicas together is committed once, and told so', async () => {
  const { pool } = database();
  const at = new Date(Date.now() + 1000);
  const events = [1, 2, 3].map(() => exampleEvent({ stream: 'request:twice', commandId: 'Ev-twice', at }));
  const results = await Promise.all(events.map((event) => createLedger({ pool }).commit(exampleCommit([event]))));
  expect(results.filter((result) => result.ok)).toHaveLength(1);
  expect(results.filter((result) => !result.ok && result.reason === 'duplicate_command')).toHaveLength(2);
});

test('an event that fails half-way leaves no hole in the log', async () => {
  const { pool } = database();
  const ledger = createLedger({ pool });
  const { size } = await ledger.head();
  const at = new Date(Date.now() + 2000);
  const id = randomUUID();
  await ledger.commit(exampleCommit([exampleEvent({ id, stream: 'a', at })]));
  await expect(
    ledger.commit(exampleCommit([exampleEvent({ id, commandId: 'other', stream: 'b', at })])),
  ).rejects.toMatchObject({ code: '23505' });
  const next = await ledger.commit(exampleCommit([exampleEvent({ stream: 'c', at })]));
  expect(next).toEqual({ ok: true, firstIndex: size + 1 });
});

test('leaves are kept byte for byte, bounded, and an SQL client can tamper with them', async () => {
  const { pool, prisma } = database();
  const ledger = createLedger({ pool });
  const at = new Date(Date.now() + 3000);
  const leaf = Uint8Array.from({ length: 65_535 }, (_, index) => (index * 7) % 256);
  const result = await ledger.commit(exampleCommit([exampleEvent({ stream: 'leaf', leaf, at })]));
  const logIndex = BigInt(result.ok ? result.firstIndex : -1);
  expect(Buffer.compare((await prisma.entry.findUnique({ where: { logIndex } }))?.leaf ?? leaf.subarray(1), leaf)).toBe(
    0,
  );
  await pool.query('UPDATE entry SET leaf = set_byte(leaf, 0, 255) WHERE log_index = $1', [logIndex]);
  expect((await prisma.entry.findUnique({ where: { logIndex } }))?.leaf[0]).toBe(255);
  const long = exampleEvent({ stream: 'long', leaf: new Uint8Array(65_536), at });
  await expect(ledger.commit(exampleCommit([long]))).rejects.toMatchObject({ code: 'bad_commit' });
});

test('text whose hash would not fit what is stored is refused, with nothing stored', async () => {
  const ledger = createLedger(database());
  const at = new Date(Date.now() + 4000);
  const before = await ledger.head();
  const event = exampleEvent({ stream: 'nul', at, data: { text: 'a\0b' } });
  await expect(ledger.commit(exampleCommit([event]))).rejects.toMatchObject({ code: 'unstorable_text' });
  const disclosures = [{ hash: 'a', salt: 'b', value: 'a\0b', person: null }];
  const good = exampleEvent({ stream: 'nul', at });
  await expect(ledger.commit(exampleCommit([good], { disclosures }))).rejects.toMatchObject({
    code: 'unstorable_text',
  });
  expect(await ledger.head()).toEqual(before);
});

test('an event after 2100 keeps its instant', async () => {
  const { prisma } = database();
  const at = new Date('2199-12-31T23:59:59.999Z');
  await createLedger(database()).commit(exampleCommit([exampleEvent({ stream: 'far', at })]));
  expect((await prisma.event.findFirst({ where: { stream: 'far' } }))?.at).toEqual(at);
});
