/** The time before a decision, through the real app: forms that follow the tier, revisions, votes, scope, meetings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, exceptionForm, isoDay, limitedForm, minimalForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('the form', () => {
  it('when an answer raises the tier, the tier, its reasons, who decides and each wanted piece with its clause appear', async () => {
    await stage.command('U0MILO', 'deploy');
    expect(await stage.viewText('U0MILO')).toContain('Minimal tier');
    const typed = { system: 'typed-before', 'answers.personalData': 'yes' };
    await stage.use('U0MILO', { block: 'answers.affectsPeople', value: 'yes' }, typed);
    const text = await stage.viewText('U0MILO');
    expect(text).toContain('High tier');
    expect(text).toContain('POL-7.1, POL-3.4');
    expect(text).toContain('Privacy impact assessment (POL-3.4)');
    expect(text).toContain('"initial_value":"typed-before"');
  });

  it('when the rarer fields are wanted, they appear and what was typed stays', async () => {
    await stage.use('U0MILO', { action: 'form_more' }, { system: 'still-here' });
    const text = await stage.viewText('U0MILO');
    expect(text).toContain('scope.traffic');
    expect(text).toContain('still-here');
  });

  it('when the use is prohibited, the form says so before it is sent', async () => {
    await stage.use('U0MILO', { block: 'answers.prohibitedUse', value: 'yes' });
    expect(await stage.viewText('U0MILO')).toContain('Prohibited');
  });

  it('when a field has a mistake, the error stands on it and nothing is stored', async () => {
    await stage.command('U0MILO', 'deploy');
    const bad = {
      ...minimalForm,
      digest: 'sha256:1',
      'evidence.risk-assessment': 'on my desk',
    };
    const result = await stage.submit('U0MILO', bad);
    expect(Object.keys(result.errors ?? {}).sort()).toEqual(['digest', 'evidence.risk-assessment']);
  });

  it('when an exception lacks owner and day of a control, these fields say so', async () => {
    const result = await stage.ask('U0MILO', 'exception', {
      deviatesFrom: 'POL-4.3',
      systems: 'x',
      environments: 'staging',
      circumstances: 'c',
      'control.0.text': 'by hand',
      remediationPlan: 'p',
      residualRiskLevel: 'low',
      residualRisk: 'r',
      expires: '2020-01-01',
      'answers.personalData': 'no',
      'answers.affectsPeople': 'no',
      'answers.prohibitedUse': 'no',
    });
    expect(Object.keys(result.errors ?? {}).sort()).toEqual(['control.0.due', 'control.0.owner']);
    expect(await stage.test.server.core.stores.ledger.listRequests({ limit: 5 })).toEqual([]);
  });

  it('when the second group of a control lacks its owner, that one says so; a piece of evidence that is missing, its own', async () => {
    const day = isoDay(new Date(stage.now().getTime() + 5 * DAY));
    const { 'control.0.text': text = '', ...form } = exceptionForm;
    const second = {
      'control.1.text': text,
      'control.1.due': day,
      expires: isoDay(new Date(stage.now().getTime() + 30 * DAY)),
    };
    await stage.command('U0MILO', 'exception');
    await stage.use('U0MILO', { action: 'form_add', value: 'control' });
    const result = await stage.submit('U0MILO', { ...form, ...second, 'control.0.owner': null });
    expect(Object.keys(result.errors ?? {})).toEqual(['control.1.owner']);
    const deployment = await stage.ask('U0MILO', 'deploy', { ...minimalForm, 'evidence.risk-assessment': '' });
    expect(deployment.errors).toEqual({ 'evidence.risk-assessment': expect.stringContaining('Give at least one') });
  });

  it('when a named exception does not exist, the field says so', async () => {
    await stage.command('U0MILO', 'deploy');
    await stage.use('U0MILO', { action: 'form_more' });
    const result = await stage.submit('U0MILO', { ...minimalForm, restsOn: 'EX-99', replaces: 'DR-99' });
    expect(Object.keys(result.errors ?? {}).sort()).toEqual(['replaces', 'restsOn']);
  });
});

describe('a revision', () => {
  it('when a material field is edited, the votes are void, the voters are told, and the card names the revision', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await stage.approve('DR-1', 'U0CAIO');
    await stage.command('U0MILO', 'edit DR-1');
    expect(await stage.viewText('U0MILO')).toContain('Sorts incoming tickets');
    expect(await stage.submit('U0MILO', { ...minimalForm, version: '1.4.1' })).toMatchObject({ ok: true });
    const request = await stage.request('DR-1');
    expect(request.revision.number).toBe(2);
    expect(request.votes).toEqual([]);
    expect(await stage.card('DR-1')).toContain('revision 2');
    expect((await stage.told('U0CAIO')).at(-1)).toContain('does not count any more');
  });

  it('when somebody else wants to edit, it is refused with the reason', async () => {
    await stage.command('U0CISO', 'edit DR-1');
    expect(await stage.whispered('U0CISO')).toContain('Only the requester');
  });

  it('when nothing differs, no revision is made', async () => {
    await stage.ask('U0MILO', 'edit DR-1', { ...minimalForm, version: '1.4.1' });
    expect(await stage.whispered('U0MILO')).toContain('Nothing in DR-1 was different');
    expect((await stage.request('DR-1')).revision.number).toBe(2);
  });

  it('when a vote was opened on the revision before, it is refused and says why', async () => {
    await stage.command('U0CAIO', 'vote DR-1');
    await stage.ask('U0MILO', 'edit DR-1', { ...minimalForm, version: '1.4.2' });
    await stage.submit('U0CAIO', { choice: 'approve', reason: null });
    expect((await stage.request('DR-1')).votes).toEqual([]);
    expect(await stage.whispered('U0CAIO')).toContain('was revised after this card was shown');
    expect((await stage.refusals()).map((r) => r.reason)).toContain('old_revision');
  });

  it('when two people edit at once, the later one does not overwrite the earlier', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...minimalForm, system: 'shared', owner: 'U0MILO' });
    await stage.command('U0EMMA', 'edit DR-2');
    await stage.ask('U0MILO', 'edit DR-2', { ...minimalForm, system: 'shared', version: '2.0' });
    await stage.submit('U0EMMA', { ...minimalForm, system: 'shared', version: '3.0' });
    expect((await stage.request('DR-2')).document).toMatchObject({ version: '2.0' });
    expect(await stage.whispered('U0EMMA')).toContain('was revised');
  });
});

describe('votes', () => {
  it('when a vote is changed, the card shows the new one; when it is taken back, none', async () => {
    await stage.vote('U0LEGAL', 'DR-1', { choice: 'abstain', reason: 'Not my field.' });
    expect(await stage.card('DR-1')).toContain('Abstained');
    await stage.command('U0LEGAL', 'vote DR-1');
    expect(await stage.viewText('U0LEGAL')).toContain('Your present vote: abstain');
    await stage.submit('U0LEGAL', { choice: 'approve', reason: 'Now I read it.' });
    expect((await stage.request('DR-1')).votes.map((v) => v.choice)).toEqual(['approve']);
    await stage.ask('U0LEGAL', 'unvote DR-1', { text: null });
    expect((await stage.request('DR-1')).votes).toEqual([]);
  });

  it('when a rejection stands, the chair settles it and the quorum decides', async () => {
    await stage.approve('DR-1', 'U0CAIO');
    await stage.vote('U0ETHIC', 'DR-1', { choice: 'reject', reason: 'No bias test.' });
    await stage.approve('DR-1', 'U0LEGAL');
    expect((await stage.request('DR-1')).decision).toBeNull();
    await stage.command('U0LEGAL', 'settle DR-1');
    expect(await stage.whispered('U0LEGAL')).toContain('for the chair (Chief AI Officer)');
    await stage.ask('U0CAIO', 'settle DR-1', { text: 'The bias test does not apply to tickets.' });
    expect(await stage.notes()).toContainEqual(expect.stringContaining('settled the rejection of DR-1'));
    expect((await stage.request('DR-1')).status).toBe('approved');
  });

  it('when the details are opened, the history says what happened in order, with each entry', async () => {
    await stage.command('U0EMMA', 'show DR-1');
    const text = await stage.viewText('U0EMMA');
    for (const word of [
      'submitted it (minimal tier',
      'made revision 2',
      'took the vote back',
      'settled the rejection',
      'recorded the decision: approved',
    ])
      expect(text).toContain(word);
  });
});

describe('more', () => {
  it('when the modal opens, it offers what this person may do and says why the rest is not', async () => {
    await stage.ask('U0MILO', 'deploy', { ...limitedForm, system: 'chat' });
    await stage.press('U0MILO', 'open_more');
    const own = await stage.viewText('U0MILO');
    expect(own).toContain('open_edit');
    expect(own).not.toContain('"open_vote"');
    expect(own).toContain('separation of duties');
    await stage.press('U0ETHIC', 'open_more');
    const voter = await stage.viewText('U0ETHIC');
    expect(voter).toContain('"open_vote"');
    expect(voter).not.toContain('open_edit');
    expect(voter).toContain('for whoever asked for this');
  });

  it('when an act is chosen there, its form opens on top, and sending it closes both', async () => {
    await stage.use('U0ETHIC', { action: 'open_comment' });
    await stage.submit('U0ETHIC', { text: 'Please look at the logs too.' });
    expect((await stage.state('U0ETHIC')).views).toEqual([]);
    expect((await stage.request('DR-3')).comments).toBe(1);
  });
});

describe('what approvers can ask for', () => {
  it('when information is asked, nothing is approved until the requester answered', async () => {
    await stage.press('U0ETHIC', 'open_ask_information');
    await stage.submit('U0ETHIC', { text: 'Which logs are kept?' });
    expect((await stage.request('DR-3')).status).toBe('information_requested');
    await stage.press('U0MILO', 'open_give_information', 'D0MILO');
    await stage.submit('U0MILO', { text: 'Ninety days of prompts.' });
    expect((await stage.request('DR-3')).status).toBe('in_review');
  });

  it('when a narrower scope is proposed and accepted, it becomes a revision', async () => {
    await stage.ask('U0CISO', 'scope DR-3', { 'scope.traffic': '25', text: 'Start small.' });
    expect((await stage.told('U0MILO')).at(-1)).toContain('25 percent of the traffic');
    await stage.press('U0MILO', 'open_accept_scope', 'D0MILO');
    await stage.submit('U0MILO', {});
    const request = await stage.request('DR-3');
    expect(request.revision.number).toBe(2);
    expect(request.document).toMatchObject({ scope: { trafficPercent: 25 } });
  });

  it('when a wider scope is proposed, it is refused', async () => {
    await stage.ask('U0CISO', 'scope DR-3', { 'scope.traffic': '50', text: 'Go on.' });
    expect(await stage.whispered('U0CISO')).toContain('not narrower');
  });

  it('when the tier is raised, its evidence and quorum apply; it cannot be lowered', async () => {
    await stage.ask('U0LEGAL', 'raise DR-3', { tier: 'high', text: 'Minors use it.' });
    const request = await stage.request('DR-3');
    expect(request.terms.tier).toBe('high');
    expect(await stage.card('DR-3')).toContain('High tier');
    await stage.command('U0LEGAL', 'raise DR-3');
    expect(await stage.whispered('U0LEGAL')).toContain('never lower it');
  });

  it('when a meeting is entered by the chair, each vote counts once its voter confirms it', async () => {
    await stage.ask('U0CAIO', 'meeting DR-3', {
      heldOn: '2026-11-20',
      text: 'All present agreed.',
      approved: ['U0CAIO', 'U0LEGAL'],
      reason: 'Discussed at length.',
    });
    expect((await stage.request('DR-3')).votes).toEqual([]);
    await stage.press('U0LEGAL', 'open_confirm_meeting', 'D0LEGAL');
    expect(await stage.viewText('U0LEGAL')).toContain('Discussed at length');
    await stage.submit('U0LEGAL', {});
    expect((await stage.request('DR-3')).votes).toMatchObject([{ choice: 'approve', meeting: 1 }]);
    await stage.command('U0ETHIC', 'meeting DR-3');
    expect(await stage.whispered('U0ETHIC')).toContain('for the chair');
  });

  it('when somebody steps back, the conflict is demanded and nothing more counts from them', async () => {
    await stage.command('U0CISO', 'vote DR-3');
    await stage.use('U0CISO', { block: 'choice', value: 'recuse' });
    const missing = await stage.submit('U0CISO', { choice: 'recuse' });
    expect(Object.keys(missing.errors ?? {})).toEqual(['conflict']);
    await stage.submit('U0CISO', { choice: 'recuse', conflict: 'My brother built it.' });
    await stage.command('U0CISO', 'vote DR-3');
    expect(await stage.whispered('U0CISO')).toContain('stepped back');
    expect((await stage.request('DR-3')).votes).toContainEqual(
      expect.objectContaining({ choice: 'recuse', conflict: 'My brother built it.' }),
    );
  });

  it('when a consulted role advises, the advice stands on the card and in its thread', async () => {
    await stage.press('U0CTO', 'open_consult', 'D0CTO');
    await stage.submit('U0CTO', { role: 'Business Unit Leaders', stance: 'support', text: 'We need it.' });
    expect(await stage.card('DR-3')).toContain('Business Unit Leaders: support');
    expect(await stage.notes()).toContainEqual(expect.stringContaining('We need it.'));
  });
});

describe('a draft', () => {
  it('when it is saved, it is kept for this person only, nothing is submitted, and it can be continued', async () => {
    const before = await stage.test.server.core.stores.ledger.listRequests({ limit: 50 });
    await stage.command('U0EMMA', 'deploy');
    await stage.use('U0EMMA', { block: 'answers.publicFacing', value: 'yes' });
    const half = {
      system: 'half-done',
      'answers.publicFacing': 'yes',
      'evidence.rollback-plan': 'https://w.example.com/r',
    };
    await stage.use('U0EMMA', { action: 'form_draft' }, half);
    await stage.use('U0EMMA', { action: 'form_draft' }, { ...half, version: '0.9' });
    const drafts = (await stage.told('U0EMMA')).filter((m) => m.includes('Draft of a deployment'));
    expect(drafts.length).toBe(1);
    expect(drafts[0]).toContain('half-done 0.9');
    await stage.press('U0EMMA', 'open_draft', 'D0EMMA');
    const text = await stage.viewText('U0EMMA');
    for (const kept of ['half-done', '0.9', 'https://w.example.com/r', 'Limited tier']) expect(text).toContain(kept);
    expect((await stage.test.server.core.stores.ledger.listRequests({ limit: 50 })).length).toBe(before.length);
  });
});

describe('other ways to ask', () => {
  it('when it is like another request, the form is filled in and says what differs', async () => {
    await stage.command('U0EMMA', 'deploy like DR-1');
    expect(await stage.viewText('U0EMMA')).toContain('Filled in from DR-1. Nothing differs yet.');
    await stage.use(
      'U0EMMA',
      { block: 'environment', value: 'production' },
      { ...minimalForm, version: '1.4.3', environment: 'production' },
    );
    expect(await stage.viewText('U0EMMA')).toContain('environment');
    await stage.submit('U0EMMA', { ...minimalForm, version: '1.4.3', environment: 'production' });
    expect((await stage.request('DR-4')).document).toMatchObject({ environment: 'production', replaces: null });
  });

  it('when the use is prohibited, it is refused at submission, recorded, and said', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...minimalForm, system: 'scorer', 'answers.prohibitedUse': 'yes' });
    expect((await stage.request('DR-5')).status).toBe('refused');
    expect((await stage.told('U0EMMA')).at(-1)).toContain('prohibits this use');
    expect(await stage.cards('DR-5')).toEqual([]);
  });

  it('when somebody without the role asks for an emergency, it is refused and kept in the audit', async () => {
    await stage.command('U0MILO', 'emergency');
    expect(await stage.whispered('U0MILO')).toContain('needs one of these roles');
    expect(await stage.refusals()).toContainEqual({ action: 'open_emergency', reason: 'no_break_glass_role' });
  });

  it('when the technology officer deploys in an emergency, it may run for hours and its review is open', async () => {
    await stage.command('U0CTO', 'emergency');
    const without = await stage.submit('U0CTO', { ...minimalForm, system: 'hotfix', reason: ' ' });
    expect(Object.keys(without.errors ?? {})).toEqual(['reason']);
    const urgent = { ...minimalForm, system: 'hotfix', 'evidence.risk-assessment': null };
    expect(await stage.submit('U0CTO', { ...urgent, reason: 'Customers are locked out.' })).toMatchObject({ ok: true });
    const request = await stage.request('DR-6');
    expect(request.breakGlass?.ended).toBe(false);
    expect(await stage.card('DR-6')).toContain('Emergency deployment');
    await stage.command('U0CTO', 'withdraw DR-6');
    expect(await stage.whispered('U0CTO')).toContain('its review is open');
    await stage.pass(25 * 3_600_000);
    expect((await stage.request('DR-6')).breakGlass?.ended).toBe(true);
    expect((await stage.told('U0CTO')).at(-1)).toContain('may not run as an emergency any more');
  });

  it('when the words of a command are not known, or the number, it says what to do', async () => {
    await stage.command('U0EMMA', 'frobnicate');
    expect(await stage.whispered('U0EMMA')).toContain('/governance help');
    await stage.command('U0EMMA', 'show DR-999');
    expect(await stage.whispered('U0EMMA')).toContain('No request with that number');
  });
});

describe('the app home', () => {
  const home = async (as: string): Promise<string> => {
    const text = JSON.stringify(await stage.home(as));
    return text.slice(text.indexOf('Waiting for you'), text.indexOf('Ask something'));
  };

  it('when it is opened, it lists what waits for this person, and not what they have done', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'at-home' });
    const shortId = 'DR-7';
    expect(await home('U0LEGAL')).toContain(shortId);
    await stage.vote('U0LEGAL', shortId, { choice: 'approve', reason: 'Fine.' });
    expect(await home('U0LEGAL')).not.toContain(shortId);
    expect(await home('U0CAIO')).toContain(shortId);
  });

  it('has a button that opens the vote; one that is older than the request opens nothing and is drawn anew', async () => {
    const { id } = await stage.request('DR-7');
    await home('U0CAIO');
    await stage.ask('U0MILO', 'edit DR-7', { ...minimalForm, system: 'at-home', version: '1.4.9' });
    await stage.pressHome('U0CAIO', 'open_vote', id);
    await stage.settle();
    expect((await stage.state('U0CAIO')).views).toEqual([]);
    expect(await stage.refusals()).toContainEqual({ action: 'open_vote', reason: 'old_revision' });
    await stage.pressHome('U0CAIO', 'open_vote', id);
    await stage.submit('U0CAIO', { choice: 'approve', reason: 'Fine.' });
    expect((await stage.request('DR-7')).votes).toHaveLength(1);
  });

  it('has a button that gives no vote to whoever may not vote any more', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'at-home-too' });
    const { id } = await stage.request('DR-8');
    await home('U0LEGAL');
    await stage.approve('DR-8', 'U0CISO', 'U0CAIO');
    await stage.pressHome('U0LEGAL', 'open_vote', id);
    await stage.settle();
    expect((await stage.state('U0LEGAL')).views).toEqual([]);
    expect(await stage.refusals()).toContainEqual({ action: 'open_vote', reason: 'already_decided' });
  });

  it('when the requester is asked something, it waits for them', async () => {
    await stage.ask('U0CAIO', 'ask DR-7', { text: 'Which tickets?' });
    const text = await home('U0MILO');
    expect(text.slice(0, text.indexOf('Your requests'))).toContain('DR-7');
  });
});
