/** Governance in Slack, through the real app: roles, proposals by button, a suspension by command, the way back. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { manifestDigest } from '#src/systems/manifest.ts';
import { approved, DIGEST, deployment } from './deployments.ts';
import { until } from './sandbox-fixture.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer({ env: { COUNTERSIGN_ADMINS: 'U0CISO,U0CAIO,U0CTO' } });
});
afterAll(() => test.close());

const say = async (as: string, text: string) => {
  await test.driver.command(as, 'C0ASK', `/governance ${text}`);
  await test.server.idle();
  const last = (await test.driver.state(as)).ephemerals.at(-1);
  return `${last?.text} ${JSON.stringify(last?.blocks)}`;
};
/** Presses the button of one step in the answer that only this person sees; what is answered then. */
const tickOff = async (as: string, step: string) => {
  await test.driver.pressUnseen(as, `${step} old bot`);
  await test.server.idle();
  return (await test.driver.state(as)).ephemerals.at(-1)?.text ?? '';
};
const holders = async (role: string) => {
  const { assignments } = await test.server.core.desk.roster();
  const users = await test.server.core.stores.people.slackUsersOf(assignments.map((a) => a.person));
  return assignments.filter((a) => a.role === role).map((a) => users.get(a.person));
};
/** The day this many days from now. */
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const usersOf = async (persons: readonly string[]) => {
  const users = await test.server.core.stores.people.slackUsersOf(persons);
  return persons.map((one) => users.get(one));
};
const standsIn = async () => {
  const { assignments } = await test.server.core.desk.roster();
  const handed = assignments.filter((a) => a.basis === 'delegation');
  return Promise.all(handed.map(async (a) => [...(await usersOf([a.onBehalfOf ?? '', a.person])), a.role]));
};
const absent = async () => usersOf((await test.server.core.desk.roster()).absent);
const gate = async (system: string) =>
  (
    await test.server.systems.gate.ask(
      { system, version: '1.4.0', digest: DIGEST, environment: 'staging' },
      { token: 't' },
    )
  )?.allowed;

describe('roles', () => {
  it('are listed with those that nobody holds', async () => {
    const shown = await say('U0EMMA', 'roles');
    expect(shown).toContain('Chief AI Officer: <@U0CAIO>');
    expect(shown).not.toContain('appoint U024BE7LH');
  });

  it('by somebody who does not administer nothing is proposed', async () => {
    expect(await say('U0EMMA', 'appoint U0EMMA Legal Team')).toContain('Only an administrator');
  });

  it('an appointment is proposed, shown to the administrators, and takes effect with the second one', async () => {
    expect(await say('U0CISO', `appoint U0EMMA legal team until ${day(200)}`)).toContain('It takes 1 more');
    expect(await holders('Legal Team')).not.toContain('U0EMMA');
    await test.driver.press('U0CISO', 'D0CISO', 'gov_accept:0');
    expect(await holders('Legal Team')).not.toContain('U0EMMA');
    await test.driver.press('U0CAIO', 'D0CAIO', 'gov_accept:0');
    expect(await holders('Legal Team')).toContain('U0EMMA');
    expect((await test.driver.state('U0CAIO')).ephemerals.at(-1)?.text).toContain('in force');
  });

  it('a holder hands on a role for a time and with a reason, one administrator agrees, and it is taken back', async () => {
    const until = day(30);
    expect(await say('U0LEGAL', `delegate U0MILO Legal Team until ${until}`)).toContain('Why?');
    expect(await say('U0LEGAL', `delegate U0MILO Legal Team until ${day(120)} because of a sabbatical`)).toContain(
      'at most three months',
    );
    expect(await say('U0EMMA', `delegate U0MILO Chief AI Officer until ${until} because I may`)).toContain(
      'only a role that you hold',
    );
    expect(await say('U0LEGAL', `delegate U0MILO Legal Team until ${until} because I am on leave`)).toContain(
      'It takes 1 more',
    );
    expect(await standsIn()).toEqual([]);
    expect(JSON.stringify((await test.driver.state('U0CISO')).messages)).toContain('Why: I am on leave');
    await test.driver.press('U0CISO', 'D0CISO', 'gov_accept:0');
    expect(await standsIn()).toEqual([['U0LEGAL', 'U0MILO', 'Legal Team']]);
    expect(await say('U0EMMA', 'takeback U0MILO Legal Team')).toContain('Only its holder');
    expect(await say('U0LEGAL', 'takeback U0MILO legal team')).toContain('no longer stands in');
    expect(await standsIn()).toEqual([]);
    expect(await say('U0LEGAL', 'takeback U0MILO Legal Team')).toContain('nothing changed');
  });

  it('who is away says until when, and comes back', async () => {
    expect(await say('U0CAIO', `absent until ${day(-1)}`)).toContain('Nothing was recorded');
    expect(await say('U0CAIO', `absent until ${day(7)}`)).toContain('You are away');
    expect(await absent()).toEqual(['U0CAIO']);
    expect(await say('U0CAIO', 'back')).toContain('You are back');
    expect(await absent()).toEqual([]);
    expect(await say('U0CAIO', 'back')).toContain('nothing changed');
  });

  it('an appointment for later names its first and last day, and nobody holds the role before', async () => {
    expect(await say('U0CISO', `appoint U0AUDIT Legal Team from ${day(10)} until ${day(20)}`)).toContain(
      `becomes Legal Team from ${day(10)} until ${day(20)}`,
    );
    await test.driver.press('U0CAIO', 'D0CAIO', 'gov_accept:0');
    expect(await holders('Legal Team')).not.toContain('U0AUDIT');
    expect(await say('U0CISO', 'appoint U0AUDIT Legal Team from 2026-02-30')).toContain('Whom, and which role?');
  });

  it('a proposal that is waiting can be looked up and refused', async () => {
    await say('U0CTO', 'dismiss U0EMMA Legal Team');
    expect(await say('U0CISO', 'proposals')).toContain('is no longer Legal Team');
    await test.driver.press('U0CISO', 'D0CISO', 'gov_refuse:1');
    expect(await holders('Legal Team')).toContain('U0EMMA');
  });
});

describe('a system', () => {
  it('is shown with its owner, what runs and what waits, nothing of it as markup', async () => {
    await approved(test.server, deployment({ system: 'shown', purpose: 'Sorts *mail* <!channel> & more.' }));
    await test.server.idle();
    const card = await say('U0EMMA', 'system shown');
    expect(card).toContain('shown: approved, minimal tier');
    expect(card).toContain('Owner <@U0MILO>');
    expect(card).not.toContain('<!channel>');
    expect(card).toMatch(/1\.4\.0 in staging \(abababab\): DR-\d+ approved\. Gate: yes, DR-\d+ permits it until/);
    expect(await say('U0EMMA', 'systems')).toContain('shown: approved');
    expect(await say('U0EMMA', 'system nothing')).toContain('no system');
  });

  it('is stopped by one command of a named role, and the committee is told', async () => {
    expect(await gate('shown')).toBe(true);
    expect(await say('U0EMMA', 'suspend shown INC-9 leak')).toContain('takes one of these roles');
    expect(await gate('shown')).toBe(true);
    expect(await say('U0CISO', 'suspend shown INC-9 customer data in the output')).toContain(
      'Stopped: the system shown',
    );
    expect(await gate('shown')).toBe(false);
    await test.server.idle();
    const committee = (await test.driver.state('U0CISO')).messages.filter((m) => m.channel === 'C0COMMITTEE');
    expect(committee.some((m) => m.text.includes('Incident INC-9'))).toBe(true);
    const owner = (await test.driver.state('U0MILO')).messages.filter((m) => m.channel === 'D0MILO');
    expect(owner.some((m) => m.text.includes('Incident INC-9'))).toBe(true);
  });

  it('comes back by review, fresh decision and lift', async () => {
    const [hold] = await test.server.core.stores.records.list({ kind: 'hold', status: ['active'] });
    expect(await say('U0CISO', 'holds')).toContain('incident INC-9');
    expect(await say('U0CISO', `review ${hold?.id} the output filter was off; it is on`)).toContain('is recorded');
    const [old] = await test.server.core.stores.ledger.listRequests({ systemId: 'shown', limit: 1 });
    expect(await say('U0CISO', `lift ${hold?.id} ${old?.shortId}`)).toContain('Not lifted');
    const fresh = await approved(test.server, deployment({ system: 'shown', replaces: old?.id ?? '' }));
    // The beginning of the id is enough, as the message says it.
    const short = hold?.id.slice(0, 8);
    expect(await say('U0CISO', 'holds')).toContain(`${short}: the system shown`);
    expect(await say('U0CISO', `lift ${short} ${fresh.shortId}`)).toContain('Lifted');
    expect(await gate('shown')).toBe(true);
  });

  it('a name that the inventory does not know is stopped all the same, and said to be unknown', async () => {
    const slip = await say('U0CISO', 'suspend Showm INC-10 leak');
    expect(slip).toContain('Stopped: the system Showm');
    expect(slip).toContain('The inventory has no system');
    expect(await say('U0CISO', 'suspend version shown 9.9.9 INC-11 leak')).toContain('No version 9.9.9 of shown');
    expect(await say('U0CISO', 'suspend version shown 1.4.0 INC-12 leak')).not.toContain('No version');
  });

  it('what cannot be understood is answered with how it is written', async () => {
    expect(await say('U0CISO', 'suspend shown')).toContain('Nothing was stopped: the number of the incident');
    expect(await say('U0CISO', 'review')).toContain('there is no such hold');
    expect(await say('U0CISO', 'dismiss')).toContain('/governance dismiss U024BE7LH');
    expect(await say('U0CISO', 'show')).toContain('Which request?');
    expect(await say('U0CISO', 'absent')).toContain('Until when');
  });
});

describe('what a version is made of, by form', () => {
  const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;
  const answers = {
    artefacts: `model.onnx ${digestOf('a')}`,
    prompts: `system.md ${digestOf('b')}`,
    provider: 'Nimbus AI',
    service: 'chat',
    serviceVersion: 'latest',
    pinning: 'alias',
    region: 'eu-west',
    contract: 'C-118',
    reviewEveryDays: '30',
  };
  const open = async (as: string, text: string) => {
    await test.driver.command(as, 'C0ASK', `/governance ${text}`);
    await test.server.idle();
  };
  const answered = async (as: string) =>
    JSON.stringify((await test.driver.state(as)).messages.filter((m) => m.channel === `D${as.slice(1)}`).at(-1));
  const submit = async (as: string, form: Readonly<Record<string, string>>) => {
    const result = await test.driver.submit(as, form);
    await test.server.idle();
    return result;
  };

  it('names at each field what is wrong, then gives the digest that the parts have by anybody’s count', async () => {
    await approved(test.server, deployment({ system: 'Mail Sorter' }));
    await test.server.idle();
    await open('U0MILO', 'version Mail Sorter 2.0.0');
    const names = { system: 'Mail Sorter', version: '2.0.0' };
    const bad = await submit('U0MILO', { ...names, ...answers, artefacts: 'model.onnx', reviewEveryDays: '' });
    expect(Object.keys(bad.errors ?? {})).toEqual(['artefacts']);
    const later = await submit('U0MILO', { ...names, ...answers, reviewEveryDays: '' });
    expect(Object.keys(later.errors ?? {})).toEqual(['reviewEveryDays']);
    expect(await submit('U0MILO', { ...names, ...answers })).toMatchObject({ ok: true });
    const vendor = { provider: 'Nimbus AI', service: 'chat', version: 'latest', pinning: 'alias' as const };
    const digest = manifestDigest({
      format: 'countersign-manifest/1',
      artefacts: [{ name: 'model.onnx', digest: digestOf('a') }],
      vendors: [{ ...vendor, region: 'eu-west', contract: 'C-118', reviewEveryDays: 30 }],
      prompts: [{ name: 'system.md', digest: digestOf('b') }],
      adapters: [],
      retrieval: [],
    });
    expect(await answered('U0MILO')).toContain(`Mail Sorter 2.0.0 is ${digest}`);
    const state = await test.server.systems.inventory.read('mail sorter');
    expect(state?.versions.find((one) => one.digest === digest)).toMatchObject({
      version: '2.0.0',
      vendors: ['Nimbus AI'],
      reviewEveryDays: 30,
    });
  });

  it('gives a stranger the digest and records nothing; an unknown system is said to be unknown', async () => {
    await open('U0EMMA', 'version');
    await submit('U0EMMA', { system: 'Mail Sorter', version: '3', artefacts: `model.onnx ${digestOf('c')}` });
    expect(await answered('U0EMMA')).toContain('only the owner');
    expect((await test.server.systems.inventory.read('mail sorter'))?.versions.map((v) => v.version)).not.toContain(
      '3',
    );
    await open('U0EMMA', 'version Nowhere 1');
    await submit('U0EMMA', { system: 'Nowhere', version: '1', artefacts: `model.onnx ${digestOf('c')}` });
    expect(await answered('U0EMMA')).toContain('does not know the system yet');
    expect(await test.server.systems.inventory.read('Nowhere')).toBeNull();
  });
});

describe('what an owner states about a system', () => {
  const direct = async (as: string) =>
    (await test.driver.state(as)).messages.filter((m) => m.channel === `D${as.slice(1)}`).at(-1)?.text;
  const open = async (as: string, name: string) => {
    await test.driver.command(as, 'C0ASK', `/governance describe ${name}`);
    await test.server.idle();
  };
  const submit = async (as: string, answers: Readonly<Record<string, string>>) => {
    const result = await test.driver.submit(as, answers);
    await test.server.idle();
    return result;
  };
  const facts = {
    purpose: 'Sorts mail.',
    owner: 'U0MILO',
    data: 'CRM = confidential\nNews=public',
    lineage: 'Base model 4',
    vendors: 'Nimbus AI',
    links: 'model-card https://wiki.example.com/card',
    ssrm: 'AIC',
  };

  it('names the line that cannot be read, then stands in the inventory', async () => {
    await open('U0MILO', 'mail sorter');
    const bad = await submit('U0MILO', { ...facts, data: 'News = public\nCRM = secret', links: 'nowhere' });
    expect(bad.errors).toMatchObject({
      data: expect.stringMatching(/^Line 2: /),
      links: expect.stringMatching(/^Line 1: /),
    });
    expect(await submit('U0MILO', facts)).toMatchObject({ ok: true });
    expect(await direct('U0MILO')).toContain('Stated: Mail Sorter');
    expect(await test.server.systems.inventory.read('Mail Sorter')).toMatchObject({
      purpose: 'Sorts mail.',
      data: [
        { name: 'CRM', classification: 'confidential' },
        { name: 'News', classification: 'public' },
      ],
      ssrm: 'AIC',
    });
  });

  it('is not stated by others, nor from a form that is older than the system', async () => {
    await open('U0EMMA', 'Mail Sorter');
    await submit('U0EMMA', { ...facts, owner: 'U0EMMA' });
    expect(await direct('U0EMMA')).toContain('only the owner');
    await open('U0MILO', 'Mail Sorter');
    await open('U0CISO', 'Mail Sorter');
    await submit('U0CISO', { ...facts, purpose: 'Sorts mail by topic.' });
    await submit('U0MILO', { ...facts, purpose: 'Something else.' });
    expect(await direct('U0MILO')).toContain('changed while the form was open');
    expect((await test.server.systems.inventory.read('Mail Sorter'))?.purpose).toBe('Sorts mail by topic.');
  });
});

describe('a captured file', () => {
  it('is taken back by who brought it, named by the beginning of its sha256, and by nobody else', async () => {
    const by = { person: await test.server.core.stores.people.personFor('U0EMMA', null), commandId: 'capture-1' };
    const about = {
      kind: 'bias-test',
      title: 'Bias',
      version: '1',
      date: '2026-10-01T00:00:00.000Z',
      validUntil: null,
    };
    const source = 'https://wiki.example.com/bias';
    const kept = await test.server.systems.evidence.capture(
      Buffer.from('No bias was found.'),
      { ...about, systems: ['Mail Sorter'], source },
      by,
    );
    const sha256 = kept.ok ? kept.file.sha256 : '';
    expect(await say('U0EMMA', 'withdraw-file')).toContain('Which file, and why?');
    expect(await say('U0EMMA', 'withdraw-file 0000000000 wrong')).toContain('Nothing was withdrawn');
    expect(await say('U0MILO', `withdraw-file ${sha256.slice(0, 12)} I do not like it`)).toContain('Only who brought');
    expect((await test.server.systems.evidence.read(sha256))?.withdrawn).toBe(false);
    expect(await say('U0EMMA', `withdraw-file sha256:${sha256.slice(0, 12)} the sample was wrong`)).toContain(
      'Withdrawn',
    );
    expect((await test.server.systems.evidence.read(sha256))?.withdrawn).toBe(true);
  });
});

describe('the risk register', () => {
  const risk = {
    asset: 'Mail Sorter',
    threat: 'Somebody *injects* a prompt',
    vulnerability: 'No filter',
    likelihood: '3',
    impact: '5',
    treatment: 'mitigate',
    owner: 'U0EMMA',
    reviewBy: day(90),
    systems: 'Mail Sorter',
    requests: 'DR-1',
  };
  const open = async (as: string, text: string) => {
    await test.driver.command(as, 'C0ASK', `/governance ${text}`);
    await test.server.idle();
  };
  const submit = async (as: string, change: Readonly<Record<string, string>> = {}) => {
    const result = await test.driver.submit(as, { ...risk, ...change });
    await test.server.idle();
    return result;
  };
  const direct = async (as: string) =>
    (await test.driver.state(as)).messages.filter((m) => m.channel === `D${as.slice(1)}`).at(-1);

  it('takes a risk from whoever answers for it, with what is wrong at its field', async () => {
    await open('U0EMMA', 'risk');
    const bad = await submit('U0EMMA', { requests: 'that one' });
    expect(Object.keys(bad.errors ?? {})).toEqual(['requests']);
    expect(await submit('U0EMMA')).toMatchObject({ ok: true });
    expect((await direct('U0EMMA'))?.text).toContain('RK-1, high (3 × 5)');
    expect(JSON.stringify(await direct('U0EMMA'))).not.toContain('*injects*');
    await open('U0AUDIT', 'risk');
    await submit('U0AUDIT');
    expect((await direct('U0AUDIT'))?.text).toContain('risks that you answer for');
    expect(await say('U0AUDIT', 'risks')).toContain('RK-1, high (15)');
  });

  it('is looked at again by its owner, and an older form changes nothing', async () => {
    await say('U0EMMA', 'risk rk-1');
    await test.driver.pressUnseen('U0EMMA', 'RK-1');
    await test.server.idle();
    await say('U0CISO', 'risk RK-1');
    await test.driver.pressUnseen('U0CISO', 'RK-1');
    await test.server.idle();
    await submit('U0EMMA', { likelihood: '1' });
    expect((await direct('U0EMMA'))?.text).toContain('Looked at again: RK-1, medium (1 × 5)');
    await submit('U0CISO', { likelihood: '5' });
    expect((await direct('U0CISO'))?.text).toContain('changed meanwhile');
    expect((await test.server.systems.risks.read('RK-1'))?.likelihood).toBe(1);
  });

  it('is closed with a reason, by its owner or an administrator', async () => {
    expect(await say('U0AUDIT', 'risk RK-1 close I say so')).toContain('its owner or an administrator');
    expect(await say('U0EMMA', 'risk RK-1 close')).toContain('Why is it closed?');
    expect(await say('U0CISO', 'risk RK-1 close the filter is built')).toContain('RK-1 is closed');
    expect(await say('U0EMMA', 'risk RK-1')).not.toContain('gov_risk');
    expect(await say('U0EMMA', 'risks')).toContain('No risk is open');
    expect(await say('U0EMMA', 'risk RK-9')).toContain('no such risk');
  });
});

describe('taking a system out of service', () => {
  it('each step is ticked off by its role, the accountable one confirms, the committee reads of it, the gate denies', async () => {
    await approved(test.server, deployment({ system: 'old bot' }));
    await test.server.idle();
    expect(await gate('old bot')).toBe(true);
    const appoint = async (user: string, role: string) => {
      await say('U0CISO', `appoint ${user} ${role}`);
      await test.driver.press('U0CAIO', 'D0CAIO', 'gov_accept:0');
      await test.server.idle();
    };
    await appoint('U0EMMA', 'Head of AI Operations');
    expect(await say('U0EMMA', 'decommission "old bot"')).toContain('Why?');
    expect(await say('U0MILO', 'decommission no-such-system x')).toContain('no such system');
    expect(await say('U0AUDIT', 'decommission "old bot" I do not like it')).toContain('Nothing changed');
    const started = await say('U0MILO', 'decommission "old bot" Bought a *better* one');
    expect(started).toContain('7 of 7 steps are open');
    // Milo owns it and holds none of the roles: no step is his.
    expect(started).not.toContain('gov_step');
    const told = JSON.stringify(
      (await test.driver.state('U0CISO')).messages.filter((m) => m.channel === 'C0COMMITTEE'),
    );
    expect(told).toContain('being taken out of service');
    expect(told).not.toContain('*better*');

    expect(await say('U0LEGAL', 'decommission old bot')).toContain('Done: consult legal');
    await tickOff('U0LEGAL', 'consult_legal');
    expect(await say('U0EMMA', 'decommission old bot')).toContain('6 of 7 steps are open');
    for (const step of ['stop_traffic', 'archive_model', 'dispose_data', 'revoke_access', 'tell_teams'])
      await tickOff('U0EMMA', step);
    // Who did steps does not confirm them, also in the accountable role.
    await appoint('U0EMMA', 'Data Governance Officer');
    await say('U0EMMA', 'decommission old bot');
    expect(await tickOff('U0EMMA', 'confirm')).toContain('does not confirm them');
    await say('U0CTO', 'decommission old bot');
    expect(await say('U0EMMA', 'system old bot')).toContain('6 of 7 steps are done');
    await say('U0CTO', 'decommission old bot');
    expect(await tickOff('U0CTO', 'confirm')).toContain('old bot is decommissioned');
    expect(await gate('old bot')).toBe(false);
  });
});

describe('App Home', () => {
  it('shows an owner their systems, and an administrator what waits', async () => {
    await say('U0CTO', 'dismiss U0EMMA Legal Team');
    const homeOf = async (user: string) => {
      await test.driver.post('open', { as: user, tab: 'home' });
      // The event goes out after the page got its answer.
      for (let look = 0; look < 200; look++) {
        await test.server.idle();
        const { home } = (await test.driver.state(user)) as unknown as { readonly home: unknown };
        if (home !== null) return JSON.stringify(home);
      }
      return '';
    };
    expect(await homeOf('U0MILO')).toContain('Your systems');
    expect(await homeOf('U0MILO')).not.toContain('Proposal: the directory');
    expect(await homeOf('U0CAIO')).toContain('Proposal: the directory');
  });
});

describe('timers', () => {
  it('remind the owner of a system whose approval is due', async () => {
    const { inventory } = test.server.systems;
    const owner = await test.server.core.stores.people.personFor('U0MILO', null);
    const approvalDue = new Date(Date.now() - 1000).toISOString();
    const command = {
      type: 'register',
      name: 'Old',
      facts: { owner },
      origin: 'import',
      approvalDue,
      runsIn: ['production'],
      useCase: false,
    } as const;
    await inventory.act('Old', command, { person: owner, roles: [], isAdmin: true }, 'old');
    await test.server.work.sweeper.sweep();
    await test.server.idle();
    const told = (await test.driver.state('U0MILO')).messages.filter((m) => m.channel === 'D0MILO');
    expect(told.at(-1)?.text).toContain('its approval is due now');
  });
});

it('a system that is held says so first, and of each version what the gate says', async () => {
  const next = { system: 'halted', version: '1.5.0', digest: `sha256:${'cd'.repeat(32)}` };
  const first = await approved(test.server, deployment({ system: 'halted' }));
  await approved(test.server, deployment({ ...next, replaces: first.id }));
  await until(async () => (await test.server.core.desk.read(first.id))?.state.supersededBy !== null);
  await say('U0CISO', 'suspend version halted 1.5.0 INC-3 routes to nowhere');
  await test.server.idle();
  const card = await say('U0EMMA', 'system Halted');
  expect(card).toMatch(/halted 1\.5\.0, incident INC-3, since .*, active/);
  expect(card).toMatch(/1\.5\.0 in staging \(cdcdcdcd\): DR-\d+ suspended\. Gate: NO, Stopped since/);
  expect(card).toMatch(/1\.4\.0 in staging .* was superseded and stays valid for a rollback until/);
  expect(await say('U0EMMA', 'system shown')).not.toContain('INC-3');
  await say('U0CISO', 'suspend environment staging INC-4 the whole cluster');
  expect(await say('U0EMMA', 'system shown')).toContain('the environment staging, incident INC-4');
});

describe('a long risk register', () => {
  it('is listed worst first, and only what is shown is read', async () => {
    const { risks } = test.server.systems;
    const by = { person: await test.server.core.stores.people.personFor('U0CISO', null), isAdmin: true };
    const facts = {
      asset: 'Model',
      threat: 'Drift',
      vulnerability: 'None',
      treatment: 'accept' as const,
      measures: '',
    };
    const rest = { ...facts, owner: by.person, reviewBy: '2027-06-01T00:00:00.000Z', systems: [], requests: [] };
    for (let n = 101; n <= 142; n++) {
      const level = { likelihood: n === 140 ? 5 : 1, impact: 2 };
      await risks.record(`RK-${n}`, { ...rest, ...level }, { ...by, commandId: `long-${n}` });
    }
    const read = vi.spyOn(test.server.core.stores.ledger, 'readStream');
    const said = await say('U0EMMA', 'risks');
    expect(said).toMatch(/^[^•]*• RK-140, medium \(10\)/);
    expect(said).toContain('and 4 more');
    expect(read.mock.calls.filter(([stream]) => stream.startsWith('risk:'))).toHaveLength(38);
    read.mockRestore();
  });
});
