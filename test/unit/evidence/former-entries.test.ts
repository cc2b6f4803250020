/**
 * Entries as they were signed before data classes, regions and changes of the rules were hidden (request and decision
 * predicates, version 1): they verify, fold, read, go on and are exported as they did.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fold } from '#src/approvals/apply.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { createRequestCache } from '#src/delivery/gate/requests.ts';
import { restore } from '#src/delivery/requests/desk.ts';
import { historyOf } from '#src/delivery/requests/history.ts';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { collectRequests } from '#src/evidence/exports/collect.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import type { Disclosure } from '#src/evidence/ports.ts';
import { parseStatement } from '#src/evidence/statement.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { CAIO, DAY, deployment, desk, INSIDE, MILO, T0 } from '../approvals/fixtures.ts';
import { bundleOf, createMemoryLog, crypto, type MemoryLog, publish, vkey } from './fixtures.ts';
import { recordDesk, storedOf } from './recorded.ts';

type Former = { readonly entries: readonly string[]; readonly disclosures: readonly Disclosure[] };
const former = JSON.parse(readFileSync(new URL('former-entries.json', import.meta.url), 'utf8')) as Former;

async function formerLog(): Promise<MemoryLog> {
  const log = await createMemoryLog();
  for (const [index, entry] of former.entries.entries()) {
    const leaf = new Uint8Array(Buffer.from(entry, 'base64'));
    const { event, actor, command, data } = statementOf(leaf).predicate;
    const row = { ...event, at: new Date(event.at), actor: actor.id, commandId: command.id, data };
    log.entries.push({ index, leaf, leafHash: await leafHash(crypto, leaf), event: row });
  }
  for (const disclosure of former.disclosures) log.disclosures.set(disclosure.hash, disclosure);
  return log;
}

function statementOf(leaf: Uint8Array) {
  return parseStatement(parseEnvelope(leaf).payload);
}

function readFrom(log: MemoryLog, id: string) {
  const stored = storedOf(log, id);
  const events = restore(stored, log.disclosures);
  const state = fold(events);
  if (state.status === 'draft') throw new Error(`nothing is known of ${id}`);
  const entries = stored.map(({ type, seq, logIndex, at, actor }) => ({ type, seq, index: logIndex, at, actor }));
  return { state: state as SubmittedState, events, entries };
}

test('they are of the former version, with the texts in the clear', async () => {
  const { entries } = await formerLog();
  const types = new Set(entries.map(({ leaf }) => statementOf(leaf).predicateType));
  expect(types).toContain('urn:countersign:request:v1');
  expect(types).toContain('urn:countersign:decision:v1');
  const all = entries.map(({ leaf }) => JSON.stringify(statementOf(leaf))).join('\n');
  for (const text of ['Health records', 'North branch', 'becomes 15 days']) expect(all).toContain(text);
});

test('they verify, in the log and in a bundle, together with entries of this version', async () => {
  const log = await formerLog();
  const one = desk();
  one.nowMs = T0 + 3 * DAY;
  one.ok(MILO, { type: 'submit', requestId: 'new', shortId: 'DR-20', document: deployment(INSIDE) });
  await recordDesk(log, one);
  await publish(log);
  const key = await vkey();
  expect(await verifyLog(crypto, log, { trusted: [key], anchors: [] })).toMatchObject({
    verdict: 'verified',
    findings: [],
    disclosuresErased: 0,
  });
  const types = new Set(log.entries.map(({ leaf }) => statementOf(leaf).predicateType));
  expect(types).toContain('urn:countersign:request:v2');
  const files = await bundleOf(log);
  expect(await verifyBundle(crypto, createMapSource(files), { trusted: [key] })).toMatchObject({ findings: [] });
  expect([...files.keys()]).toContain('schemas/request.v1.json');
});

test('they fold to the states they had, read as before, and the request goes on from there', async () => {
  const log = await formerLog();
  expect(readFrom(log, 'u1').state).toMatchObject({
    status: 'approved',
    document: { dataClasses: ['loan applications', 'payment history'] },
  });
  expect(readFrom(log, 'c1').state.document).toMatchObject({ changes: ['deadline: 20 days becomes 15 days'] });
  const record = readFrom(log, 'e2');
  expect(record.state.basis?.envelope).toEqual([{ code: 'data_class', what: 'Health records' }]);
  const lines = historyOf(record, { who: (person) => person, quote: (text) => text });
  expect(lines.map(({ words }) => words).join('\n')).toContain('the data class "Health records" is not covered');

  const one = desk();
  one.state = record.state;
  one.nowMs = T0 + 3 * DAY;
  one.related = [readFrom(log, 'e1').state];
  expect(one.ok(CAIO, { type: 'vote' })).toContain('basis.checked');
  expect(one.submitted().basis?.envelope).toEqual([{ code: 'data_class_at', what: '2' }]);
  expect(one.ok(CAIO, { type: 'comment', text: 'Nothing new about it' })).toEqual(['comment.made']);
});

test('the gate reads them as it reads entries of this version', async () => {
  const log = await formerLog();
  const store = { readStreams: async () => storedOf(log, 'u1'), readTexts: async () => new Map<string, Disclosure>() };
  const [state] = await createRequestCache(store).load([{ id: 'u1', version: 1 }]);
  expect(state).toMatchObject({ document: { dataClasses: ['loan applications', 'payment history'] } });
});

test('they are exported with their texts, and with the signed ones alone where those beside are left out', async () => {
  const log = await formerLog();
  const statements = async function* () {
    for (const { index, leaf } of log.entries) yield { index, statement: statementOf(leaf) };
  };
  const { requests, unread } = await collectRequests(statements(), (hash) => log.disclosures.get(hash));
  expect(unread).toEqual([]);
  expect(requests.find(({ id }) => id === 'u1')).toMatchObject({
    purpose: 'Score loan applications',
    dataClasses: ['loan applications', 'payment history'],
  });
  const bare = await collectRequests(statements());
  expect(bare.requests.find(({ id }) => id === 'u1')).toMatchObject({
    purpose: null,
    dataClasses: ['loan applications', 'payment history'],
  });
});
