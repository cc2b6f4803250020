/** Versions inside one change envelope, one superseding the other, and the exception they rest on: through the real app. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answers, DAY, exceptionForm, isoDay, limitedForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const inDays = (days: number) => isoDay(new Date(Date.parse('2026-11-21') + days * DAY));
const FULL = ['U0CAIO', 'U0LEGAL', 'U0CISO', 'U0ETHIC'];
const LIGHTER = ['U0CAIO', 'U0LEGAL'];

/** Version 1.n of the system; `replaces` and `within` as a person fills them in. */
const version = (n: number, change: Answers = {}): Answers => ({
  ...limitedForm,
  version: `1.${n}.0`,
  digest: digest(n),
  dataClasses: 'ticket text',
  restsOn: 'EX-1',
  ...change,
});
const inside = (n: number, replaces: string, change: Answers = {}) =>
  version(n, { within: 'DR-1', metrics: 'accuracy = 0.95', replaces, ...change });
const ask = async (answers: Answers) => {
  await stage.command('U0MILO', 'deploy like DR-1');
  await stage.use('U0MILO', { block: 'within', value: String(answers['within'] ?? '') }, answers);
  await stage.submit('U0MILO', answers);
};
const approve = async (shortId: string, voters: readonly string[]) => {
  await stage.approve(shortId, ...voters);
  await stage.pass(2 * DAY);
  return stage.request(shortId);
};
/** What `/governance system` says. */
const system = async () => {
  await stage.command('U0EMMA', 'system ticket-router');
  await stage.settle();
  return JSON.stringify((await stage.state('U0EMMA')).ephemerals.at(-1)?.blocks);
};

describe('an envelope on an exception', () => {
  it('is approved with the version by the full quorum', async () => {
    await stage.ask('U0MILO', 'exception', { ...exceptionForm, 'control.0.due': inDays(60), expires: inDays(80) });
    await stage.approve('EX-1', 'U0CISO', 'U0CAIO');
    await stage.command('U0MILO', 'deploy');
    await stage.use('U0MILO', { block: 'answers.publicFacing', value: 'yes' }, version(1));
    await stage.use('U0MILO', { action: 'form_more' }, version(1));
    const bounds = { 'envelope.metrics': 'accuracy >= 0.92', 'envelope.environments': 'staging' };
    await stage.submit('U0MILO', version(1, { ...bounds, 'envelope.until': inDays(70) }));
    expect((await approve('DR-1', FULL)).status).toBe('approved');
    expect(await system()).toContain('Change envelope of DR-1: accuracy &gt;= 0.92; in staging; until');
  });

  it('lets a version replace the one before by the lighter quorum, one after the other', async () => {
    await ask(inside(2, 'DR-1'));
    expect((await approve('DR-2', LIGHTER)).status).toBe('approved');
    expect((await stage.request('DR-1')).status).toBe('superseded');
    await ask(inside(3, 'DR-2'));
    expect(await stage.card('DR-3')).toContain('Inside the envelope of DR-1: the lighter quorum decides.');
    expect((await approve('DR-3', LIGHTER)).status).toBe('approved');
    expect((await stage.request('DR-2')).status).toBe('superseded');
  });

  it('shows each version with what the gate says of it, and the bounds that go on', async () => {
    const shown = await system();
    expect(shown).toMatch(/1\.3\.0 in staging \(33333333\): DR-3 approved\. Gate: yes, DR-3 permits it until/);
    for (const older of ['DR-1', 'DR-2'])
      expect(shown).toContain(`Gate: yes, ${older} was superseded and stays valid for a rollback until`);
    expect(shown).toContain('Change envelope of DR-1');
  });

  it('is left by a version that does not rest on the same exception', async () => {
    await ask(inside(4, 'DR-3', { restsOn: null }));
    expect(await stage.card('DR-4')).toContain('so the full quorum decides:');
    expect(await stage.card('DR-4')).toContain('EX-1');
    expect((await approve('DR-4', LIGHTER)).decision).toBeNull();
    await stage.ask('U0MILO', 'withdraw DR-4', { text: null });
  });

  it('gives no lighter quorum when the exception is suspended between two votes; the gate stops what rests on it', async () => {
    await ask(inside(5, 'DR-3'));
    await stage.approve('DR-5', 'U0CAIO');
    await stage.ask('U0CISO', 'suspend EX-1', { text: 'The workaround failed.', incident: 'INC-4' });
    await stage.approve('DR-5', 'U0LEGAL');
    await stage.pass(2 * DAY);
    expect((await stage.request('DR-5')).decision).toBeNull();
    expect(await stage.card('DR-5')).toContain('so the full quorum decides:');
    expect(await system()).toMatch(/DR-3 approved\. Gate: NO, DR-3 rests on an exception: EX-1 is suspended/);
    await stage.ask('U0MILO', 'withdraw DR-5', { text: null });
  });

  it('ends when a version of its own question takes the place of the last one', async () => {
    await ask(version(6, { purpose: 'Sorts and answers tickets.', replaces: 'DR-3', restsOn: null }));
    expect((await approve('DR-6', FULL)).status).toBe('approved');
    expect((await stage.request('DR-3')).status).toBe('superseded');
    expect(await system()).not.toContain('Change envelope of');
    await ask(inside(7, 'DR-6'));
    expect(await stage.card('DR-7')).toContain('so the full quorum decides:');
    expect(await stage.card('DR-7')).toContain('DR-6 replaced it without claiming its envelope');
    expect((await approve('DR-7', LIGHTER)).decision).toBeNull();
  });
});
