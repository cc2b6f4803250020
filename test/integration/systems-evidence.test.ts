/** Captured files and the risk register, through their desks and the log. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILE_BYTES_MAX } from '#src/systems/evidence-files.ts';
import { deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.close());

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const by = async (user: string) => ({ person: await person(user), commandId: `t:${randomUUID()}` });
const about = {
  kind: 'vendor-assessment',
  title: 'Assessment of Nimbus by Jane Doe',
  version: '1',
  date: '2026-05-01T00:00:00.000Z',
  validUntil: '2027-05-01T00:00:00.000Z',
  systems: ['chat'],
  source: 'https://wiki.example.com/r',
};
/** A word for what the file was captured for, and no more. */
const FOR_IT = { systems: [], organisation: false };
const content = new TextEncoder().encode('# Nimbus\n\nAssessed.\n');

describe('a captured file', () => {
  it('is kept under its sha256; the same bytes again are the same file', async () => {
    const { evidence } = test.server.systems;
    const first = await evidence.capture(content, about, await by('U0MILO'));
    const again = await evidence.capture(content, about, await by('U0EMMA'));
    expect(first).toMatchObject({ ok: true, file: { type: 'text/plain', sizeBytes: content.length, attested: null } });
    expect(again).toMatchObject({ ok: true, entry: null });
    const sha256 = first.ok ? first.file.sha256 : '';
    expect((await test.server.core.stores.ledger.readObject(sha256))?.bytes).toEqual(content);
  });

  it('of which somebody else states something else is refused by name, and stays as it was', async () => {
    const { evidence } = test.server.systems;
    const other = { ...about, version: '2', validUntil: null };
    expect(await evidence.capture(content, other, await by('U0EMMA'))).toEqual({
      ok: false,
      reason: 'kept_otherwise',
      detail: ['version', 'valid until'],
    });
  });

  it.each(['withdrawn', 'ended'])('that was %s can be captured anew, and nobody stands for it', async (fate) => {
    const { evidence } = test.server.systems;
    const bytes = new TextEncoder().encode(`A report that was ${fate}.\n`);
    const validUntil = fate === 'ended' ? '2026-05-02T00:00:00.000Z' : about.validUntil;
    const first = await evidence.capture(bytes, { ...about, validUntil }, await by('U0EMMA'));
    const sha256 = first.ok ? first.file.sha256 : '';
    await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'));
    if (fate === 'withdrawn') await evidence.withdraw(sha256, 'Because.', await by('U0EMMA'));
    const again = await evidence.capture(bytes, { ...about, version: '2' }, await by('U0MILO'));
    const capturedBy = await person('U0MILO');
    expect(again).toMatchObject({
      ok: true,
      file: { version: '2', validUntil: about.validUntil, capturedBy, withdrawn: false, attested: null },
    });
    expect(await evidence.read(sha256)).toEqual(again.ok ? again.file : null);
    expect((await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'))).ok).toBe(true);
  });

  it('is attested by a role holder who did not bring it', async () => {
    const { evidence } = test.server.systems;
    const captured = await evidence.capture(content, about, await by('U0MILO'));
    const sha256 = captured.ok ? captured.file.sha256 : '';
    expect(await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0MILO'))).toMatchObject({
      reason: 'own_file',
    });
    expect(await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0EMMA'))).toMatchObject({
      reason: 'role_missing',
    });
    expect(await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'))).toMatchObject({
      ok: true,
      file: { attested: { role: 'Legal Team' } },
    });
    expect(await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'))).toMatchObject({
      reason: 'invalid',
    });
    const same = { systems: ['chat'], organisation: false };
    expect(await evidence.attest(sha256, 'Legal Team', same, await by('U0LEGAL'))).toMatchObject({
      reason: 'already_attested',
    });
  });

  it('is extended to other systems by a role holder who did not bring it, one entry each', async () => {
    const { evidence } = test.server.systems;
    const bytes = new TextEncoder().encode('A report that is extended.\n');
    const captured = await evidence.capture(bytes, about, await by('U0MILO'));
    const sha256 = captured.ok ? captured.file.sha256 : '';
    await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'));
    const more = { systems: ['mail'], organisation: false };
    expect(await evidence.attest(sha256, 'Legal Team', more, await by('U0MILO'))).toMatchObject({ reason: 'own_file' });
    expect(await evidence.attest(sha256, 'Security Team', more, await by('U0EMMA'))).toMatchObject({
      reason: 'role_missing',
    });
    expect(await evidence.attest(sha256, 'Security Team', more, await by('U0CISO'))).toMatchObject({
      ok: true,
      file: { attested: { role: 'Legal Team' }, extended: [{ role: 'Security Team', systems: ['mail'] }] },
    });
    const { events } = await test.server.core.stores.ledger.readStream(`file:${sha256}`);
    expect(events.map(({ type }) => type)).toEqual(['file.captured', 'file.attested', 'file.extended']);
  });

  it('that names no system is stood for with a word for what: nothing is not everything', async () => {
    const { evidence } = test.server.systems;
    const bytes = new TextEncoder().encode('A report about the organisation.\n');
    const captured = await evidence.capture(bytes, { ...about, systems: [] }, await by('U0MILO'));
    const sha256 = captured.ok ? captured.file.sha256 : '';
    expect(await evidence.attest(sha256, 'Legal Team', FOR_IT, await by('U0LEGAL'))).toMatchObject({
      reason: 'invalid',
    });
    const all = { systems: [], organisation: true };
    expect(await evidence.attest(sha256, 'Legal Team', all, await by('U0LEGAL'))).toMatchObject({
      ok: true,
      file: { attested: { organisation: true } },
    });
  });

  it.each([
    ['empty', new Uint8Array(), 'empty'],
    ['too large', new Uint8Array(FILE_BYTES_MAX + 1), 'too_large'],
    ['a page', new TextEncoder().encode('<html><script>1</script>'), 'type_not_taken'],
  ])('that is %s is not taken', async (_what, bytes, reason) => {
    const before = (await test.server.core.stores.ledger.head()).size;
    expect(await test.server.systems.evidence.capture(bytes, about, await by('U0MILO'))).toMatchObject({
      ok: false,
      reason,
    });
    expect((await test.server.core.stores.ledger.head()).size).toBe(before);
  });

  it('its title stands in no leaf', async () => {
    const { rows } = await test.database.pool.query<{ leaf: Buffer }>('SELECT leaf FROM entry');
    const all = rows
      .map(({ leaf }) => Buffer.from(JSON.parse(leaf.toString()).payload, 'base64').toString())
      .join('\n');
    expect(all).toContain('file.attested');
    expect(all).not.toContain('Jane Doe');
  });
});

describe('a risk', () => {
  const facts = async () => ({
    asset: 'Chat',
    threat: 'Prompt injection',
    vulnerability: 'Mail is read without a filter',
    likelihood: 4,
    impact: 4,
    treatment: 'mitigate' as const,
    measures: 'Filter mail',
    owner: await person('U0MILO'),
    reviewBy: '2027-01-31T00:00:00.000Z',
    systems: ['chat'],
    requests: ['DR-1'],
  });

  it('is recorded, changed by its owner, linked, and closed', async () => {
    const { risks } = test.server.systems;
    const id = await test.server.core.stores.ledger.nextShortId('RK');
    const milo = { ...(await by('U0MILO')), isAdmin: false };
    expect(await risks.record(id, await facts(), milo)).toMatchObject({
      ok: true,
      risk: { id: 'RK-1', status: 'open' },
    });
    const emma = { ...(await by('U0EMMA')), isAdmin: false };
    expect(await risks.change(id, await facts(), emma)).toMatchObject({ reason: 'not_owner' });
    const changed = { ...(await facts()), likelihood: 1 };
    expect(await risks.change(id, changed, { ...milo, commandId: 'r2' })).toMatchObject({
      ok: true,
      risk: { likelihood: 1 },
    });
    expect((await risks.list()).map((risk) => [risk.id, risk.threat])).toEqual([['RK-1', 'Prompt injection']]);
    expect(await test.server.core.stores.records.read('risk', 'RK-1')).toMatchObject({
      state: { score: 4, systems: ['chat'] },
    });
    expect(await risks.close(id, 'Mail is filtered.', { ...milo, commandId: 'r3' })).toMatchObject({ ok: true });
    expect(await risks.change(id, changed, { ...milo, commandId: 'r4' })).toMatchObject({ reason: 'closed' });
  });

  it('with a likelihood of 6 is refused at that field', async () => {
    const broken = { ...(await facts()), likelihood: 6 };
    const result = await test.server.systems.risks.record('RK-9', broken, { ...(await by('U0MILO')), isAdmin: false });
    expect(result).toMatchObject({ ok: false, reason: 'invalid', detail: ['likelihood'] });
  });

  it('its review is a timer, moved with each change', async () => {
    const { rows } = await test.database.pool.query(`SELECT done_at FROM timer WHERE kind = 'risk_review' ORDER BY id`);
    expect(rows.filter((row) => row.done_at === null)).toEqual([]);
    expect(rows).toHaveLength(2);
  });
});

describe('a request that rests on captured files', () => {
  const bytes = new TextEncoder().encode('Risk assessment of chat.\n');
  const document = (sha256: string) =>
    deployment({
      system: 'chat',
      evidence: [{ kind: 'risk-assessment', title: 'Risk', url: 'https://wiki.example.com/r', sha256, date: null }],
    });

  it('is refused while the file is unknown, taken back, or attested by the asking side; it may wait for a word', async () => {
    await expect(submit(test.server, document('f'.repeat(64)))).rejects.toThrow('risk-assessment: unknown');
    const { evidence } = test.server.systems;
    const captured = await evidence.capture(bytes, { ...about, kind: 'risk-assessment' }, await by('U0EMMA'));
    const sha256 = captured.ok ? captured.file.sha256 : '';
    expect(await submit(test.server, document(sha256))).toMatch(/^[0-9a-f-]{36}$/);
    await evidence.attest(sha256, 'Security Team', FOR_IT, await by('U0CISO'));
    await expect(submit(test.server, document(sha256), 'U0CISO')).rejects.toThrow('attested by requester');
    expect(await submit(test.server, document(sha256))).toMatch(/^[0-9a-f-]{36}$/);
    await evidence.withdraw(sha256, 'Wrong file.', await by('U0EMMA'));
    await expect(submit(test.server, document(sha256))).rejects.toThrow('risk-assessment: withdrawn');
  });
});
