/** A changed approval policy through the real app: seen, put to the vote, decided under the old one, in force. */
import { beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, type Stage } from './approval-fixture.ts';
import { rulesStage } from './rules-fixture.ts';

const rules = rulesStage();
let stage: Stage;
beforeAll(() => {
  stage = rules.stage;
});

const { edit } = rules;
const policy = async (as: string, words = '') => {
  await stage.command(as, `policy ${words}`.trim());
  await stage.settle();
  const last = (await stage.state(as)).ephemerals.at(-1);
  return `${last?.text} ${JSON.stringify(last?.blocks)}`;
};
const waiting = async () =>
  [...(await stage.test.server.systems.policies.read()).proposals.values()].findLast((one) => one.status === 'open');
const inForce = () => stage.test.server.work.forms.policy()?.policy.version;

describe('a changed file', () => {
  it('waits, and whoever asks sees in words what it would change', async () => {
    expect(await policy('U0EMMA')).toContain('approval policy: version 1.0');
    await edit((text) =>
      text.replace('version: "1.0"', 'version: "1.1"').replace('deadline: 20 days', 'deadline: 15 days'),
    );
    const shown = await policy('U0EMMA');
    expect(shown).toContain('kinds / deployment / tiers / high / deadline: 20 days becomes 15 days');
    expect(shown).toContain('version: 1.0 becomes 1.1');
    expect(inForce()).toBe('1.0');
  });

  it('is put to the vote by an administrator with a reason, once', async () => {
    const id = (await waiting())?.id ?? '';
    const press = async (as: string) => {
      await stage.pressWhispered(as, 'gov_vote');
      await stage.settle();
    };
    expect(await policy('U0EMMA', `${id} because`)).toContain('Only an administrator');
    for (const user of ['U0EMMA', 'U0CTO', 'U0CAIO']) expect(await policy(user)).toContain('Put 1.1 to the vote');
    await press('U0EMMA');
    expect(await stage.whispered('U0EMMA')).toContain('Only an administrator');
    expect((await stage.state('U0EMMA')).views).toEqual([]);
    expect(await policy('U0CTO', id)).toContain('Why does it change?');
    await policy('U0CTO');
    await press('U0CTO');
    expect(await stage.viewText('U0CTO')).toContain('20 days becomes 15 days');
    await stage.submit('U0CTO', { text: 'Decisions take too long' });
    await stage.settle();
    expect((await stage.told('U0CTO')).join()).toContain('PC-1: the committee decides');
    await press('U0CAIO');
    expect(await stage.whispered('U0CAIO')).toContain('with the committee already');
    expect((await stage.state('U0CAIO')).views).toEqual([]);
  });

  it('shows the committee the difference on the card, and belongs to no single person', async () => {
    const card = await stage.card('PC-1');
    expect(card).toContain('*Change of the rules*');
    expect(card).not.toMatch(/tier\*|Evidence/);
    expect(card).toContain('Approval policy: 1.1 in place of 1.0');
    expect(card).toContain('20 days becomes 15 days');
    expect(card).toContain('Decisions take too long');
    await stage.command('U0CTO', 'vote PC-1');
    const refused = await stage.whispered('U0CTO');
    expect(refused).toContain('You wrote the rules of PC-1 or put them to the vote');
    expect(refused).toContain('separation of duties');
    expect(refused).not.toContain('system');
    await stage.command('U0CISO', 'proposals');
    expect(JSON.stringify((await stage.state('U0CISO')).ephemerals.at(-1))).not.toContain('gov_accept');
  });

  it('takes effect by the decision of the quorum that the policy in force names, and not before', async () => {
    await stage.command('U0LEGAL', 'vote PC-1');
    const form = await stage.viewText('U0LEGAL');
    expect(form).toContain('• kinds / deployment');
    expect(form).not.toMatch(/• •|approve_with_conditions/);
    await stage.approve('PC-1', 'U0LEGAL', 'U0ETHIC');
    await stage.settle();
    expect(inForce()).toBe('1.0');
    await stage.approve('PC-1', 'U0CISO');
    await stage.settle();
    expect(inForce()).toBe('1.1');
    const card = await stage.card('PC-1');
    expect(card).toContain('In force since 2026-11-21');
    expect(card).toContain('20 days becomes 15 days');
    expect((await stage.request('PC-1')).terms.policyVersion).toBe('1.0');
    const adopted = (await stage.test.server.core.stores.ledger.readStream('policy')).events.at(-1);
    expect(adopted).toMatchObject({ type: 'policy.adopted', data: { basis: 'vote', request: 'PC-1' } });
  });

  it('stays in force when the file is put back; the old rules wait only under another name', async () => {
    const kept = await rules.text();
    await edit((text) =>
      text.replace('version: "1.1"', 'version: "1.0"').replace('deadline: 15 days', 'deadline: 20 days'),
    );
    expect(inForce()).toBe('1.1');
    expect(await waiting()).toBeUndefined();
    await edit((text) => text.replace('version: "1.0"', 'version: "1.0 again"'));
    expect(inForce()).toBe('1.1');
    expect((await waiting())?.to.version).toBe('1.0 again');
    await edit(() => kept);
    expect(await waiting()).toBeUndefined();
  });

  it('cannot be suspended, revoked or closed by anybody afterwards', async () => {
    for (const word of ['suspend', 'revoke', 'close', 'edit', 'renew']) {
      await stage.command('U0CAIO', `${word} PC-1`);
      expect((await stage.state('U0CAIO')).views).toEqual([]);
    }
  });
});

describe('a file that must not come into force', () => {
  it('when the committee rejects it, the proposal ends', async () => {
    await edit((text) => text.replace('version: "1.1"', 'version: "1.2"'));
    const id = (await waiting())?.id ?? '';
    await policy('U0CISO', `${id} Another number`);
    for (const user of ['U0CAIO', 'U0LEGAL', 'U0ETHIC'])
      if ((await stage.request('PC-2')).decision === null)
        await stage.vote(user, 'PC-2', { choice: 'reject', reason: 'Not needed.' });
    await stage.settle();
    expect((await stage.request('PC-2')).status).toBe('rejected');
    expect(await waiting()).toBeUndefined();
    expect(inForce()).toBe('1.1');
  });

  it('when it would leave open requests without anybody to decide them, it is refused with their ids', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await edit((text) =>
      text
        .replace('version: "1.2"', 'version: "1.3"')
        .replace(/(minimal:[\s\S]*?quorum:\n[\s\S]*?)- Chief AI Officer/, '$1- Chief Wizard'),
    );
    const id = (await waiting())?.id ?? '';
    const said = await policy('U0CISO', `${id} A wizard decides`);
    expect(said).toContain('nobody could decide these open requests');
    expect(said).toContain('DR-1 (Chief Wizard)');
    await expect(stage.request('PC-3')).rejects.toThrow();
  });

  it('when nobody could ever change it again, it is refused', async () => {
    await edit((text) =>
      text
        .replace('version: "1.3"', 'version: "1.4"')
        .replace('- Chief Wizard', '- Chief AI Officer')
        .replace('- anyOf: [Chief AI Officer, Chief Information Security Officer]', '- Chief Wizard'),
    );
    const id = (await waiting())?.id ?? '';
    expect(await policy('U0CISO', `${id} Never again`)).toContain('nobody could ever change it again');
    expect(inForce()).toBe('1.1');
  });
});
