/** A holder who is gone never blocks for ever: the deputy votes in their place, and the card and the record say so. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, minimalForm, openStage, type Stage } from './approval-fixture.ts';

let folder: string;
let stage: Stage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-standins-'));
  const file = join(folder, 'directory.yaml');
  await writeFile(
    file,
    [
      'assignments:',
      '  - { role: Chief AI Officer, user: U0CAIO, until: "2026-11-23" }',
      '  - { role: Chief AI Officer, user: U0CTO, deputy: U0CAIO }',
      '  - { role: Chief Information Security Officer, user: U0CISO }',
      '  - { role: Chief Technology Officer, user: U0CTO }',
      '',
    ].join('\n'),
  );
  stage = await openStage({ env: { COUNTERSIGN_DIRECTORY_FILE: file } });
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the place of a holder who leaves', () => {
  it('while the holder is there, the deputy is refused', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await stage.approve('DR-1', 'U0CISO');
    await stage.command('U0CTO', 'vote DR-1');
    expect(await stage.whispered('U0CTO')).toContain('waiting for: Chief AI Officer');
  });

  it('when the holder is gone, the deputy votes for them, and it counts once', async () => {
    await stage.pass(3 * DAY);
    await stage.command('U0CTO', 'vote DR-1');
    expect(await stage.viewText('U0CTO')).toContain('Your vote counts as *Chief AI Officer*, for');
    await stage.submit('U0CTO', { choice: 'approve', reason: 'In place of the Chief AI Officer.' });
    const request = await stage.request('DR-1');
    const [deputy, holder] = [await stage.person('U0CTO'), await stage.person('U0CAIO')];
    expect(request.status).toBe('approved');
    expect(request.decision?.counted).toContainEqual(
      expect.objectContaining({ role: 'Chief AI Officer', person: deputy, countsFor: holder }),
    );
    await stage.command('U0EMMA', 'show DR-1');
    expect(await stage.viewText('U0EMMA')).toContain('as Chief AI Officer for <@U0CAIO>');
  });

  it('when nobody can fill a place, the next step escalates and names the place', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'second' });
    await stage.command('U0CTO', 'vote DR-2');
    await stage.use('U0CTO', { block: 'choice', value: 'recuse' });
    await stage.submit('U0CTO', { choice: 'recuse', conflict: 'I built it.' });
    const request = await stage.request('DR-2');
    expect(request.unfilled).toEqual(['Chief AI Officer']);
    expect(await stage.notes()).toContainEqual(expect.stringContaining('nobody can fill: Chief AI Officer'));
  });
});
