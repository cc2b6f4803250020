/** What follows a decision, through the real app: conditions, deployment, suspension, renewal, exceptions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate } from '#src/approvals/gate.ts';
import {
  DAY,
  DIGEST,
  exceptionForm,
  isoDay,
  minimalForm,
  OTHER_DIGEST,
  openStage,
  type Stage,
} from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const inDays = (days: number) => isoDay(new Date(stage.now().getTime() + days * DAY));
const asked = (environment: string, digest: string, version: string) => ({
  system: 'ticket-router',
  version,
  digest,
  environment,
});
async function allowed(...shortIds: readonly string[]) {
  const states = await Promise.all(shortIds.map((id) => stage.request(id)));
  return (query: ReturnType<typeof asked>) => gate(states, query, stage.now());
}

describe('conditions', () => {
  it('when a vote sets a condition, its fields appear and a missing owner or date is shown on its field', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await stage.command('U0CISO', 'vote DR-1');
    await stage.use('U0CISO', { block: 'choice', value: 'approve_with_conditions' });
    const result = await stage.submit('U0CISO', {
      choice: 'approve_with_conditions',
      reason: 'The logs are thin.',
      'condition.0.text': 'Log every refusal',
      'condition.0.phase': 'before_deployment',
    });
    expect(Object.keys(result.errors ?? {}).sort()).toEqual([
      'condition.0.due',
      'condition.0.owner',
      'condition.0.role',
    ]);
    await stage.submit('U0CISO', {
      choice: 'approve_with_conditions',
      reason: 'The logs are thin.',
      'condition.0.text': 'Log every refusal',
      'condition.0.owner': 'U0EMMA',
      'condition.0.due': inDays(5),
      'condition.0.phase': 'before_deployment',
      'condition.0.role': 'Security Team',
    });
    await stage.approve('DR-1', 'U0CAIO');
    const request = await stage.request('DR-1');
    expect(request.decision).toBeNull();
    expect(request.offer?.conditions).toMatchObject([{ text: 'Log every refusal' }]);
  });

  it('when the requester accepts, it is approved with conditions, and the owner of each is told', async () => {
    await stage.press('U0MILO', 'open_accept_conditions', 'D0MILO');
    const undecided = await stage.submit('U0MILO', { answer: 'decline' });
    expect(Object.keys(undecided.errors ?? {})).toEqual(['text']);
    await stage.submit('U0MILO', { answer: 'accept' });
    expect((await stage.request('DR-1')).status).toBe('approved_with_conditions');
    expect((await stage.told('U0EMMA')).at(-1)).toContain('you have to meet some of them');
    const answer = (await allowed('DR-1'))(asked('staging', DIGEST, '1.4.0'));
    expect(answer.reasons[0].code).toBe('condition_open');
  });

  it('when its owner gives evidence, the confirming role is told and confirms; the owner cannot', async () => {
    await stage.press('U0EMMA', 'open_condition_evidence', 'D0EMMA');
    const bad = await stage.submit('U0EMMA', { condition: 'c1', url: 'somewhere' });
    expect(Object.keys(bad.errors ?? {})).toEqual(['url']);
    await stage.submit('U0EMMA', { condition: 'c1', url: 'https://wiki.example.com/logs', title: 'Log sample' });
    await stage.command('U0EMMA', 'confirm DR-1');
    expect(await stage.whispered('U0EMMA')).not.toBe('');
    expect((await stage.state('U0EMMA')).views).toEqual([]);
    await stage.press('U0CISO', 'open_condition_confirm', 'D0CISO');
    await stage.submit('U0CISO', { condition: 'c1', text: null });
    expect((await stage.request('DR-1')).conditions[0]).toMatchObject({ status: 'confirmed' });
    expect((await allowed('DR-1'))(asked('staging', DIGEST, '1.4.0')).allowed).toBe(true);
  });

  it('when the deployment is recorded, only the approved artefact counts', async () => {
    await stage.ask('U0MILO', 'deployed DR-1', { environment: 'staging', digest: OTHER_DIGEST });
    expect((await stage.request('DR-1')).deployments).toEqual([]);
    await stage.ask('U0MILO', 'deployed DR-1', { environment: 'staging', digest: DIGEST });
    expect((await stage.request('DR-1')).status).toBe('deployed');
  });
});

describe('conditions that cannot both hold', () => {
  const conditional = async (voter: string, limit: string) => {
    const answers = {
      choice: 'approve_with_conditions',
      reason: 'As measured.',
      'condition.0.text': `Keep ${limit}`,
      'condition.0.limit': limit,
      'condition.0.owner': 'U0MILO',
      'condition.0.due': inDays(5),
      'condition.0.phase': 'after_deployment',
      'condition.0.role': 'Security Team',
    };
    await stage.command(voter, 'vote DR-2');
    await stage.use(voter, { block: 'choice', value: 'approve_with_conditions' });
    const wrong = await stage.submit(voter, { ...answers, 'condition.0.limit': 'not too much' });
    expect(Object.keys(wrong.errors ?? {})).toEqual(['condition.0.limit']);
    await stage.submit(voter, answers);
  };

  it('when two voters ask for opposite things, the request goes back and its side is told', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'contested' });
    await conditional('U0CISO', 'traffic at most 10');
    await conditional('U0CAIO', 'traffic at least 20');
    expect(await stage.request('DR-2')).toMatchObject({ status: 'information_requested', contradiction: true });
    expect((await stage.told('U0MILO')).at(-1)).toContain('contradict each other');
  });

  it('when one of them votes otherwise, the conditions that are left are offered', async () => {
    await stage.vote('U0CAIO', 'DR-2', { choice: 'approve', reason: 'Ten percent will do.' });
    const { offer, contradiction } = await stage.request('DR-2');
    expect(contradiction).toBe(false);
    expect(offer?.conditions).toMatchObject([{ limit: { what: 'traffic', is: 'at_most', value: 10 } }]);
    await stage.ask('U0MILO', 'conditions DR-2', { answer: 'decline', text: 'It needs fifteen.' });
    expect(await stage.notes()).toContainEqual(expect.stringContaining('declined the conditions of DR-2'));
    await stage.ask('U0MILO', 'withdraw DR-2', { text: null });
    expect((await stage.request('DR-2')).status).toBe('withdrawn');
  });
});

describe('suspension and what replaces it', () => {
  it('when somebody without the role suspends, it is refused; a holder does it at once and all are told', async () => {
    await stage.command('U0CISO', 'attest DR-1');
    expect(await stage.whispered('U0CISO')).toContain('No captured file of DR-1');
    await stage.command('U0EMMA', 'suspend DR-1');
    expect((await stage.state('U0EMMA')).views).toEqual([]);
    await stage.ask('U0LEGAL', 'suspend DR-1', { text: 'Personal data in the logs.', incident: 'INC-7' });
    expect((await stage.request('DR-1')).status).toBe('suspended');
    expect((await stage.told('U0MILO')).at(-1)).toContain('is suspended');
    expect(await stage.card('DR-1')).toContain('INC-7');
    expect((await allowed('DR-1'))(asked('staging', DIGEST, '1.4.0')).allowed).toBe(false);
  });

  it('when the same artefact is approved again, the suspended request is reinstated', async () => {
    await stage.command('U0MILO', 'renew DR-1');
    expect(await stage.viewText('U0MILO')).toContain('Filled in from DR-1');
    await stage.submit('U0MILO', { ...minimalForm, replaces: 'DR-1' });
    await stage.approve('DR-3', 'U0CAIO', 'U0CISO');
    expect((await stage.request('DR-3')).status).toBe('approved');
    expect((await stage.request('DR-1')).suspension).toBeNull();
    expect((await stage.told('U0MILO')).join()).toContain('reinstated');
  });

  it('when another artefact that replaces it is approved, the older one is superseded and stays for a rollback', async () => {
    await stage.command('U0MILO', 'renew DR-3');
    await stage.submit('U0MILO', { ...minimalForm, version: '1.5.0', digest: OTHER_DIGEST, replaces: 'DR-3' });
    await stage.approve('DR-4', 'U0CAIO', 'U0CISO');
    expect((await stage.request('DR-3')).status).toBe('superseded');
    expect(await stage.card('DR-3')).toContain('Superseded');
    const answer = (await allowed('DR-3', 'DR-4'))(asked('staging', DIGEST, '1.4.0'));
    expect(answer.reasons[0].code).toBe('superseded_but_valid');
  });

  it('when it is revoked with a reason, it ends for good', async () => {
    await stage.command('U0LEGAL', 'revoke DR-4');
    expect((await stage.state('U0LEGAL')).views).toEqual([]);
    await stage.ask('U0CISO', 'revoke DR-4', { text: 'The vendor ended support.' });
    expect((await stage.request('DR-4')).status).toBe('revoked');
    expect((await stage.told('U0MILO')).at(-1)).toContain('is revoked');
    expect(await stage.card('DR-4')).toContain('Revoked');
  });

  it('when the requester closes it, what it allowed is no longer allowed', async () => {
    await stage.ask('U0MILO', 'close DR-3', { cause: 'decommissioned', text: 'Out of service.' });
    expect((await stage.request('DR-3')).status).toBe('closed');
  });
});

describe('an exception', () => {
  const until = () => inDays(40);

  it('when it is approved, a deployment may rest on it', async () => {
    await stage.ask('U0MILO', 'exception', { ...exceptionForm, 'control.0.due': inDays(20), expires: until() });
    await stage.approve('EX-1', 'U0CISO', 'U0CAIO');
    expect((await stage.request('EX-1')).status).toBe('approved');
    await stage.command('U0EMMA', 'deploy');
    await stage.use('U0EMMA', { action: 'form_more' });
    await stage.submit('U0EMMA', { ...minimalForm, version: '2.0.0', restsOn: 'ex-1' });
    await stage.approve('DR-5', 'U0CAIO', 'U0CISO');
    expect((await allowed('DR-5', 'EX-1'))(asked('staging', DIGEST, '2.0.0')).allowed).toBe(true);
  });

  it('when a compensating control is overdue, its owner and whoever rests on the exception are told, and the gate says no', async () => {
    await stage.pass(21 * DAY);
    expect((await stage.told('U0MILO')).join()).toContain('overdue');
    expect((await stage.told('U0EMMA')).at(-1)).toContain('EX-1, which has an overdue control');
    expect((await allowed('DR-5', 'EX-1'))(asked('staging', DIGEST, '2.0.0')).allowed).toBe(false);
    await stage.ask('U0LEGAL', 'confirm EX-1', { condition: 'c1', text: null }).catch(() => undefined);
    await stage.ask('U0CISO', 'confirm EX-1', { condition: 'c1', text: null });
    expect((await allowed('DR-5', 'EX-1'))(asked('staging', DIGEST, '2.0.0')).allowed).toBe(true);
  });

  it('when its end comes near, its requester is reminded; at its end it ends by itself and all who rest on it are told', async () => {
    await stage.pass(13 * DAY);
    expect((await stage.told('U0MILO')).at(-1)).toContain('due for review');
    await stage.pass(8 * DAY);
    expect((await stage.request('EX-1')).status).toBe('closed');
    expect((await stage.told('U0MILO')).at(-1)).toContain('has ended');
    expect((await stage.told('U0EMMA')).at(-1)).toContain('EX-1, which has ended');
    const answer = (await allowed('DR-5', 'EX-1'))(asked('staging', DIGEST, '2.0.0'));
    expect(answer.reasons[0].code).toBe('exception_not_in_force');
  });

  it('when it is renewed by a fresh decision before its end, those who rest on the old one keep their permission', async () => {
    await stage.ask('U0MILO', 'exception', { ...exceptionForm, 'control.0.due': inDays(20), expires: until() });
    await stage.approve('EX-2', 'U0CISO', 'U0CAIO');
    await stage.command('U0EMMA', 'deploy');
    await stage.use('U0EMMA', { action: 'form_more' });
    await stage.submit('U0EMMA', { ...minimalForm, version: '3.0.0', restsOn: 'EX-2' });
    await stage.approve('DR-6', 'U0CAIO', 'U0CISO');
    await stage.command('U0MILO', 'renew EX-2');
    await stage.submit('U0MILO', {
      ...exceptionForm,
      'control.0.due': inDays(20),
      expires: inDays(80),
      replaces: 'EX-2',
    });
    await stage.approve('EX-3', 'U0CISO', 'U0CAIO');
    expect((await stage.request('EX-2')).status).toBe('renewed');
    expect((await allowed('DR-6', 'EX-2', 'EX-3'))(asked('staging', DIGEST, '3.0.0')).allowed).toBe(true);
  });

  it('when it is suspended, whoever rests on it is told', async () => {
    await stage.ask('U0LEGAL', 'suspend EX-3', { text: 'The by-hand release failed.' });
    const told = await stage.told('U0MILO');
    expect(told.at(-1)).toContain('is suspended');
    expect(told.join('\n')).toContain('EX-3 is suspended; what it allowed is not allowed');
    expect(await stage.card('EX-3')).not.toContain('may not be deployed');
  });
});
