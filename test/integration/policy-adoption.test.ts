/** What was approved is looked at again when it is to take effect; what somebody said no to stays away until it is asked for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, type Stage } from './approval-fixture.ts';
import { rulesStage } from './rules-fixture.ts';

const rules = rulesStage();
let stage: Stage;
beforeAll(() => {
  stage = rules.stage;
});

const policies = () => stage.test.server.systems.policies.read();
const proposals = async () => [...(await policies()).proposals.values()];
const waiting = async () => (await proposals()).findLast(({ status }) => status === 'open');
const inForce = () => stage.test.server.work.forms.policy()?.policy.version;
const command = async (as: string, text: string) => {
  await stage.command(as, text);
  await stage.settle();
};
/** What the administrators decide about who holds which role. */
const decide = async (change: string) => {
  await command('U0CISO', change);
  await command('U0CAIO', 'proposals');
  await stage.pressWhispered('U0CAIO', 'gov_accept');
  await stage.settle();
};
const rename = (from: string, to: string) => (text: string) => text.replace(`version: "${from}"`, `version: "${to}"`);
const putToVote = async () => command('U0CTO', `policy ${(await waiting())?.id} The committee wants it so`);
const approve = async (shortId: string) => {
  await stage.approve(shortId, 'U0LEGAL', 'U0ETHIC', 'U0CAIO');
  await stage.settle();
  expect((await stage.request(shortId)).status).toBe('approved');
};
const lastSaid = async (as: string) => (await stage.told(as)).at(-1) ?? '';
const committeeRead = async () =>
  JSON.stringify((await stage.state('U0CISO')).messages.filter(({ channel }) => channel === 'C0COMMITTEE'));

describe('rules that the committee approved', () => {
  const risk = /(minimal:[\s\S]*?quorum:\n[\s\S]*?)- Chief AI Officer/;

  it('do not take effect when meanwhile nobody could decide an open request under them; everybody hears it', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await rules.edit((text) => rename('1.0', '1.1')(text).replace(risk, '$1- Chief Risk Officer'));
    await putToVote();
    await decide('dismiss U0CTO Chief Risk Officer');
    await approve('PC-1');
    expect(inForce()).toBe('1.0');
    expect((await proposals()).at(-1)).toMatchObject({ status: 'refused', ended: 'strands_requests', vote: 'PC-1' });
    for (const said of [await lastSaid('U0CTO'), await lastSaid('U0CISO'), await committeeRead()]) {
      expect(said).toContain('Version 1.1 of the approval policy is not in force, although PC-1 approved it');
      expect(said).toContain('DR-1 (Chief Risk Officer)');
      expect(said).toContain('/governance appoint');
    }
    expect(await stage.card('PC-1')).toContain('Not in force: nobody could decide these open requests under it');
  });

  it('may be proposed again by an administrator, are voted on anew, and then take effect', async () => {
    await decide('appoint U0EMMA Chief Risk Officer');
    await stage.press('U0CISO', 'gov_again:0', 'D0CISO');
    await stage.settle();
    expect(await waiting()).toMatchObject({ to: { version: '1.1' }, by: await stage.person('U0CISO') });
    await stage.press('U0CAIO', 'gov_again:0', 'D0CAIO');
    await stage.settle();
    expect(await stage.refusals()).toContainEqual({ action: 'policy_rules', reason: 'waits_already' });
    await putToVote();
    await approve('PC-2');
    expect(inForce()).toBe('1.1');
  });

  it('do not take effect when meanwhile nobody could ever change them again', async () => {
    const own = '- anyOf: [Chief AI Officer, Chief Information Security Officer]\n      - { count: 2';
    await rules.edit((text) => rename('1.1', '1.2')(text).replace(own, '- Chief Data Officer\n      - { count: 2'));
    await putToVote();
    await decide('dismiss U0CTO Chief Data Officer');
    await approve('PC-3');
    expect(inForce()).toBe('1.1');
    expect((await proposals()).at(-1)?.ended).toBe('cannot_be_changed_again');
    expect(await lastSaid('U0CTO')).toContain('nobody could ever change it again');
  });

  it('do not take effect in place of others than were voted on, and nobody is left without word', async () => {
    const [PC4, PC5] = ['1.3', '1.4'];
    for (const version of [PC4, PC5]) {
      await rules.edit((text) =>
        text
          .replace(/version: "1\.\d"/, `version: "${version}"`)
          .replace('- Chief Data Officer\n', '- anyOf: [Chief AI Officer, Chief Information Security Officer]\n'),
      );
      await putToVote();
    }
    await approve('PC-4');
    expect(inForce()).toBe('1.3');
    expect(await stage.card('PC-2')).toContain('In force no more: version 1.3 is, since 2026-11-21');
    await approve('PC-5');
    expect(inForce()).toBe('1.3');
    expect((await proposals()).at(-1)?.ended).toBe('stale');
    expect(await lastSaid('U0CTO')).toContain('other rules came into force during the vote');
  });
});

describe('rules that the committee rejected', () => {
  const versions = async () => (await proposals()).map(({ to }) => to.version);

  it('are not proposed again by a start, however often', async () => {
    await rules.edit(rename('1.4', '1.5'));
    await putToVote();
    for (const user of ['U0CAIO', 'U0LEGAL', 'U0ETHIC'])
      if ((await stage.request('PC-6')).decision === null)
        await stage.vote(user, 'PC-6', { choice: 'reject', reason: 'Not needed.' });
    await stage.settle();
    const before = await versions();
    await stage.restart();
    await stage.restart();
    expect(await versions()).toEqual(before);
    expect(await waiting()).toBeUndefined();
  });

  it('are proposed again when an administrator asks for it, and by nobody else', async () => {
    for (const user of ['U0EMMA', 'U0CISO']) {
      await command(user, 'policy');
      expect(JSON.stringify((await stage.state(user)).ephemerals.at(-1)?.blocks)).toContain('was rejected (PC-6)');
      await stage.pressWhispered(user, 'gov_again');
      await stage.settle();
      expect((await waiting())?.by).toBe(user === 'U0CISO' ? await stage.person(user) : undefined);
    }
    expect(await stage.whispered('U0EMMA')).toContain('Only an administrator');
    const before = await versions();
    await stage.restart();
    expect(await versions()).toEqual(before);
  });

  it('as little as those that an administrator refused; another version waits as ever', async () => {
    const by = await stage.person('U0CISO');
    const refuse = { type: 'refuse', proposal: (await waiting())?.id ?? '', reason: '', ended: 'declined' } as const;
    expect(await stage.test.server.systems.policies.act(refuse, by, 'declined')).toMatchObject({ ok: true });
    await stage.restart();
    expect(await waiting()).toBeUndefined();
    await rules.edit(rename('1.5', '1.6'));
    expect((await waiting())?.to.version).toBe('1.6');
  });
});

it('the home tab has the button that puts a waiting policy to the vote, and then the one that decides on it', async () => {
  await stage.home('U0CISO');
  await stage.pressHome('U0CISO', 'gov_vote', (await waiting())?.id);
  await stage.submit('U0CISO', { text: 'Another number' });
  await stage.settle();
  const { id } = await stage.request('PC-7');
  await stage.home('U0LEGAL');
  await stage.pressHome('U0LEGAL', 'open_vote', id);
  await stage.submit('U0LEGAL', { choice: 'approve', reason: 'Read it.' });
  expect((await stage.request('PC-7')).votes).toHaveLength(1);
  await stage.home('U0CISO');
  expect(JSON.stringify(await stage.homeShown('U0CISO'))).toContain('The committee decides on it as PC-7');
});
