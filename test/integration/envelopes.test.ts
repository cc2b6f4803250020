/** A change envelope in Slack through the real app: approved with a version, claimed by the next, left, and lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, limitedForm, OTHER_DIGEST, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const bounds = {
  ...limitedForm,
  dataClasses: 'ticket text',
  'envelope.metrics': 'accuracy >= 0.92',
  'envelope.environments': 'staging, production',
  'envelope.until': '2027-03-01',
};
const next = (change: Readonly<Record<string, string>> = {}) => ({
  ...limitedForm,
  version: '1.5.0',
  digest: OTHER_DIGEST,
  dataClasses: 'ticket text',
  within: 'DR-1',
  metrics: 'accuracy = 0.95',
  ...change,
});
/** The form of a new version, started from DR-1 and drawn anew with these answers. */
const draw = async (change: Readonly<Record<string, string>> = {}) => {
  await stage.command('U0MILO', 'deploy like DR-1');
  await stage.use('U0MILO', { block: 'within', value: 'DR-1' }, next(change));
  return stage.viewText('U0MILO');
};

describe('bounds for later versions', () => {
  it('say at the field what does not fit', async () => {
    await stage.command('U0MILO', 'deploy');
    await stage.use('U0MILO', { block: 'answers.publicFacing', value: 'yes' }, limitedForm);
    await stage.use('U0MILO', { action: 'form_more' }, limitedForm);
    const sent = await stage.submit('U0MILO', { ...bounds, 'envelope.metrics': 'quite good' });
    expect(JSON.stringify(sent)).toContain('is no bound: write accuracy >= 0.92');
    await stage.submit('U0MILO', bounds);
    expect((await stage.request('DR-1')).document).toMatchObject({
      envelope: { environments: ['staging', 'production'], metrics: { accuracy: { min: 0.92, max: null } } },
    });
  });

  it('are approved with the version by the full quorum', async () => {
    await stage.approve('DR-1', 'U0CAIO', 'U0LEGAL', 'U0CISO', 'U0ETHIC');
    await stage.pass(2 * DAY);
    expect((await stage.request('DR-1')).status).toBe('approved');
  });
});

describe('a new version', () => {
  it('is shown live whether it is inside, and who would decide', async () => {
    const inside = await draw();
    expect(inside).toContain('Inside the envelope of DR-1: the lighter quorum decides.');
    expect(inside).toContain('Decided by Chief AI Officer · one of Legal Team, Data Protection Officer,');
    const outside = await draw({ purpose: 'Rates the staff.', metrics: 'accuracy = 0.9' });
    expect(outside).toContain(
      'Outside the envelope of DR-1, so the full quorum decides: the purpose differs; accuracy is out of bounds.',
    );
    expect(outside).toContain('2 of AI Governance Committee');
  });

  it('inside it is approved by the lighter quorum, and the history says so', async () => {
    await draw();
    await stage.submit('U0MILO', next());
    expect(await stage.card('DR-2')).toContain('Inside the envelope of DR-1: the lighter quorum decides.');
    await stage.approve('DR-2', 'U0CAIO', 'U0LEGAL');
    await stage.pass(2 * DAY);
    const record = await stage.record('DR-2');
    expect(record.state.status).toBe('approved');
    expect(record.events.findLast((event) => event.type === 'decided')?.data).toMatchObject({ envelope: 'DR-1' });
  });

  it('outside it waits for the full quorum, with the reasons on the card', async () => {
    await draw();
    await stage.submit('U0MILO', next({ version: '1.6.0', metrics: 'accuracy = 0.9' }));
    expect(await stage.card('DR-3')).toContain('so the full quorum decides: accuracy is out of bounds.');
    await stage.approve('DR-3', 'U0CAIO', 'U0LEGAL');
    await stage.pass(2 * DAY);
    expect((await stage.request('DR-3')).decision).toBeNull();
  });

  it('loses the lighter quorum when the approval is stopped while it waits', async () => {
    await draw();
    await stage.submit('U0MILO', next({ version: '1.7.0' }));
    await stage.approve('DR-4', 'U0CAIO');
    await stage.command('U0CISO', 'suspend DR-1');
    await stage.submit('U0CISO', { text: 'Odd answers since yesterday.' });
    await stage.approve('DR-4', 'U0LEGAL');
    await stage.pass(2 * DAY);
    expect((await stage.request('DR-4')).decision).toBeNull();
    expect(await stage.card('DR-4')).toContain('so the full quorum decides: not in force (suspended).');
  });
});
