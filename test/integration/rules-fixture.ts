/** A stage whose knowledge folder is its own, so that a test edits the approval policy as an operator would. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStage, type Stage } from './approval-fixture.ts';

/** Opens one with three administrators for the tests of a file, and closes it after them. */
export function rulesStage() {
  let folder: string;
  let stage: Stage;
  const knowledge = () => join(folder, 'knowledge');
  const file = () => join(knowledge(), 'approval-policy.yaml');
  /** The file of the approval policy as it stands. */
  const text = () => readFile(file(), 'utf8');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-rules-'));
    await cp(new URL('../../knowledge', import.meta.url), knowledge(), { recursive: true });
    stage = await openStage({ knowledgeFolder: knowledge(), env: { COUNTERSIGN_ADMINS: 'U0CISO,U0CAIO,U0CTO' } });
  });
  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get stage() {
      return stage;
    },
    text,
    /** Writes another version of the file and starts anew. */
    async edit(change: (text: string) => string) {
      await writeFile(file(), change(await text()));
      await stage.restart();
    },
  };
}
