/** A document that an administrator uploads in Slack: compared, accepted by a second one with a click, then answered from. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onStream } from '#src/delivery/streams/stream.ts';
import { openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { COUNTERSIGN_ADMINS: 'U0CISO,U0CAIO,U0CTO' } });
});
afterAll(() => stage.close());

const BOATS = '# Boat rules\n\n## Oars\n\nOars are oiled every spring.\n\n## Nets\n\nNets are mended on Sunday.\n';
const EDITED = BOATS.replace('every spring', 'every autumn').replace(/## Nets[\s\S]*/, '');

async function bring(as: string, content: string | Uint8Array, answers: Record<string, string>, name = 'boats.md') {
  const before = { own: (await stage.told(as)).length, caio: (await stage.told('U0CAIO')).length };
  const id = await stage.test.driver.upload(as, name, content);
  await stage.command(as, 'import document');
  const result = await stage.submit(as, { kind: 'document', upload: [id], ...answers });
  return {
    result,
    own: (await stage.told(as)).slice(before.own).join('\n'),
    caio: (await stage.told('U0CAIO')).slice(before.caio).join('\n'),
  };
}
const press = async (as: string) => {
  await stage.press(as, 'gov_accept:0', `D${as.slice(1)}`);
  await stage.settle();
  return stage.whispered(as);
};
const events = async () =>
  (await stage.test.server.core.stores.ledger.readStream('knowledge')).events.map((event) => event.type);
const items = () => [...stage.test.server.engine.library().items.keys()].filter((id) => id.startsWith('BOATS'));

describe('a new document', () => {
  it('is shown to the administrators with what it brings, and changes nothing yet', async () => {
    const { caio } = await bring('U0CISO', BOATS, { id: 'boats', version: '1' });
    expect(caio).toContain('<@U0CISO> proposes a document');
    expect(caio).toContain('A new document: 2 added, 0 changed, 0 removed');
    expect(caio).toContain('Oars');
    expect(caio).toContain('another administrator accepts it');
    expect(items()).toEqual([]);
    expect(await events()).toEqual(['knowledge.proposed']);
  });

  it('is not accepted by whoever brought it, nor by somebody who does not administer', async () => {
    expect(await press('U0CISO')).toContain('another administrator accepts it');
    const value = /"gov_accept:0","value":"([^"]+)"/.exec((await stage.told('U0CAIO')).join())?.[1] ?? '';
    expect(value).toMatch(/^document IMP-[0-9a-f]{8}$/);
    expect(items()).toEqual([]);
    expect(await stage.refusals()).toContainEqual({ action: 'document_accept', reason: 'second_person_needed' });
  });

  it('is in force when a second one accepts it, and answered from', async () => {
    expect(await press('U0CAIO')).toMatch(/In force: .*\(entry \d+ of the evidence log\)/);
    await stage.test.driver.say('U0EMMA', 'C0ASK', 'when are oars oiled?');
    expect(items()).toHaveLength(2);
    const { messages } = await stage.state('U0EMMA');
    expect(JSON.stringify(messages.findLast((m) => m.channel === 'C0ASK' && m.user === 'U0COUNTERSIGN'))).toContain(
      'every spring',
    );
    expect((await stage.told('U0CISO')).at(-1)).toContain('In force: ');
    expect(await press('U0CTO')).toContain('Not accepted');
    expect(await events()).toEqual(['knowledge.proposed', 'knowledge.accepted']);
  });

  it('says the same again when the press is handled again after a crash', async () => {
    const { pool } = stage.test.database;
    await pool.query(`DELETE FROM outbox WHERE payload::text LIKE '%In force: %'`);
    await pool.query(
      `UPDATE inbox SET done_at = NULL, lease_until = NULL WHERE payload::text LIKE '%gov_accept%' AND payload::text LIKE '%U0CAIO%'`,
    );
    stage.test.server.work.inbox.wake();
    await stage.settle();
    expect(await stage.whispered('U0CAIO')).toMatch(/In force: .*\(entry \d+ of the evidence log\)/);
    expect(await events()).toEqual(['knowledge.proposed', 'knowledge.accepted']);
  });
});

describe('a newer version', () => {
  it('is shown with its differences, and accepted after a restart', async () => {
    const { caio } = await bring('U0CTO', EDITED, { id: 'boats', version: '2' });
    expect(caio).toContain('0 added, 1 changed, 1 removed');
    expect(caio).toMatch(/Changed: BOATS-\S+ Oars/);
    expect(caio).toMatch(/Removed: BOATS-\S+ Nets/);
    await stage.restart();
    expect(await press('U0CAIO')).toContain('In force: ');
    await stage.test.driver.say('U0EMMA', 'C0ASK', 'when are oars oiled?');
    expect(items()).toHaveLength(1);
  });

  it('that says the same changes nothing', async () => {
    expect((await bring('U0CISO', EDITED, { id: 'boats', version: '2' })).own).toContain('Nothing was proposed');
  });
});

describe('what is not proposed', () => {
  it.each([
    ['from somebody who does not administer', 'U0MILO', BOATS, { id: 'oars' }, 'Only an administrator'],
    ['that is no document', 'U0CISO', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), { id: 'oars' }, 'boats.md'],
    ['that is not what it is said to be', 'U0CISO', BOATS, { kind: 'aicm-csv' }, 'Nothing was proposed'],
  ])('a file %s', async (_what, as, content, answers, said) => {
    const before = await events();
    expect((await bring(as, content, answers)).own).toContain(said);
    expect(await events()).toEqual(before);
  });

  it('without a file or a kind the form says so', async () => {
    await stage.command('U0CISO', 'import document');
    expect(Object.keys((await stage.submit('U0CISO', {})).errors ?? {}).sort()).toEqual(['kind', 'upload']);
  });
});

it('a proposal is not accepted once another pack was proposed under the same id', async () => {
  await bring('U0CISO', BOATS.replace('every', 'no'), { id: 'dinghies', version: '1' });
  await bring('U0CISO', BOATS.replace('Boat', 'Canoe'), { id: 'canoes', version: '1' });
  const { core, systems } = stage.test.server;
  const { events: stored } = await core.stores.ledger.readStream('knowledge');
  const [other, shown] = stored.slice(-2).map(({ data }) => data as Record<string, object>);
  const file = { ...shown?.['file'], name: 'canoes.md' };
  // Ids are 32 bits long: two packs that share one are found in seconds.
  const data = { ...shown, file, packHash: other?.['packHash'] };
  const actor = await core.stores.people.personFor('U0CISO', null);
  const drafts = [{ type: 'knowledge.proposed', data, hide: ['file.name'] }];
  await onStream(
    systems.deps,
    { stream: 'knowledge', actor, commandId: 'twin', commandKind: 'knowledge.propose' },
    () => ({ kind: 'commit', drafts, records: [], result: () => null }),
    async () => null,
  );
  expect(await press('U0CAIO')).toContain('not known any more');
});

it('a binding policy has no button: its approver decides, on the server', async () => {
  const text = '1. Start\n\n1.1 Purpose\n\n- More light.\n\n1.2 Scope\n\n- All lamps.\n';
  const { caio } = await bring('U0CISO', text, { kind: 'policy', version: '9.0' }, 'policy.txt');
  expect(caio).toContain('It binds by decision of');
  expect(caio).not.toContain('gov_accept');
});
