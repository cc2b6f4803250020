/** Erasing a person: two decide, it is evidence itself, nothing of them is left, and every proof still verifies. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openZipBytes } from '#src/adapters/archive/zip-file.ts';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import type { RequestDocument } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { applyRetention } from '#src/delivery/erasure/retention.ts';
import { ADMIN_ROLE } from '#src/directory/two-persons.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { loadRetention } from '#src/wire/evidence/erasure.ts';
import { newId, newNonce } from '#src/wire/ids.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { deployment } from './deployments.ts';
import { startWithRequests } from './evidence-fixture.ts';
import type { TestServer } from './server-fixture.ts';

const SECRET = 'My own words about the batch host, signed Milo Okafor.';

let test: TestServer;
let milo: string;
let ciso: string;
let caio: string;
beforeAll(async () => {
  test = await startWithRequests();
  const { people } = test.server.core.stores;
  milo = await people.personFor('U0MILO', 'Milo Okafor');
  ciso = await people.personFor('U0CISO', null);
  caio = await people.personFor('U0CAIO', null);
  await test.driver.say('U0MILO', 'C0ASK', `what is our GPU budget? ${SECRET}`);
  await test.driver.command('U0MILO', 'C0ASK', '/governance status');
  await askedAndWithdrawn();
});
afterAll(() => test.close());

/** UC-1 and DR-3, with words of Milo's in their lists, and both taken back. */
async function askedAndWithdrawn(): Promise<void> {
  const { core } = test.server;
  const policy = await loadPolicy();
  const evidence = [
    { kind: 'link', title: SECRET, url: 'https://wiki.example.com/batch host', sha256: null, date: null },
  ];
  const shared = { purpose: SECRET, dataClasses: ['Dumps of the batch host'], answers: {}, evidence, raisedTier: null };
  const scope = { users: null, trafficPercent: 5, regions: ['Room of the batch host'], until: null };
  const documents: readonly RequestDocument[] = [
    { ...shared, kind: 'use-case', system: 'nightly', affected: SECRET, replaces: null },
    deployment({ ...shared, system: 'nightly', scope }),
  ];
  for (const document of documents) {
    const requestId = newId(core.now());
    const shortId = await core.stores.ledger.nextShortId(PREFIX_OF[document.kind]);
    const who = { requestId, shortId, requester: milo, owner: milo };
    const opening = { ...who, document, policy, nonce: newNonce() };
    await core.desk.act(requestId, { type: 'submit', by: milo, commandId: `s-${requestId}`, ...opening });
    await core.desk.act(requestId, { type: 'withdraw', by: milo, commandId: `t-${requestId}`, reason: SECRET });
  }
  await test.server.idle();
}

/** Everything that the pages give out, as text. */
async function downloads(): Promise<string> {
  const parts: string[] = [];
  for (const format of ['csv', 'oscal-ar', 'oscal-poam'])
    parts.push(await (await fetch(`${test.server.address}/evidence/download/${format}`)).text());
  const zip = await (await fetch(`${test.server.address}/evidence/download/bundle`)).arrayBuffer();
  const bundle = await openZipBytes(createNodeCrypto(), new Uint8Array(zip));
  for (const name of bundle.files.keys()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bundle.stream(name)) chunks.push(chunk);
    parts.push(Buffer.concat(chunks).toString());
  }
  return parts.join('\n');
}

/** Every row of every table as text, as an attacker with the database would read it. */
async function dump(): Promise<string> {
  const { pool } = test.database;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const parts: string[] = [];
  for (const { name } of rows) {
    const found = await pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" AS t`);
    parts.push(...found.rows.map(({ row }) => `${name} ${row}`));
  }
  const { rows: bytes } = await pool.query<{ text: string }>(
    `SELECT 'entry ' || convert_from(leaf, 'UTF8') AS text FROM entry UNION ALL
     SELECT 'object ' || convert_from(bytes, 'UTF8') FROM object WHERE media_type LIKE 'text/%' OR media_type = 'application/json'`,
  );
  const payloads = bytes.map(({ text }) => {
    const payload = /"payload":"([A-Za-z0-9+/=]+)"/.exec(text)?.[1];
    return payload === undefined ? text : Buffer.from(payload, 'base64').toString();
  });
  return [...parts, ...payloads].join('\n');
}

async function verified() {
  const { core, work } = test.server;
  await work.publisher.publish();
  return verifyLog(createNodeCrypto(), core.stores.evidence, { trusted: [core.workspace.vkey], anchors: [] });
}

const erasure = () => test.server.evidence.erasure;
const holds = () => test.server.evidence.holds;
const reasonOf = (result: { readonly ok: boolean; readonly reason?: string }) => (result.ok ? 'ok' : result.reason);

describe('who may erase whom', () => {
  it('when somebody who is no administrator asks, it is refused', async () => {
    const result = await erasure().request({ person: caio, basis: 'other' }, milo, 'c-1');
    expect(reasonOf(result)).toBe('not_admin');
  });

  it('when the deputy of an administrator asks, it is refused: only whoever administers in their own right decides', async () => {
    const { people } = test.server.systems;
    const deputy = await test.server.core.stores.people.personFor('U0EMMA', null);
    const [proposal, assignment] = [randomUUID(), randomUUID()];
    const assign = { do: 'assign', assignment, role: ADMIN_ROLE, person: deputy, deputyOf: ciso } as const;
    const changes = [{ ...assign, from: null, until: null }];
    await people.act({ type: 'propose', proposal, source: 'slack', reason: '', changes }, ciso, 'd-1');
    await people.act({ type: 'support', proposal }, caio, 'd-2');
    expect((await people.read()).assignments.get(assignment)).toMatchObject({ person: deputy, deputyOf: ciso });
    expect(reasonOf(await erasure().request({ person: milo, basis: 'other' }, deputy, 'c-d'))).toBe('not_admin');
    expect(reasonOf(await holds().place({ kind: 'person', id: milo }, 'Case 12.', deputy, 'h-d'))).toBe('not_admin');
  });

  it('when an administrator asks for themselves, or for somebody who still holds a role, it is refused', async () => {
    expect(reasonOf(await erasure().request({ person: ciso, basis: 'other' }, ciso, 'c-2'))).toBe('own_erasure');
    expect(reasonOf(await erasure().request({ person: caio, basis: 'other' }, ciso, 'c-3'))).toBe('holds_role');
    expect(reasonOf(await erasure().request({ person: 'p_nobody', basis: 'other' }, ciso, 'c-4'))).toBe(
      'unknown_person',
    );
  });

  it('when a request of theirs is still open, it is refused and named', async () => {
    const result = await erasure().request({ person: milo, basis: 'left' }, ciso, 'c-5');
    expect(result).toMatchObject({ ok: false, reason: 'open_request', detail: ['DR-2'] });
  });
});

describe('legal hold', () => {
  it('when a hold covers the person, a system or a request of theirs, it blocks; released by another, it does not', async () => {
    const { core } = test.server;
    const open = await core.stores.ledger.findRequest('DR-2');
    await core.desk.act(open?.id ?? '', { type: 'withdraw', by: milo, commandId: 'w-1', reason: SECRET });
    const request = (await core.stores.ledger.findRequest('DR-1'))?.id ?? '';
    const scopes = [
      { kind: 'person', id: milo },
      { kind: 'system', id: 'ticket-router' },
      { kind: 'request', id: request },
    ] as const;
    for (const [i, scope] of scopes.entries()) {
      expect(reasonOf(await holds().place(scope, 'Court order 12.', milo, `h-${i}-no`))).toBe('not_admin');
      const placed = await holds().place(scope, 'Court order 12.', ciso, `h-${i}`);
      const id = placed.ok ? placed.hold.id : '';
      const blocked = await erasure().request({ person: milo, basis: 'left' }, ciso, `c-h${i}`);
      expect(blocked).toMatchObject({ ok: false, reason: 'on_hold', detail: [id] });
      expect(reasonOf(await holds().release(id, ciso, `r-${i}-own`))).toBe('same_person');
      expect(reasonOf(await holds().release(id, caio, `r-${i}`))).toBe('ok');
    }
  });
});

describe('erasure', () => {
  let id: string;

  it('when one administrator asks, nothing is erased yet', async () => {
    expect(await dump()).toContain('Milo Okafor');
    const result = await erasure().request({ person: milo, basis: 'left' }, ciso, 'e-1');
    id = result.ok ? result.erasure.id : '';
    expect(await dump()).toContain('Milo Okafor');
    expect(reasonOf(await erasure().request({ person: milo, basis: 'left' }, caio, 'e-2'))).toBe('already_requested');
  });

  it('when the same one confirms, it is refused; when a hold came in between, too', async () => {
    expect(reasonOf(await erasure().confirm(id, ciso, 'e-3'))).toBe('same_person');
    const hold = await holds().place({ kind: 'person', id: milo }, 'Just now.', ciso, 'h-9');
    expect(reasonOf(await erasure().confirm(id, caio, 'e-4'))).toBe('on_hold');
    await holds().release(hold.ok ? hold.hold.id : '', caio, 'r-9');
  });

  it('when the second confirms, name, id and words are nowhere in the database', async () => {
    const result = await erasure().confirm(id, caio, 'e-5');
    expect(result).toMatchObject({ ok: true, erasure: { status: 'done' } });
    const left = (await dump()).split('\n').filter((line) => /U0MILO|Milo Okafor|batch host|Court order 12/.test(line));
    // The administrator's own words about the hold stay: they name nobody.
    expect(left.filter((line) => !line.includes('Court order 12'))).toEqual([]);
  });

  it('when the use case is read or exported, lists that somebody typed are erased too', async () => {
    const page = await (await fetch(`${test.server.address}/evidence/requests/UC-1`)).text();
    expect(page).toContain('erased or left out');
    const all = `${page}${await downloads()}`;
    expect(all).toContain('nightly');
    expect(all).not.toMatch(/batch host/);
    const found = (await test.server.core.stores.ledger.findRequest('DR-3'))?.id ?? '';
    const record = await test.server.core.desk.read(found);
    expect(record?.state.document).toMatchObject({ dataClasses: ['[erased]'], scope: { regions: ['[erased]'] } });
  });

  it('when the log is verified afterwards, every entry, proof and text that is left holds', async () => {
    const report = await verified();
    expect(report).toMatchObject({ verdict: 'verified', findings: [] });
    expect(report.disclosuresErased).toBeGreaterThan(0);
  });

  it('when the log is read, both deciders and the erasure stand in it', async () => {
    const { events } = await test.server.core.stores.ledger.readStream(`erasure:${id}`);
    expect(events.map(({ type, actor }) => [type, actor])).toEqual([
      ['erasure.requested', ciso],
      ['erasure.confirmed', caio],
      ['erasure.done', 'service'],
    ]);
  });

  it('when the pages are opened, the pseudonym stands where the name stood', async () => {
    const body = await (await fetch(`${test.server.address}/evidence/requests/DR-1`)).text();
    expect(body).not.toContain('Milo');
    expect(body).toContain(milo);
  });

  it('when the person comes back, they are somebody new', async () => {
    expect(await test.server.core.stores.people.personFor('U0MILO', 'Milo Okafor')).not.toBe(milo);
  });

  it('when the server died after the second decision, the next start erases', async () => {
    const { stores } = test.server.core;
    const ethan = await stores.people.personFor('U0GONE', 'Gone Person');
    const asked = await erasure().request({ person: ethan, basis: 'left' }, ciso, 'e-6');
    const row = asked.ok ? asked.erasure : null;
    // As the crash leaves it: confirmed, not carried out.
    await test.database.pool.query(`UPDATE record SET status = 'confirmed' WHERE kind = 'erasure' AND id = $1`, [
      row?.id,
    ]);
    expect(await erasure().resume()).toBe(1);
    expect((await stores.people.known([ethan])).size).toBe(0);
  });
});

describe('retention', () => {
  it('when the classes’ times have passed, payloads are gone and the log verifies; held requests keep their texts', async () => {
    const { core, evidence } = test.server;
    const withdrawn = (await core.stores.ledger.findRequest('DR-2'))?.id ?? '';
    const texts = async () =>
      Number(
        (await test.database.pool.query(`SELECT count(*) AS n FROM disclosure WHERE value IS NOT NULL`)).rows[0]?.n ??
          0,
      );
    const far = () => new Date(Date.now() + 20 * 365 * 24 * 3_600_000);
    const { erasing, records } = core.stores;
    const { requestsAbout } = evidence;
    const deps = { days: await loadRetention(), erasing, records, requestsAbout, now: far };
    const hold = await evidence.holds.place({ kind: 'request', id: withdrawn }, 'Keep.', ciso, 'h-20');
    const kept = await texts();
    expect((await applyRetention(deps))['texts']).toBe(0);
    expect(await texts()).toBe(kept);
    await evidence.holds.release(hold.ok ? hold.hold.id : '', caio, 'r-20');
    const inbox = await test.database.pool.query('SELECT 1 FROM inbox WHERE payload IS NOT NULL');
    expect(inbox.rowCount).toBe(0);
    await applyRetention(deps);
    expect(await verified()).toMatchObject({ verdict: 'verified', findings: [] });
  });
});
