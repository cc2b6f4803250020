import { beforeEach, describe, expect, test } from 'vitest';
import { exampleCommit, exampleEvent } from './examples.ts';
import type { Stores } from './memory.ts';

const T0 = new Date('2026-05-01T10:00:00.000Z');
const plus = (milliseconds: number): Date => new Date(T0.getTime() + milliseconds);
const LEASE = 30_000;

/** What every implementation of inbox, outbox, timers and people must do. `make` gives fresh, empty stores. */
export function queuesContract(make: () => Promise<Stores>): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await make();
  });

  describe('inbox', () => {
    const item = (id: string) => ({ id, kind: 'ask', payload: { text: `q ${id}` }, receivedAt: T0 });

    test('stores an id once and hands items out in order of arrival', async () => {
      const { inbox } = stores;
      expect(await inbox.put(item('Ev2'))).toBe(true);
      expect(await inbox.put(item('Ev1'))).toBe(true);
      expect(await inbox.put({ ...item('Ev2'), payload: 'other' })).toBe(false);
      expect(await inbox.counts()).toEqual({ open: 2, dead: 0 });
      expect(await inbox.claim(10, LEASE, T0)).toEqual([
        { ...item('Ev2'), attempts: 1 },
        { ...item('Ev1'), attempts: 1 },
      ]);
    });

    test('a claimed item comes back when its lease runs out, not before, and never when done', async () => {
      const { inbox } = stores;
      await inbox.put(item('Ev1'));
      await inbox.claim(10, LEASE, T0);
      expect(await inbox.claim(10, LEASE, plus(LEASE - 1))).toEqual([]);
      expect(await inbox.claim(10, LEASE, plus(LEASE))).toMatchObject([{ id: 'Ev1', attempts: 2 }]);
      await inbox.done('Ev1', plus(LEASE));
      expect(await inbox.claim(10, LEASE, plus(10 * LEASE))).toEqual([]);
      expect(await inbox.counts()).toEqual({ open: 0, dead: 0 });
      expect(await inbox.put(item('Ev1'))).toBe(false);
    });

    test('a failed item waits for its retry, and without one is a dead letter', async () => {
      const { inbox } = stores;
      await inbox.put(item('Ev1'));
      await inbox.claim(10, LEASE, T0);
      await inbox.failed('Ev1', 'Error: no', plus(5_000));
      expect(await inbox.claim(10, LEASE, plus(4_999))).toEqual([]);
      expect(await inbox.claim(10, LEASE, plus(5_000))).toHaveLength(1);
      await inbox.failed('Ev1', 'Error: never', null);
      expect(await inbox.claim(10, LEASE, plus(10 * LEASE))).toEqual([]);
      expect(await inbox.counts()).toEqual({ open: 0, dead: 1 });
    });

    test('no two workers get the same item', async () => {
      const { inbox } = stores;
      for (let index = 0; index < 30; index++) await inbox.put(item(`Ev${index}`));
      const claims = await Promise.all(Array.from({ length: 10 }, () => inbox.claim(5, LEASE, T0)));
      const ids = claims.flat().map((one) => one.id);
      expect(new Set(ids).size).toBe(ids.length);
      const rest = await inbox.claim(100, LEASE, T0);
      expect(ids.length + rest.length).toBe(30);
    });

    test('takes text that PostgreSQL cannot keep', async () => {
      const { inbox } = stores;
      await inbox.put({ ...item('Ev1'), payload: { text: 'nul \0 half \ud800 both \\u0000 whole 𝄞' } });
      const [claimed] = await inbox.claim(10, LEASE, T0);
      expect(JSON.stringify(claimed?.payload)).toContain('both \\\\u0000 whole 𝄞');
    });
  });

  describe('outbox', () => {
    const message = (key: string, n = 1) => ({ key, intent: 'card', payload: { n } });

    test('what is not sent yet is replaced and keeps its place and its de-duplication id', async () => {
      const { outbox } = stores;
      await outbox.put([message('card:1'), message('card:2')]);
      const [before] = await outbox.claim(1, LEASE, T0);
      await outbox.failed(before?.id ?? '', 'Error: Slack is away', plus(1_000));
      await outbox.put([{ ...message('card:1', 2), intent: 'decision' }]);
      const claimed = await outbox.claim(10, LEASE, plus(1));
      expect(claimed).toMatchObject([
        { key: 'card:1', intent: 'decision', payload: { n: 2 }, attempts: 1, clientMsgId: before?.clientMsgId },
        { key: 'card:2', attempts: 1 },
      ]);
      expect(claimed[0]?.clientMsgId).toMatch(/^[0-9a-f]{8}-/);
    });

    test('what is replaced while it is being sent is sent again afterwards, never beside', async () => {
      const { outbox } = stores;
      await outbox.put([message('card:1')]);
      const [first] = await outbox.claim(10, LEASE, T0);
      await outbox.put([message('card:1', 2)]);
      expect(await outbox.claim(10, LEASE, T0)).toEqual([]);
      await outbox.done(first?.id ?? '', T0);
      expect(await outbox.counts()).toEqual({ open: 1, dead: 0 });
      const [second] = await outbox.claim(10, LEASE, T0);
      expect(second).toMatchObject({ key: 'card:1', payload: { n: 2 }, attempts: 1 });
      await outbox.failed(first?.id ?? '', 'too late to matter', null);
      expect(await outbox.counts()).toEqual({ open: 1, dead: 0 });
    });

    test('a sent message put again is a new one', async () => {
      const { outbox } = stores;
      await outbox.put([message('card:1')]);
      const [first] = await outbox.claim(10, LEASE, T0);
      await outbox.done(first?.id ?? '', T0);
      expect(await outbox.claim(10, LEASE, plus(10 * LEASE))).toEqual([]);
      await outbox.put([message('card:1', 2), message('card:1', 3)]);
      const [second] = await outbox.claim(10, LEASE, T0);
      expect(second).toMatchObject({ payload: { n: 3 }, attempts: 1 });
      expect(second?.clientMsgId).not.toBe(first?.clientMsgId);
    });

    test('waits for its time, counts its attempts and dies without a retry', async () => {
      const { outbox } = stores;
      await outbox.put([{ ...message('later'), notBefore: plus(1_000) }]);
      expect(await outbox.claim(10, LEASE, plus(999))).toEqual([]);
      const [first] = await outbox.claim(10, LEASE, plus(1_000));
      await outbox.failed(first?.id ?? '', 'Error: rate limited', plus(2_000));
      expect(await outbox.claim(10, LEASE, plus(1_999))).toEqual([]);
      const [second] = await outbox.claim(10, LEASE, plus(2_000));
      expect(second).toMatchObject({ attempts: 2, clientMsgId: first?.clientMsgId });
      await outbox.failed(second?.id ?? '', 'Error: channel_not_found', null);
      expect(await outbox.counts()).toEqual({ open: 0, dead: 1 });
      await outbox.put([message('later', 2)]);
      expect(await outbox.claim(10, LEASE, plus(3_000))).toMatchObject([{ payload: { n: 2 }, attempts: 1 }]);
    });

    test('remembers where a message stands', async () => {
      const { outbox } = stores;
      expect(await outbox.placeOf('card:1')).toBeNull();
      await outbox.placed('card:1', 'C0COMMITTEE', '1.000001');
      await outbox.placed('card:1', 'C0COMMITTEE', '2.000002');
      expect(await outbox.placeOf('card:1')).toEqual({ channel: 'C0COMMITTEE', ts: '2.000002' });
      for (const size of [10, 9, 100]) await outbox.placed(`anchor:${size}`, 'C0EVIDENCE', `${size}.1`);
      await outbox.placed('anchor:of nothing', 'C0EVIDENCE', '7.1');
      expect(await outbox.placesOf('anchor:', 2)).toEqual([
        { number: 10, channel: 'C0EVIDENCE', ts: '10.1' },
        { number: 100, channel: 'C0EVIDENCE', ts: '100.1' },
      ]);
      expect(await outbox.keyAt('C0COMMITTEE', '2.000002')).toBe('card:1');
      expect(await outbox.keyAt('C0COMMITTEE', '1.000001')).toBeNull();
    });
  });

  describe('timers', () => {
    const timer = (id: string, ms: number, kind = 'deadline', subject = '1') => ({
      id,
      dueAt: plus(ms),
      kind,
      subject,
    });

    test('hands out what is due, by due time, once a lease', async () => {
      const { ledger, timers } = stores;
      const all = [timer('b', 2), timer('a', 2), { ...timer('c', 1), data: { step: 3 } }, timer('d', 5)];
      await ledger.commit(exampleCommit([exampleEvent()], { timers: all }));
      expect(await timers.claimDue(plus(4), 10, LEASE)).toEqual([all[2], all[1], all[0]]);
      expect(await timers.claimDue(plus(4), 10, LEASE)).toEqual([]);
      await timers.done('a', plus(4));
      const again = await timers.claimDue(plus(4 + LEASE), 10, LEASE);
      expect(again.map((one) => one.id)).toEqual(['c', 'b', 'd']);
    });

    test('a commit ends timers by id and by subject and kind, before it adds new ones', async () => {
      const { ledger, timers } = stores;
      const first = [
        timer('t1', 1),
        timer('t2', 1, 'reminder'),
        timer('t3', 1, 'deadline', '2'),
        timer('t4', 1, 'x', '3'),
      ];
      await ledger.commit(exampleCommit([exampleEvent()], { timers: first }));
      const next = exampleCommit([exampleEvent({ seq: 2 })], {
        timersDone: ['t4'],
        timersCancelled: [{ subject: '1', kinds: ['deadline', 'escalation'] }],
        timers: [timer('t5', 2), timer('t1', 3)],
      });
      expect(await ledger.commit(next)).toMatchObject({ ok: true });
      const due = await timers.claimDue(plus(10), 10, LEASE);
      expect(due.map((one) => one.id)).toEqual(['t2', 't3', 't5', 't1']);
    });
  });

  describe('people', () => {
    test('one pseudonym a Slack user, also when two messages arrive together', async () => {
      const { people } = stores;
      const [a, b] = await Promise.all([people.personFor('U0EMMA', 'Emma'), people.personFor('U0EMMA', null)]);
      expect(a).toBe(b);
      expect(a).toMatch(/^p_[0-9a-f-]{36}$/);
      const milo = await people.personFor('U0MILO', null);
      expect(milo).not.toBe(a);
      expect(await people.known([a, 'p_none'])).toEqual(new Map([[a, { slackUserId: 'U0EMMA', name: 'Emma' }]]));
      await people.personFor('U0EMMA', 'Emma L.');
      await people.personFor('U0EMMA', null);
      expect((await people.known([milo, a])).get(a)).toEqual({ slackUserId: 'U0EMMA', name: 'Emma L.' });
      expect(await people.slackUsersOf([a, milo, 'p_none'])).toEqual(
        new Map([
          [a, 'U0EMMA'],
          [milo, 'U0MILO'],
        ]),
      );
      expect(await people.personsNamed('emma l')).toEqual([a]);
      expect(await people.personsNamed('U0MILO')).toEqual([milo]);
      for (const words of ['u0milo', '%', '_', '\\', 'nobody']) expect(await people.personsNamed(words)).toEqual([]);
    });
  });
}
