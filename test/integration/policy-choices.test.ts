/** `/governance rules` through the real app: an administrator chooses, the committee votes, the next request is judged by it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answers, DAY, minimalForm, type Stage } from './approval-fixture.ts';
import { rulesStage } from './rules-fixture.ts';

const own = rulesStage();
let stage: Stage;
beforeAll(() => {
  stage = own.stage;
});

const MINIMAL = { kind: 'deployment', tier: 'minimal' } as const;
/** The form of a kind and tier with what stands there, as the page would send it. */
const standing = async (as: string): Promise<Record<string, string | string[]>> => {
  const { blocks } = await stage.view(as);
  const found = (blocks as unknown as readonly Shown[]).flatMap(({ type, block_id, element }) => {
    const listed =
      element?.type === 'multi_static_select' ? (element.initial_options ?? []).map((o) => o.value) : undefined;
    const value = element?.initial_value ?? element?.initial_option?.value ?? listed;
    return type === 'input' && value !== undefined ? [[block_id, value]] : [];
  });
  return Object.fromEntries(found) as Record<string, string | string[]>;
};
type Shown = {
  readonly type: string;
  readonly block_id: string;
  readonly element?: {
    readonly type: string;
    readonly initial_value?: string;
    readonly initial_option?: { readonly value: string };
    readonly initial_options?: readonly { readonly value: string }[];
  };
};
/** Opens the form and chooses kind and tier, as a person does one after the other. */
const open = async (as: string, scope: { readonly kind: string; readonly tier: string } = MINIMAL) => {
  await stage.command(as, 'rules');
  await stage.use(as, { block: 'kind', value: scope.kind });
  await stage.use(as, { block: 'tier', value: scope.tier }, { kind: scope.kind });
};
const choose = async (
  as: string,
  change: Answers,
  scope: { readonly kind: string; readonly tier: string } = MINIMAL,
) => {
  await open(as, scope);
  const changed = Object.fromEntries(
    Object.entries(change).map(([field, value]) => [`${scope.kind}.${scope.tier}.${field}`, value]),
  );
  const result = await stage.submit(as, { ...(await standing(as)), ...scope, ...changed });
  await stage.settle();
  return result;
};
const rules = async () => stage.test.server.systems.policies.read();
const waiting = async () => [...(await rules()).proposals.values()].filter(({ status }) => status === 'open');
const inForce = () => stage.test.server.work.forms.policy()?.policy;

describe('an administrator', () => {
  it('sees what stands there once kind and tier are chosen', async () => {
    await stage.command('U0CISO', 'rules');
    expect(await stage.viewText('U0CISO')).not.toContain('Deadline');
    await open('U0CISO', { kind: 'deployment', tier: 'high' });
    expect(await standing('U0CISO')).toMatchObject({
      kind: 'deployment',
      tier: 'high',
      'deployment.high.deadline': '20 days',
      'deployment.high.minimumReview': '3 days',
      'deployment.high.reminders': '7 days, 2 days',
      'deployment.high.consulted.1.within': '3 days',
      'deployment.high.capturedEvidence': 'yes',
      'deployment.high.quorum.3.count': '1',
      'deployment.high.quorum.3.roles': ['Data Protection Officer', 'Legal Team'],
      'deployment.high.quorum.5.roles': [],
      'deployment.high.breakGlass.roles': expect.arrayContaining(['Head of AI Operations']),
    });
    expect(await stage.viewText('U0CISO')).toContain('Legal Team or Data Protection Officer');
  });

  it('is told of a mistake on its field, and nothing waits', async () => {
    const mistakes = [
      [{ deadline: 'soon' }, 'deadline'],
      [{ minimumReview: '5 days' }, 'minimumReview'],
      [{ 'quorum.0.count': '9' }, 'quorum.0.count'],
      [{ 'quorum.0.roles': [], 'quorum.1.roles': [] }, 'quorum.0.count'],
      [{ suspend: [] }, 'suspend'],
      [{}, 'minimumReview'],
    ] as const;
    for (const [change, field] of mistakes) {
      const { errors } = await choose('U0CISO', change);
      expect(Object.keys(errors ?? {})).toEqual([`deployment.minimal.${field}`]);
    }
    expect(await waiting()).toEqual([]);
  });

  it('proposes; what it changes is said in words, and nothing is in force', async () => {
    const before = (await stage.told('U0CISO')).length;
    await choose('U0CISO', { deadline: '4 days' });
    const news = (await stage.told('U0CISO')).slice(before).join('\n');
    expect(news).toContain('kinds / deployment / tiers / minimal / deadline: 5 days becomes 4 days');
    expect(news).toContain('Put 1.1 to the vote');
    expect((await waiting()).map(({ to }) => to.version)).toEqual(['1.1']);
    expect(inForce()?.version).toBe('1.0');
  });

  it('goes on from the own proposal, which the new one replaces', async () => {
    await choose('U0CISO', { validity: '300 days' });
    const [only, ...more] = await waiting();
    expect(more).toEqual([]);
    expect(only?.to.version).toBe('1.1');
    const said = JSON.stringify((await stage.told('U0CISO')).at(-1));
    expect(said).toContain('5 days becomes 4 days');
    expect(said).toContain('365 days becomes 300 days');
  });

  it('whose form is older than the proposal proposes nothing', async () => {
    const { choices } = stage.test.server.systems;
    const person = await stage.person('U0CISO');
    await open('U0CISO');
    const values = { ...(await standing('U0CISO')), 'deployment.minimal.deadline': '2 days' };
    const older = (await rules()).inForce.get('approval-policy')?.sha256;
    const form = { about: JSON.stringify({ b: older }), values };
    const result = await choices.propose(form, { person, commandId: 'older', at: stage.now() });
    expect(result).toMatchObject({ ok: false, reason: 'stale' });
    expect(await waiting()).toHaveLength(1);
  });

  it('does not go on from somebody else’s proposal, nor replace it', async () => {
    await choose('U0CAIO', { deadline: '3 days' });
    expect((await waiting()).map(({ to }) => to.version)).toEqual(['1.1', '1.2']);
    const said = JSON.stringify((await stage.told('U0CAIO')).at(-1));
    expect(said).toContain('5 days becomes 3 days');
    expect(said).not.toContain('300 days');
  });

  it('alone puts nothing in force: no acceptance, no vote of the one who wrote it', async () => {
    const [first] = await waiting();
    const result = await stage.test.server.systems.policies.act(
      { type: 'support', proposal: first?.id ?? '' },
      await stage.person('U0CAIO'),
      'a second administrator',
    );
    expect(result).toMatchObject({ ok: false, reason: 'by_vote' });
    await stage.command('U0CTO', `policy ${first?.id} Four days are enough`);
    await stage.settle();
    for (const who of ['U0CISO', 'U0CTO']) {
      await stage.command(who, 'vote PC-1');
      expect(await stage.whispered(who)).toContain('separation of duties');
    }
    expect(inForce()?.version).toBe('1.0');
  });
});

it('the committee decides, and the next request is judged by it; an open one is not', async () => {
  await stage.ask('U0MILO', 'deploy', minimalForm);
  expect((await stage.request('DR-1')).terms).toMatchObject({ deadlineMs: 5 * DAY, policyVersion: '1.0' });
  await stage.approve('PC-1', 'U0LEGAL', 'U0ETHIC', 'U0CAIO');
  await stage.settle();
  expect((await stage.request('PC-1')).status).toBe('approved');
  expect(inForce()?.version).toBe('1.1');
  await stage.ask('U0MILO', 'deploy', { ...minimalForm, version: '1.5.0' });
  expect((await stage.request('DR-2')).terms).toMatchObject({
    deadlineMs: 4 * DAY,
    validityMs: 300 * DAY,
    policyVersion: '1.1',
  });
  expect((await stage.request('DR-1')).terms.deadlineMs).toBe(5 * DAY);
});

describe('the file on the server', () => {
  it('that still holds the rules from before is not proposed at a start, however often', async () => {
    const before = (await waiting()).length;
    await stage.restart();
    await stage.restart();
    expect(inForce()?.version).toBe('1.1');
    expect(await waiting()).toHaveLength(before);
  });

  it('that changes to other rules waits as ever', async () => {
    const before = (await waiting()).length;
    await own.edit((text) => text.replace('version: "1.0"', 'version: "2.0"'));
    expect(inForce()?.version).toBe('1.1');
    expect((await waiting()).map(({ to }) => to.version)).toContain('2.0');
    await own.edit((text) => text.replace('version: "2.0"', 'version: "1.0"'));
    expect(await waiting()).toHaveLength(before);
  });
});

describe('somebody who does not administer', () => {
  it('gets no form', async () => {
    await stage.command('U0EMMA', 'rules');
    expect((await stage.state('U0EMMA')).views).toEqual([]);
    expect(await stage.whispered('U0EMMA')).toContain('Only an administrator');
    expect(await stage.refusals()).toContainEqual({ action: 'policy_rules', reason: 'not_admin' });
  });

  it('any more by the time the form is sent proposes nothing', async () => {
    const before = (await waiting()).length;
    const { choices } = stage.test.server.systems;
    const person = await stage.person('U0EMMA');
    const hash = (await choices.startOf(person)) ?? '';
    await open('U0CTO');
    const values = { ...(await standing('U0CTO')), ...MINIMAL, 'deployment.minimal.deadline': '3 days' };
    const result = await choices.propose(
      { about: JSON.stringify({ b: hash }), values },
      { person, commandId: 'emma', at: stage.now() },
    );
    expect(result).toMatchObject({ ok: false, reason: 'not_admin' });
    expect(await waiting()).toHaveLength(before);
  });
});

it('an administrator chooses who decides, with which evidence, and who stops; each difference is said in words', async () => {
  await choose('U0CTO', {
    evidence: ['risk-assessment', 'bias-test'],
    'quorum.1.roles': ['Legal Team', 'Data Protection Officer'],
    'quorum.2.roles': ['AI Governance Committee'],
    suspend: ['Security Team', 'Chief AI Officer'],
  });
  const said = (await stage.told('U0CTO')).at(-1);
  for (const line of [
    'minimal / evidence: also bias-test',
    'minimal / quorum: also anyOf Legal Team, Data Protection Officer; count 1',
    'minimal / quorum: also anyOf AI Governance Committee; count 1',
    'kinds / deployment / suspend: without Chief Technology Officer',
  ])
    expect(said).toContain(line);
  await stage.command('U0CISO', `policy ${(await waiting()).at(-1)?.id} Fewer who stop, more who decide`);
  await stage.settle();
  await stage.approve('PC-2', 'U0LEGAL', 'U0ETHIC', 'U0CAIO');
  await stage.settle();
  await stage.ask('U0MILO', 'deploy', {
    ...minimalForm,
    version: '1.6.0',
    'evidence.bias-test': 'https://wiki.example.com/bias',
  });
  const { quorum, suspendRoles, evidence } = (await stage.request('DR-3')).terms;
  expect(quorum.map(({ anyOf }) => anyOf.length)).toEqual([1, 2, 1]);
  expect(suspendRoles).toEqual(['Chief AI Officer', 'Security Team']);
  expect(evidence.map(({ kind }) => kind)).toEqual(['risk-assessment', 'bias-test']);
});
