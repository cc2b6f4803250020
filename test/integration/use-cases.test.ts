/** A use case in Slack through the real app: asked for, decided, in the inventory, rested on, stopped. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_NO, DIGEST, minimalForm, openStage, type Stage } from './approval-fixture.ts';

const useCaseForm = {
  system: 'ticket-router',
  purpose: minimalForm.purpose,
  affected: 'The service desk; customers get an answer sooner.',
  dataClasses: 'ticket text, product names',
  'evidence.risk-assessment': 'https://wiki.example.com/risk/ticket-router 2026-10-01',
  ...ALL_NO,
};

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const system = () => stage.test.server.systems.inventory.read('ticket-router');
const statusInInventory = async () => {
  await stage.settle();
  return (await stage.test.server.core.stores.records.read('system', 'ticket-router'))?.status ?? null;
};
const gate = async () =>
  stage.test.server.systems.gate.ask(
    { system: 'ticket-router', version: '1.4.0', digest: DIGEST, environment: 'staging' },
    { token: 't' },
  );

describe('a use case', () => {
  it('shows its tier as the answers change, and that a prohibited purpose will be refused', async () => {
    await stage.command('U0MILO', 'use-case');
    expect(await stage.viewText('U0MILO')).toContain('What it is to be for');
    await stage.use('U0MILO', { block: 'answers.decidesAlone', value: 'yes' }, useCaseForm);
    expect(await stage.viewText('U0MILO')).toContain('*High tier*');
    await stage.use('U0MILO', { block: 'answers.prohibitedUse', value: 'yes' }, useCaseForm);
    expect(await stage.viewText('U0MILO')).toContain('Prohibited');
  });

  it('says at the field what is missing', async () => {
    await stage.command('U0MILO', 'use-case');
    const sent = await stage.submit('U0MILO', { ...useCaseForm, dataClasses: ' , ' });
    expect(JSON.stringify(sent)).toContain('Name up to 10 kinds of data');
  });

  it('is nothing to the inventory until it is approved, then enters it as a use case; the gate stays shut', async () => {
    await stage.ask('U0MILO', 'use-case', useCaseForm);
    expect(await stage.card('UC-1')).toContain('Use case ticket-router');
    expect(await statusInInventory()).toBeNull();
    await stage.approve('UC-1', 'U0CISO', 'U0CAIO');
    expect((await stage.request('UC-1')).status).toBe('approved');
    expect(await statusInInventory()).toBe('use_case');
    expect((await system())?.useCases).toMatchObject([{ shortId: 'UC-1', phase: 'approved' }]);
    expect((await gate())?.allowed).toBe(false);
  });
});

describe('a deployment on it', () => {
  it('starts from it with the same purpose and data, and says so on form and card', async () => {
    await stage.command('U0MILO', 'deploy like UC-1');
    const form = await stage.viewText('U0MILO');
    expect(form).toContain('Inside use case UC-1: same purpose, no further data.');
    expect(form).toContain('ticket text, product names');
    await stage.submit('U0MILO', { ...minimalForm, useCase: 'UC-1', dataClasses: 'ticket text' });
    expect(await stage.card('DR-1')).toContain('Inside use case UC-1');
    expect(await statusInInventory()).toBe('proposed');
  });

  it('with another purpose is told so while it is filled in, and refused at the field', async () => {
    await stage.command('U0MILO', 'deploy like UC-1');
    const answers = { ...minimalForm, purpose: 'Rates the staff.', useCase: 'UC-1', dataClasses: 'ticket text' };
    await stage.use('U0MILO', { block: 'useCase', value: 'UC-1' }, answers);
    expect(await stage.viewText('U0MILO')).toContain('Outside use case UC-1: the purpose differs.');
    expect(JSON.stringify(await stage.submit('U0MILO', answers))).toContain(
      'Outside the use case: the purpose differs',
    );
  });

  it('walks on: approved, deployed, and stopped with its purpose, with a word to whoever runs it', async () => {
    await stage.approve('DR-1', 'U0CISO', 'U0CAIO');
    expect(await statusInInventory()).toBe('approved');
    expect((await gate())?.allowed).toBe(true);
    await stage.ask('U0MILO', 'deployed DR-1', { environment: 'staging', digest: DIGEST });
    expect(await statusInInventory()).toBe('deployed');
    await stage.command('U0CISO', 'suspend UC-1');
    await stage.submit('U0CISO', { text: 'The purpose has to be looked at again.' });
    await stage.settle();
    expect(await gate()).toMatchObject({ allowed: false, reasons: [{ code: 'use_case_stopped' }] });
    expect((await stage.told('U0MILO')).join()).toContain('rests on UC-1, which is suspended');
  });

  it('cannot begin on a purpose that is stopped', async () => {
    await stage.command('U0MILO', 'deploy like UC-1');
    const sent = await stage.submit('U0MILO', {
      ...minimalForm,
      version: '1.5.0',
      useCase: 'UC-1',
      dataClasses: 'ticket text',
    });
    expect(JSON.stringify(sent)).toContain('not in force (suspended)');
  });
});

describe('what is kept of it', () => {
  it('stands in the history, on the evidence page and in the register', async () => {
    const record = await stage.record('UC-1');
    expect(record.events.map((event) => event.type)).toEqual(
      expect.arrayContaining(['request.submitted', 'decided', 'suspended']),
    );
    const page = await (await fetch(`${stage.test.server.address}/evidence/requests/UC-1`)).text();
    expect(page).toContain('Use case ticket-router');
    expect(page).toContain('ticket text, product names');
    expect(await (await fetch(`${stage.test.server.address}/evidence?kind=use-case`)).text()).toContain('UC-1');
  });
});
