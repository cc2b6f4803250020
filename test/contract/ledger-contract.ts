import { beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '#src/delivery/ports.ts';
import { exampleCommit, exampleEvent, exampleRequest } from './examples.ts';
import type { Stores } from './memory.ts';

const LATER = new Date('2026-05-01T10:00:01.000Z');
const FAR = new Date('2030-01-01T00:00:00.000Z');

/** What every implementation of the ledger must do. `make` gives fresh, empty stores. */
export function ledgerContract(make: () => Promise<Stores>): void {
  let stores: Stores;
  let ledger: Ledger;
  beforeEach(async () => {
    stores = await make();
    ledger = stores.ledger;
  });

  describe('commit', () => {
    test('numbers entries from 0 without gaps, across streams and commits', async () => {
      expect(await ledger.head()).toEqual({ size: 0, lastAt: null });
      const two = [exampleEvent({ commandId: 'c' }), exampleEvent({ seq: 2, ordinal: 1, commandId: 'c', at: LATER })];
      expect(await ledger.commit(exampleCommit(two))).toEqual({ ok: true, firstIndex: 0 });
      const other = exampleEvent({ stream: 'directory', at: LATER });
      expect(await ledger.commit(exampleCommit([other]))).toEqual({ ok: true, firstIndex: 2 });
      expect(await ledger.head()).toEqual({ size: 3, lastAt: LATER });
      expect((await ledger.readAll(1, 10)).map((event) => event.logIndex)).toEqual([1, 2]);
      expect((await ledger.readAll(0, 2)).map((event) => event.logIndex)).toEqual([0, 1]);
    });

    test('gives events back as they were, with what their hashes hide', async () => {
      const hash = 'ab'.repeat(32);
      const data = { reason: { $hidden: hash }, deep: [{ big: 1e21, text: 'ä "\\ 𝄞', none: null }] };
      const event = exampleEvent({ data });
      const disclosure = { hash, salt: 'c2FsdA==', value: 'weil es geht 𝄞', person: 'p_1' };
      await ledger.commit(exampleCommit([event], { disclosures: [disclosure] }));
      const { leaf: _, leafHash: __, ...stored } = event;
      const read = await ledger.readStream(event.stream);
      expect(read.events).toEqual([{ ...stored, logIndex: 0 }]);
      expect([...read.disclosures]).toEqual([[hash, disclosure]]);
      expect(await ledger.readStream('request:none')).toEqual({ events: [], disclosures: new Map() });
    });

    test('a place in the stream that is taken is a version conflict, and nothing of it is stored', async () => {
      await ledger.commit(exampleCommit([exampleEvent()]));
      const late = exampleCommit([exampleEvent({ at: LATER })], {
        outbox: [{ key: 'card:1', intent: 'card', payload: {} }],
        projections: [exampleRequest()],
        objects: [{ sha256: 'ff', mediaType: 'text/plain', bytes: new Uint8Array([1]) }],
        timers: [{ id: 't', dueAt: LATER, kind: 'deadline', subject: '1' }],
      });
      expect(await ledger.commit(late)).toEqual({ ok: false, reason: 'version_conflict' });
      expect((await ledger.head()).size).toBe(1);
      expect(await stores.outbox.claim(10, 1000, FAR)).toEqual([]);
      expect(await stores.timers.claimDue(FAR, 10, 1000)).toEqual([]);
      expect(await ledger.findRequest('1')).toBeNull();
      expect(await ledger.readObject('ff')).toBeNull();
    });

    test('a command id is committed once', async () => {
      await ledger.commit(exampleCommit([exampleEvent({ commandId: 'Ev1' })]));
      const again = exampleEvent({ commandId: 'Ev1', seq: 2 });
      expect(await ledger.commit(exampleCommit([again]))).toEqual({ ok: false, reason: 'duplicate_command' });
      const elsewhere = exampleEvent({ commandId: 'Ev1', stream: 'directory' });
      expect(await ledger.commit(exampleCommit([elsewhere]))).toEqual({ ok: false, reason: 'duplicate_command' });
      const both = exampleEvent({ commandId: 'Ev1' });
      expect(await ledger.commit(exampleCommit([both]))).toEqual({ ok: false, reason: 'duplicate_command' });
      expect((await ledger.head()).size).toBe(1);
      const [stream] = (await ledger.readAll(0, 1)).map((event) => event.stream);
      expect(await ledger.streamOfCommand('Ev1')).toBe(stream);
      expect(await ledger.streamOfCommand('Ev2')).toBeNull();
    });

    test('an event earlier than the log is refused with the time it must not precede', async () => {
      await ledger.commit(exampleCommit([exampleEvent({ at: LATER })]));
      const early = exampleEvent({ stream: 'directory' });
      const answer = { ok: false, reason: 'time_behind_log', lastAt: LATER };
      expect(await ledger.commit(exampleCommit([early]))).toEqual(answer);
      expect(await ledger.commit(exampleCommit([{ ...early, at: LATER }]))).toEqual({ ok: true, firstIndex: 1 });
    });

    test('an event that leaves out a place in its stream, and an empty commit, are refused', async () => {
      await expect(ledger.commit(exampleCommit([exampleEvent({ seq: 2 })]))).rejects.toMatchObject({
        code: 'sequence_gap',
      });
      await expect(ledger.commit(exampleCommit([]))).rejects.toMatchObject({ code: 'bad_commit' });
      expect((await ledger.head()).size).toBe(0);
    });

    test('fifty people at once on one stream: each is in exactly once', async () => {
      const clock = { now: 0 };
      let rounds = 0;
      const act = async (person: number): Promise<void> => {
        for (;;) {
          rounds += 1;
          const { events } = await ledger.readStream('request:hot');
          const at = new Date(Math.max(Date.UTC(2026, 0) + clock.now++, events.at(-1)?.at.getTime() ?? 0));
          const event = exampleEvent({
            stream: 'request:hot',
            seq: events.length + 1,
            commandId: `vote-${person}`,
            at,
          });
          const message = { key: `card:hot`, intent: 'card', payload: { version: event.seq } };
          const result = await ledger.commit(exampleCommit([event], { outbox: [message] }));
          if (result.ok) return;
          if (result.reason === 'duplicate_command') throw new Error('committed twice');
        }
      };
      await Promise.all(Array.from({ length: 50 }, (_, person) => act(person)));
      const { events } = await ledger.readStream('request:hot');
      expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      expect(events.map((event) => event.logIndex)).toEqual(Array.from({ length: 50 }, (_, index) => index));
      expect(new Set(events.map((event) => event.commandId)).size).toBe(50);
      expect(rounds).toBeGreaterThanOrEqual(50);
      const messages = await stores.outbox.claim(10, 1000, FAR);
      expect(messages).toMatchObject([{ key: 'card:hot', payload: { version: 50 } }]);
    });
  });

  describe('projections, objects and numbers', () => {
    test('a request is found by its id and its short id, and replaced by the next version', async () => {
      await ledger.commit(exampleCommit([exampleEvent()], { projections: [exampleRequest()] }));
      const row = { id: '1', shortId: 'DR-1', status: 'open', version: 1, state: { votes: [] } };
      expect(await ledger.findRequest('1')).toEqual(row);
      expect(await ledger.findRequest('dr-1')).toEqual(row);
      expect(await ledger.findRequest('DR-2')).toBeNull();
      const next = exampleRequest({ version: 2, status: 'approved' });
      await ledger.commit(exampleCommit([exampleEvent({ seq: 2 })], { projections: [exampleRequest(), next] }));
      expect(await ledger.findRequest('1')).toMatchObject({ status: 'approved', version: 2 });
    });

    test('requests are listed by kind, requester and what they rest on; a row that does not say is not left out', async () => {
      const projections = [
        exampleRequest({ id: '1', shortId: 'DR-1', requester: 'p_2', state: { restsOn: ['EX-1', 'UC-2'] } }),
        exampleRequest({ id: '2', shortId: 'DR-2', state: { restsOn: ['EX-11'] } }),
        exampleRequest({ id: '3', shortId: 'DR-3', state: {} }),
        exampleRequest({ id: '4', shortId: 'EX-1', kind: 'exception', state: { restsOn: [] } }),
      ];
      await ledger.commit(exampleCommit([exampleEvent()], { projections }));
      const ids = async (filter: Omit<Parameters<Ledger['listRequests']>[0], 'limit'>) =>
        (await ledger.listRequests({ ...filter, limit: 10 })).map((row) => row.id);
      expect(await ids({ kind: 'exception' })).toEqual(['4']);
      expect(await ids({ requester: 'p_2' })).toEqual(['1']);
      expect(await ids({ restsOn: ['EX-1', '4'] })).toEqual(['3', '1']);
      expect(await ids({ restsOn: ['EX-1'], kind: 'deployment', requester: 'p_1' })).toEqual(['3']);
    });

    test('requests are listed newest first, by status and system', async () => {
      const projections = [
        exampleRequest({ id: '1', shortId: 'DR-1', systemId: 'a' }),
        exampleRequest({ id: '2', shortId: 'DR-2', systemId: 'b' }),
        exampleRequest({ id: '3', shortId: 'EX-1', systemId: 'a', status: 'approved' }),
      ];
      await ledger.commit(exampleCommit([exampleEvent()], { projections }));
      const ids = async (filter: Parameters<Ledger['listRequests']>[0]) =>
        (await ledger.listRequests(filter)).map((row) => row.id);
      expect(await ids({ limit: 10 })).toEqual(['3', '2', '1']);
      expect(await ids({ limit: 1 })).toEqual(['3']);
      expect(await ids({ limit: 10, status: ['open'] })).toEqual(['2', '1']);
      expect(await ids({ limit: 10, status: ['open', 'approved'], systemId: 'a' })).toEqual(['3', '1']);
      expect(await ids({ limit: 10, status: [] })).toEqual([]);
    });

    test('assignments are listed as they were written last', async () => {
      const assignment = {
        table: 'assignment',
        id: 'a1',
        role: 'CISO',
        person: 'p_2',
        from: null,
        until: new Date('2026-12-31T23:59:59.999Z'),
        deputyOf: null,
        endedAt: null,
      } as const;
      await ledger.commit(exampleCommit([exampleEvent()], { projections: [exampleRequest(), assignment] }));
      expect(await ledger.listAssignments()).toEqual([assignment]);
      const ended = { ...assignment, endedAt: LATER };
      await ledger.commit(exampleCommit([exampleEvent({ seq: 2 })], { projections: [ended] }));
      expect(await ledger.listAssignments()).toEqual([ended]);
    });

    test('objects keep their bytes, and the first ones', async () => {
      const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
      const object = { sha256: 'aa', mediaType: 'application/yaml', bytes };
      await ledger.commit(exampleCommit([exampleEvent()], { objects: [object, object] }));
      await ledger.commit(exampleCommit([exampleEvent({ seq: 2 })], { objects: [{ ...object, mediaType: 'other' }] }));
      expect(await ledger.readObject('aa')).toEqual({ mediaType: 'application/yaml', bytes });
      expect(await ledger.objectsKept(['bb', 'aa'])).toEqual(new Set(['aa']));
    });

    test('short ids count up by prefix, also at the same time', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => ledger.nextShortId('DR')));
      expect(ids.sort()).toEqual(Array.from({ length: 20 }, (_, index) => `DR-${index + 1}`).sort());
      expect(await ledger.nextShortId('EX')).toBe('EX-1');
    });
  });
}
