/** Fifty clicks at once on one request, from ten people over ten connections: one decision, no vote lost (rule 6). */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '#src/adapters/prisma/database.ts';
import { readConfig } from '#src/config.ts';
import type { Desk } from '#src/delivery/requests/desk.ts';
import { openCore } from '#src/wire/core.ts';
import { loadLibrary, loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';
import { signedPost } from './signed-post.ts';

const PEOPLE = Array.from({ length: 10 }, (_, i) => `U0VOTER${i}`);
const SECRET = 'secret-of-the-concurrent-test';
const SHIPPED = join(import.meta.dirname, '..', '..', 'knowledge');
let folder: string;
let stage: Stage;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-concurrent-'));
  const knowledge = join(folder, 'knowledge');
  await cp(SHIPPED, knowledge, { recursive: true });
  const file = join(knowledge, 'approval-policy.yaml');
  const text = await readFile(file, 'utf8');
  const quorum =
    '- anyOf: [Chief Information Security Officer, Legal Team, Data Protection Officer, AI Ethics Review Board]';
  await writeFile(file, text.replace(quorum, '- { count: 9, anyOf: [AI Governance Committee] }'));
  const lines = PEOPLE.map((user) => `  - { role: AI Governance Committee, user: ${user} }`);
  const directory = join(folder, 'directory.yaml');
  await writeFile(
    directory,
    ['assignments:', ...lines, `  - { role: Chief AI Officer, user: ${PEOPLE[0]} }`, ''].join('\n'),
  );
  stage = await openStage({
    knowledgeFolder: knowledge,
    sandboxSecret: SECRET,
    env: { COUNTERSIGN_DIRECTORY_FILE: directory, LOG_LEVEL: 'silent' },
  });
  await stage.ask('U0MILO', 'deploy', minimalForm);
});
afterAll(async () => {
  for (const close of closing) await close();
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

/** A desk of its own, as another replica would have: one connection, the same keys. */
async function replica(): Promise<Desk> {
  const { dataDir } = stage.test;
  const url = stage.test.database.connectionString;
  const config = readConfig({ DATABASE_URL: url, COUNTERSIGN_SANDBOX: '1', COUNTERSIGN_DATA_DIR: dataDir }, dataDir);
  const database = createDatabase(url, { max: 1 });
  closing.push(() => database.close());
  const open = { database, connectionString: url, embedded: null, close: () => database.close() };
  const knowledge = join(folder, 'knowledge');
  const library = await loadLibrary(dataDir, knowledge);
  const core = await openCore(config, open, {
    workspaceId: 'sandbox',
    library: () => library,
    policy: await loadPolicy(knowledge),
    committed: () => undefined,
    now: stage.now,
  });
  return core.desk;
}

describe('fifty clicks at once', () => {
  it('when ten people click five times each over ten connections, there is one decision and each vote counts once', async () => {
    const desks = await Promise.all(PEOPLE.map(replica));
    const { id, revision } = await stage.request('DR-1');
    const people = await Promise.all(PEOPLE.map((user) => stage.person(user)));
    const clicks = Array.from({ length: 50 }, (_, i) => ({
      desk: desks[(i * 7) % 10] as Desk,
      by: people[i % 10] as string,
      commandId: `click-${i}`,
    }));
    const results = await Promise.all(
      clicks.map(({ desk, by, commandId }) =>
        desk.act(id, {
          type: 'vote',
          commandId,
          by,
          revision: revision.hash,
          choice: 'approve',
          reason: null,
          conflict: null,
          conditions: [],
          card: null,
        }),
      ),
    );
    const { events, state, entries } = await stage.record('DR-1');
    expect(events.filter((event) => event.type === 'decided').length).toBe(1);
    expect(
      events
        .filter((event) => event.type === 'vote.cast')
        .map((event) => event.actor)
        .sort(),
    ).toEqual([...people].sort());
    expect(state.decision).toMatchObject({ outcome: 'approved', cause: 'quorum' });
    expect(results.filter((result) => result.ok).length).toBe(10);
    const refused = results.flatMap((result) => (result.ok ? [] : [result.reason]));
    expect(refused.every((reason) => reason === 'already_voted' || reason === 'already_decided')).toBe(true);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, i) => i + 1));
  });

  it('when they come as fifty signed submissions at the same time, the same holds', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'over-http' });
    const { id, revision } = await stage.request('DR-2');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const user = PEOPLE[i % 10] as string;
        const payload = {
          type: 'view_submission',
          team: { id: 'T0SANDBOX' },
          user: { id: user, name: user, team_id: 'T0SANDBOX' },
          api_app_id: 'A0COUNTERSIGN',
          trigger_id: `t.${i}`,
          view: {
            id: `V${i}`,
            hash: `1.${i}`,
            type: 'modal',
            callback_id: 'vote',
            private_metadata: JSON.stringify({ r: id, v: revision.hash }),
            previous_view_id: null,
            state: { values: { choice: { value: { type: 'plain_text_input', value: 'approve' } } } },
          },
        };
        return signedPost(stage.test.server.address, SECRET, { payload: JSON.stringify(payload) });
      }),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    await stage.settle();
    const { events } = await stage.record('DR-2');
    expect(events.filter((event) => event.type === 'decided').length).toBe(1);
    expect(events.filter((event) => event.type === 'vote.cast').length).toBe(10);
    const cards = await stage.cards('DR-2');
    expect(cards.length).toBe(1);
    expect(JSON.stringify(cards)).toContain('Approved');
  });
});
