import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTestServer } from './server-fixture.ts';

test('a server stopped while it builds its first index has ended the build when it says it stopped', async () => {
  const started = await startTestServer();
  await started.server.stop();
  const pending = Symbol('pending');
  expect(await Promise.race([started.server.engine.vectors(), Promise.resolve(pending)])).not.toBe(pending);
  const names = await readdir(join(started.dataDir, 'index')).catch((): string[] => []);
  const finished = names.includes('current.json');
  expect(names.filter((name) => /^\d{6}$/.test(name))).toHaveLength(finished ? 1 : 0);
  await started.close();
});
