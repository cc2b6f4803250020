/** `knowledge import | accept | rollback | status | diff` on a database that a server made, with its evidence. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import type { CliContext } from '#src/cli/context.ts';
import { run } from '#src/cli.ts';
import { readConfig } from '#src/config.ts';
import { createKnowledgeDesk } from '#src/delivery/answers/knowledge-desk.ts';
import { createPeopleDesk } from '#src/delivery/people/desk.ts';
import { shippedPacks } from '#src/knowledge/packs/compose.ts';
import { openRecorder } from '#src/wire/evidence/recorder.ts';
import { newId } from '#src/wire/ids.ts';
import { openWorkspace } from '#src/wire/workspace.ts';
import { databaseForTests } from '../database.ts';

type Ran = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly json: () => Record<string, unknown>;
};

async function command(env: Record<string, string>, ...argv: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const context: CliContext = {
    env,
    cwd: env['COUNTERSIGN_DATA_DIR'] ?? '.',
    now: () => new Date(),
    text: (...lines) => {
      out += lines.map((line) => `${line}\n`).join('');
    },
    json: (value) => {
      out += `${JSON.stringify(value)}\n`;
    },
    raw: (text) => {
      out += text;
    },
    note: (line) => {
      err += `${line}\n`;
    },
    input: async () => '',
  };
  const code = await run(argv, context);
  return { code, out, err, json: () => JSON.parse(out) as Record<string, unknown> };
}

const PAGE = (application: string): string =>
  [
    'Lamp inspection',
    'Specification',
    'Inspect every lamp each spring.',
    'Threat coverage',
    'Architectural relevance',
    'Lifecycle',
    'Design',
    'Ownership / SSRM',
    'PI',
    'Shared CSP-MP (Shared CSP-MP)',
    'Model',
    'Owned by the Model Provider (MP)',
    'Orchestrated',
    'Owned by OSP (OSP)',
    'Application',
    application,
    'Implementation guidelines',
    'Auditing guidelines',
    '1. Count the lamps. 2. Look at each.',
    'Standards mappings',
    '42001: 8.2',
    'Addendum',
    'N/A',
    'AI-CAIQ questions (1)',
    'Are lamps inspected?',
  ].join('\n');

describe('a checkout where nothing was started', () => {
  test('import shows what it would do and keeps nothing; accept says what to do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'never-'));
    const env = { COUNTERSIGN_DATA_DIR: folder };
    await writeFile(join(folder, 'oars.md'), '# Oars\n\nRow in time.\n');
    const looked = await command(env, 'knowledge', 'import', 'oars.md', '--as', 'document', '--json');
    expect(looked).toMatchObject({ code: 0 });
    expect(looked.json()).toMatchObject({ proposal: null, document: 'oars', items: 1 });
    expect((await command(env, 'knowledge', 'accept', 'IMP-00000000')).code).toBe(2);
    expect((await command(env, 'knowledge', 'status', '--json')).json()).toMatchObject({ proposals: [] });
    expect((await command(env, 'knowledge', 'import', 'nowhere.md', '--as', 'document')).code).toBe(2);
    await rm(folder, { recursive: true, force: true });
  });
});

describe('a database that was started once', () => {
  const database = databaseForTests();
  let stores: Stores;
  let folder = '';
  let env: Record<string, string>;
  const read = (argv: string[]): Promise<Ran> => command(env, 'knowledge', ...argv);
  /** Makes U0LEGAL a holder of the role ISSC. */
  const appoint = async (): Promise<void> => {
    const now = (): Date => new Date();
    const crypto = createNodeCrypto();
    const workspace = await openWorkspace(readConfig(env, folder), stores, crypto, 'sandbox', now);
    const recorder = openRecorder(crypto, workspace.keys.statement);
    const person = await stores.people.personFor('U0LEGAL', null);
    const desk = createPeopleDesk({ ledger: stores.ledger, recorder, now, newId, committed: () => undefined });
    await desk.start(
      { roles: [{ role: 'ISSC', person, from: null, until: null, deputyOf: null }], admins: [] },
      'appoint',
    );
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'knowledge-'));
    env = {
      DATABASE_URL: database().connectionString,
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_SANDBOX: '1',
      USER: 'operator',
    };
    stores = createStores(database(), () => newId(new Date()));
    await appoint();
    await writeFile(join(folder, 'page.txt'), PAGE('Owned by the Customer (AIC)'));
    await writeFile(join(folder, 'oars.md'), '# Oars\n\nRow in time.\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('a new document: one person; "ask" and "list" know it at once', async () => {
    const proposed = (
      await read(['import', 'oars.md', '--as', 'document', '--version', '1', '--by', 'U0EMMA', '--json'])
    ).json();
    expect(proposed).toMatchObject({ document: 'oars', items: 1, suspicious: [] });
    const waiting = await read(['status']);
    expect(waiting.out).toContain(String(proposed['proposal']));
    for (const line of waiting.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const accepted = await read(['accept', String(proposed['proposal']), '--by', 'U0EMMA', '--json']);
    expect(accepted).toMatchObject({ code: 0 });
    expect(accepted.json()).toMatchObject({ ok: true, event: { type: 'knowledge.accepted', previousHash: null } });
    expect((await read(['list', '--document', 'oars', '--json'])).json()).toMatchObject({
      id: 'OARS-oars',
      version: '1',
      audience: 'internal',
    });
    expect((await read(['accept', String(proposed['proposal'])])).code).toBe(2);
  });

  test('a control over the shipped pack: a second person; then back to what ships', async () => {
    expect((await read(['import', 'page.txt', '--as', 'aicm-page', '--by', 'U0EMMA'])).code).toBe(2);
    const proposed = (
      await read(['import', 'page.txt', '--as', 'aicm-page', '--id', 'GRC-05', '--by', 'U0EMMA', '--json'])
    ).json();
    expect(proposed).toMatchObject({
      document: 'aicm',
      items: 2,
      diff: { added: [], removed: [], changed: [{ id: 'AICM-GRC-05' }] },
    });
    const id = String(proposed['proposal']);
    expect(await read(['accept', id, '--by', 'U0EMMA', '--json'])).toMatchObject({ code: 1 });
    expect((await read(['accept', id, '--by', 'U0CISO', '--json'])).code).toBe(0);
    const shown = (await read(['show', 'GRC 05', '--json'])).json();
    expect(shown).toMatchObject({
      id: 'AICM-GRC-05',
      title: 'Lamp inspection',
      statements: expect.arrayContaining(['Inspect every lamp each spring.']),
    });
    expect(shown['questions']).toContain('is LangChain an OSP');
    expect((await read(['show', 'GRC-05', '--of', 'aicm@shipped', '--json'])).json()).toMatchObject({
      title: 'Information Security Program',
    });
    const diff = await read(['diff', 'aicm@shipped', 'aicm']);
    expect(diff.out).toContain('AICM-GRC-05');
    for (const line of diff.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect((await read(['rollback', 'aicm', 'shipped', '--by', 'U0CISO', '--json'])).code).toBe(0);
    expect((await read(['show', 'GRC-05', '--json'])).json()).toMatchObject({ title: 'Information Security Program' });
    expect(await read(['rollback', 'aicm', '9.9.9'])).toMatchObject({ code: 1 });
  });

  test('a binding policy: only with its approver’s decision, by somebody who holds that role', async () => {
    await writeFile(
      join(folder, 'policy.txt'),
      '1. Start\n\n1.1 Purpose\n\n- More light.\n\n1.2 Scope\n\n- All lamps.\n',
    );
    const proposed = (
      await read(['import', 'policy.txt', '--as', 'policy', '--version', '9.0', '--by', 'U0EMMA', '--json'])
    ).json();
    const id = String(proposed['proposal']);
    expect((await read(['accept', id, '--by', 'U0CISO', '--json'])).json()).toMatchObject({
      reason: 'approver_decision_needed',
    });
    const decision = ['--approver', 'ISSC', '--decision', 'minutes 7', '--decided-on', '2026-01-31'];
    expect((await read(['accept', id, '--by', 'U0CISO', '--json', ...decision])).json()).toMatchObject({
      reason: 'not_the_approver',
    });
    expect((await read(['accept', id, '--approver', 'ISSC'])).code).toBe(2);
    const accepted = await read(['accept', id, '--by', 'U0LEGAL', '--json', ...decision]);
    expect(accepted).toMatchObject({ code: 0 });
    expect((await read(['status', '--json'])).json()).toMatchObject({
      documents: expect.arrayContaining([
        expect.objectContaining({
          document: 'policy',
          version: '9.0',
          effective: '2026-01-31',
          nextReview: '2027-01-31',
        }),
      ]),
    });
    expect((await read(['rollback', 'policy', 'shipped', '--by', 'U0LEGAL', '--json'])).json()).toMatchObject({
      reason: 'approver_decision_needed',
    });
    expect((await read(['rollback', 'policy', 'shipped', '--by', 'U0LEGAL', ...decision])).code).toBe(0);
  });

  test('a first import is withdrawn by two persons, and comes back by two', async () => {
    await writeFile(join(folder, 'nets.md'), '# Nets\n\nMend every net on Sunday.\n');
    const take = async (...by: readonly string[]) =>
      (await read(['import', 'nets.md', '--as', 'document', '--version', '1', '--json', ...by])).json();
    const nets = async () => (await read(['list', '--document', 'nets', '--json'])).out;
    const first = String((await take('--by', 'U0EMMA'))['proposal']);
    expect((await read(['accept', first, '--by', 'U0EMMA'])).code).toBe(0);
    const no = async (...argv: string[]) => (await read(['withdraw', ...argv, '--json'])).json();
    expect(await no('nets', '--by', 'U0EMMA')).toMatchObject({ ok: false, reason: 'reason_needed' });
    expect(await no('sails', '--by', 'U0EMMA', '--reason', 'x')).toMatchObject({ reason: 'unknown_document' });
    expect(await no('policy', '--by', 'U0EMMA', '--reason', 'x')).toMatchObject({ reason: 'ships' });
    const asked = await read(['withdraw', 'nets', '--by', 'U0EMMA', '--reason', 'It was the wrong file.']);
    expect(asked.out).toContain('countersign knowledge withdraw nets --by USER');
    expect(await nets()).toContain('Mend every net');
    const status = await read(['status']);
    expect(status.out.replace(/\s+/g, ' ')).toContain('waits for a second person: It was the wrong file.');
    expect(await no('nets', '--by', 'U0EMMA', '--reason', 'x')).toMatchObject({ reason: 'second_person_needed' });
    expect(await no('nets', '--by', 'U0CISO')).toMatchObject({ ok: true, event: { type: 'knowledge.withdrawn' } });
    expect(await nets()).not.toContain('Mend every net');
    expect((await read(['status'])).out).not.toContain('waits for a second person');
    expect(await no('nets', '--by', 'U0CISO')).toMatchObject({ reason: 'withdrawn' });
    expect((await read(['show', 'NETS-nets', '--of', 'nets@1'])).out).toContain('Mend every net');
    const rollback = await read(['rollback', 'nets', '1', '--json']);
    expect(rollback.json()).toMatchObject({ ok: false, reason: 'withdrawn' });
    const again = String((await take('--by', 'U0EMMA'))['proposal']);
    expect((await read(['accept', again, '--by', 'U0EMMA', '--json'])).json()).toMatchObject({
      reason: 'second_person_needed',
    });
    expect((await read(['accept', again, '--by', 'U0CISO'])).code).toBe(0);
    expect(await nets()).toContain('Mend every net');
    expect((await read(['withdraw', 'nets', '--by', 'U0CISO', '--reason', 'Still wrong.'])).code).toBe(0);
    expect((await read(['withdraw', 'nets', '--by', 'U0EMMA'])).code).toBe(0);
  });

  test('every step is evidence, without the file’s name; lost copies are made anew from the database', async () => {
    const { events } = await stores.ledger.readStream('knowledge');
    expect(events.map((event) => event.type.replace('knowledge.', ''))).toEqual([
      'proposed',
      'accepted',
      'proposed',
      'accepted',
      'rolled_back',
      'proposed',
      'accepted',
      'rolled_back',
      ...['proposed', 'accepted', 'withdrawal_proposed', 'withdrawn'],
      ...['proposed', 'accepted', 'withdrawal_proposed', 'withdrawn'],
    ]);
    expect(JSON.stringify(events)).not.toContain('wrong file');
    expect(JSON.stringify(events)).not.toContain('page.txt');
    expect(JSON.stringify(events)).not.toContain('minutes 7');
    await rm(join(folder, 'packs'), { recursive: true });
    await rm(join(folder, 'in-force.json'));
    const desk = createKnowledgeDesk({
      ledger: stores.ledger,
      recorder: { record: () => Promise.reject(new Error('nothing is recorded here')) },
      now: () => new Date(),
      newId,
      committed: () => undefined,
      copies: openPackFolder(folder),
      shipped: shippedPacks(await readKnowledgeFolder(fileURLToPath(new URL('../../../knowledge/', import.meta.url)))),
      holdsRole: async () => false,
    });
    expect((await desk.syncCopies()).map((pack) => pack.document.id)).toEqual(['oars']);
    expect((await read(['list', '--document', 'oars', '--json'])).json()).toMatchObject({ id: 'OARS-oars' });
  });

  test('a document that names a person stays as it was accepted when that person is erased', async () => {
    await writeFile(join(folder, 'boats.md'), '# Boats\n\nOdette Okoro keeps the boats dry.\n');
    const proposed = (await read(['import', 'boats.md', '--as', 'document', '--version', '1', '--json'])).json();
    const accepted = (await read(['accept', String(proposed['proposal']), '--json'])).json();
    const { packHash } = accepted['event'] as { readonly packHash: string };
    const person = await stores.people.personFor('U0ODETTE', 'Odette Okoro');
    await stores.erasing.erasePerson(person, new Date(), { requests: [], persons: [] });
    const object = await stores.ledger.readObject(packHash);
    expect(new TextDecoder().decode(object?.bytes)).toContain('Odette Okoro keeps the boats dry.');
  });
});
