/** The policy is data: another file leads to another outcome, and an open request keeps the version it came under. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';

const SHIPPED = join(import.meta.dirname, '..', '..', 'knowledge');
let folder: string;

/** The shipped knowledge with changed lines in the approval policy. */
async function withPolicy(change: (text: string) => string): Promise<void> {
  const file = join(folder, 'approval-policy.yaml');
  const before = await readFile(join(SHIPPED, 'approval-policy.yaml'), 'utf8');
  const after = change(before);
  if (after === before) throw new Error('the policy was not changed');
  await writeFile(file, after);
}

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'countersign-knowledge-')), 'knowledge');
  await cp(SHIPPED, folder, { recursive: true });
});
afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

describe('an edited policy', () => {
  let stage: Stage;
  beforeAll(async () => {
    // On the lowest tier: the Chief AI Officer alone with the ethics board, and a question that makes a tier high.
    await withPolicy((text) =>
      text
        .replace(
          '- anyOf: [Chief Information Security Officer, Legal Team, Data Protection Officer, AI Ethics Review Board]',
          '- AI Ethics Review Board',
        )
        .replace(
          '- tier: limited\n    kinds: [deployment, use-case]\n    when: { thirdParty: true }',
          '- tier: high\n    kinds: [deployment, use-case]\n    when: { thirdParty: true }',
        ),
    );
    stage = await openStage({ knowledgeFolder: folder });
  });
  afterAll(() => stage.close());

  it('when the quorum names another role, the same two votes decide nothing, and the named role does', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await stage.approve('DR-1', 'U0CAIO', 'U0ETHIC');
    expect((await stage.request('DR-1')).status).toBe('approved');
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'other' });
    await stage.approve('DR-2', 'U0CAIO');
    await stage.command('U0CISO', 'vote DR-2');
    expect(await stage.whispered('U0CISO')).toContain('Your roles do not decide on DR-2');
    expect((await stage.request('DR-2')).decision).toBeNull();
  });

  it('when a rule gives another tier, the form shows it', async () => {
    await stage.command('U0MILO', 'deploy');
    await stage.use('U0MILO', { block: 'answers.thirdParty', value: 'yes' });
    expect(await stage.viewText('U0MILO')).toContain('High tier');
  });

  it('when a later file differs, it waits for two administrators and the open request is judged as before', async () => {
    await withPolicy((text) => text.replace('validity: 365 days', 'validity: 30 days'));
    const { policyHash } = (await stage.request('DR-2')).terms;
    await stage.restart();
    await stage.approve('DR-2', 'U0ETHIC');
    const request = await stage.request('DR-2');
    expect(request).toMatchObject({ status: 'approved', terms: { policyHash } });
    const days = ((request.decision?.validUntilMs ?? 0) - (request.decision?.atMs ?? 0)) / 86_400_000;
    expect(Math.round(days)).toBe(365);
  });
});

describe('a role that nobody holds', () => {
  let stage: Stage;
  beforeAll(async () => {
    await withPolicy((text) =>
      text.replace(
        '- anyOf: [Chief Information Security Officer, Legal Team, Data Protection Officer, AI Ethics Review Board]',
        '- Chief Sustainability Officer',
      ),
    );
    stage = await openStage({ knowledgeFolder: folder });
  });
  afterAll(() => stage.close());

  it('when the form opens, it says which place nobody can fill and who can name a holder', async () => {
    await stage.command('U0MILO', 'deploy');
    const text = await stage.viewText('U0MILO');
    expect(text).toContain('Nobody can fill: Chief Sustainability Officer');
    expect(text).toMatch(/<@U0CISO> or <@U0CAIO>|<@U0CAIO> or <@U0CISO>/);
  });

  it('when it is submitted all the same, it is refused with the same names, and nothing is stored', async () => {
    await stage.submit('U0MILO', minimalForm);
    const said = await stage.whispered('U0MILO');
    expect(said).toContain('Chief Sustainability Officer');
    expect(said).toContain('<@U0CISO>');
    expect(await stage.test.server.core.stores.ledger.listRequests({ limit: 5 })).toEqual([]);
    expect(await stage.refusals()).toContainEqual({ action: 'deploy', reason: 'quorum_unreachable' });
  });
});
