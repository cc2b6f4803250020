/** The high tier waits for files that somebody stands for: a bare link, or the asking side's own word, open nothing. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '#src/systems/evidence-files.ts';
import { DAY, exceptionForm, isoDay, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** A word for what the file was captured for, and no more. */
const FOR_IT = { systems: [], organisation: false };
const VOTERS = ['U0CISO', 'U0CTO', 'U0CAIO', 'U0ETHIC'];

async function capture(content: string, as = 'U0MILO', change: Partial<Capture> = {}): Promise<string> {
  const about = {
    kind: 'risk-assessment',
    title: 'Risk',
    version: '2',
    date: '2026-11-01T00:00:00.000Z',
    validUntil: null,
    systems: ['ticket-router'],
    source: 'https://wiki.example.com/risk',
    ...change,
  };
  const by = { person: await stage.person(as), commandId: `t:${randomUUID()}` };
  const result = await stage.test.server.systems.evidence.capture(new TextEncoder().encode(content), about, by);
  return result.ok ? result.file.sha256 : '';
}

/** Asks for an exception of the high tier with this assessment. */
async function ask(evidence: string): Promise<void> {
  const day = (days: number) => isoDay(new Date(stage.now().getTime() + days * DAY));
  const form = { ...exceptionForm, residualRiskLevel: 'high', 'control.0.due': day(10), expires: day(60) };
  const asked = await stage.ask('U0MILO', 'exception', { ...form, evidence: `risk-assessment: ${evidence}` });
  expect(asked).toMatchObject({ ok: true });
}

/** The same, with votes, advice and waiting time complete. */
async function allButEvidence(shortId: string, evidence: string): Promise<void> {
  await ask(evidence);
  await stage.approve(shortId, ...VOTERS);
  await stage.pass(4 * DAY);
}

describe('an exception of the high tier', () => {
  it('when its assessment is only linked, it stays open with every vote given, and the card says what to do', async () => {
    await allButEvidence('EX-1', 'https://wiki.example.com/risk 2026-11-01');
    expect((await stage.request('EX-1')).decision).toBeNull();
    const card = await stage.card('EX-1');
    expect(card).toContain('Evidence 0 of 1');
    expect(card).toContain('only linked; this tier wants the file');
  });

  it('when the file is captured and nobody stands for it, it waits; the word of a role holder completes it', async () => {
    const sha256 = await capture('# Risk of ticket-router\n');
    await allButEvidence('EX-2', `https://wiki.example.com/risk#sha256=${sha256} 2026-11-01`);
    expect((await stage.request('EX-2')).decision).toBeNull();
    expect(await stage.card('EX-2')).toContain('waits for somebody of another side to stand for it');
    await stage.command('U0LEGAL', 'attest EX-2');
    expect(await stage.viewText('U0LEGAL')).toContain(sha256.slice(0, 12));
    await stage.submit('U0LEGAL', { file: sha256, role: 'Legal Team', reach: 'systems' });
    await stage.settle();
    expect((await stage.request('EX-2')).decision).toMatchObject({ outcome: 'approved' });
    expect(JSON.stringify((await stage.record('EX-2')).events)).toContain(
      'is attested as Legal Team, for ticket-router',
    );
    expect((await stage.told('U0LEGAL')).join()).toContain('You stand for the risk assessment as Legal Team');
  });

  it('its compensating control is met by no link either: only by a file that is kept, in the word of who confirms', async () => {
    const open = async () => (await stage.request('EX-2')).conditions.filter(({ status }) => status === 'open').length;
    expect(await open()).toBe(1);
    const condition = (await stage.request('EX-2')).conditions[0]?.id ?? '';
    await stage.command('U0MILO', 'evidence EX-2');
    await stage.submit('U0MILO', { condition, url: 'https://wiki.example.com/control', title: 'By hand' });
    await stage.command('U0CISO', 'confirm EX-2');
    expect((await stage.refusals()).at(-1)).toEqual({ action: 'open_condition_confirm', reason: 'link_only' });
    expect(await stage.whispered('U0CISO')).toContain('cannot be confirmed by a link');

    const forged = { kind: 'condition-evidence', title: 'x', url: 'https://wiki.example.com/control', date: null };
    const { desk } = stage.test.server.core;
    const command = { type: 'evidence_condition', commandId: 'forged', by: await stage.person('U0MILO') } as const;
    const evidence = { ...forged, sha256: 'f'.repeat(64) };
    expect(await desk.act((await stage.request('EX-2')).id, { ...command, condition, evidence })).toMatchObject({
      ok: false,
      reason: 'evidence_missing',
    });

    const upload = [await stage.test.driver.upload('U0MILO', 'control.txt', 'Released by hand.\n')];
    await stage.command('U0MILO', 'evidence EX-2');
    const undated = await stage.submit('U0MILO', { condition, upload });
    expect(Object.keys(undated.errors ?? {})).toEqual(['date']);
    await stage.submit('U0MILO', { condition, upload, date: '2026-11-20' });
    await stage.command('U0CISO', 'confirm EX-2');
    await stage.submit('U0CISO', { condition, text: null });
    expect(await open()).toBe(0);
    const given = (await stage.request('EX-2')).conditions[0]?.evidence.at(-1);
    const kept = await stage.test.server.systems.evidence.read(given?.sha256 ?? '');
    expect(kept).toMatchObject({ kind: 'condition-evidence', systems: ['ticket-router'], attested: null });
    const { address } = stage.test.server;
    const page = await (await fetch(`${address}/evidence/requests/EX-2`)).text();
    expect(page).toContain(`<a href="/evidence/requests/EX-2/objects/${given?.sha256}">Download the file</a>`);
    const object = await fetch(`${address}/evidence/requests/EX-2/objects/${given?.sha256}`);
    expect(await object.text()).toBe('Released by hand.\n');
  });

  it('when the asking side, a person without a role or without that role wants to stand for it, nothing is recorded', async () => {
    const sha256 = await capture('# Another risk\n', 'U0EMMA');
    await allButEvidence('EX-3', `https://wiki.example.com/risk#sha256=${sha256} 2026-11-01`);
    await stage.command('U0MILO', 'attest EX-3');
    await stage.command('U0EMMA', 'attest EX-3');
    expect(
      (await stage.refusals()).filter(({ action }) => action === 'open_attest').map(({ reason }) => reason),
    ).toEqual(['self_approval', 'role_missing']);
    await stage.command('U0LEGAL', 'attest EX-3');
    await stage.submit('U0LEGAL', { file: sha256, role: 'Legal Team', reach: 'systems' });
    await stage.settle();
    expect((await stage.request('EX-3')).decision?.outcome).toBe('approved');
  });

  it('when the file is taken back before the decision, the word for it counts no more', async () => {
    const sha256 = await capture('# A third risk\n');
    const { evidence } = stage.test.server.systems;
    await evidence.attest(sha256, 'Legal Team', FOR_IT, { person: await stage.person('U0LEGAL'), commandId: 'att-4' });
    await ask(`https://wiki.example.com/risk#sha256=${sha256} 2026-11-01`);
    expect(await stage.card('EX-4')).toContain('Evidence 1 of 1');
    await evidence.withdraw(sha256, 'Wrong file.', { person: await stage.person('U0LEGAL'), commandId: 'wd-4' });
    await stage.settle();
    expect(await stage.card('EX-4')).toContain('Evidence 0 of 1');
    await stage.approve('EX-4', ...VOTERS);
    await stage.pass(4 * DAY);
    expect((await stage.request('EX-4')).decision).toBeNull();
  });

  it('when the file was captured for another system, it waits until somebody extends it to this one', async () => {
    const sha256 = await capture('# Risk of billing-bot\n', 'U0EMMA', { systems: ['billing-bot'] });
    const { evidence } = stage.test.server.systems;
    const legal = { person: await stage.person('U0LEGAL'), commandId: 'att-5' };
    await evidence.attest(sha256, 'Legal Team', FOR_IT, legal);
    await allButEvidence('EX-5', `https://wiki.example.com/risk#sha256=${sha256} 2026-11-01`);
    expect((await stage.request('EX-5')).decision).toBeNull();
    expect(await stage.card('EX-5')).toContain('waits for somebody of another side to stand for it');
    await stage.command('U0LEGAL', 'attest EX-5');
    expect(await stage.viewText('U0LEGAL')).toContain('Only ticket-router');
    await stage.submit('U0LEGAL', { file: sha256, role: 'Legal Team', reach: 'systems' });
    await stage.settle();
    expect((await stage.request('EX-5')).decision).toMatchObject({ outcome: 'approved' });
    expect(await evidence.read(sha256)).toMatchObject({
      systems: ['billing-bot'],
      extended: [{ role: 'Legal Team', systems: ['ticket-router'], organisation: false }],
    });
  });

  it.each<[string, Partial<Capture>, string]>([
    ['an old file under a young date', { date: '2019-01-01T00:00:00.000Z' }, 'other date'],
    ['a file under an address it was not read at', { source: 'https://wiki.example.com/billing' }, 'other address'],
  ])('is not asked for with %s, though somebody stands for it', async (what, change, flaw) => {
    const sha256 = await capture(`# ${what}\n`, 'U0EMMA', change);
    const legal = { person: await stage.person('U0LEGAL'), commandId: `att:${flaw}` };
    await stage.test.server.systems.evidence.attest(sha256, 'Legal Team', FOR_IT, legal);
    const before = await stage.test.server.core.stores.ledger.listRequests({ limit: 100 });
    const refused = (await stage.refusals()).length;
    await ask(`https://wiki.example.com/risk#sha256=${sha256} 2026-11-01`);
    expect((await stage.refusals()).slice(refused)).toMatchObject([{ reason: 'evidence_missing' }]);
    expect(await stage.whispered('U0MILO')).toContain(`risk-assessment: ${flaw}`);
    expect(await stage.test.server.core.stores.ledger.listRequests({ limit: 100 })).toHaveLength(before.length);
  });
});
