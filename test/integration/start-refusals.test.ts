/** Starts that must not happen: each says what to change, and nothing is left half started. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '#src/config.ts';
import { exitFor } from '#src/wire/exit.ts';
import { loadLibrary, loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { KNOWLEDGE_FOLDER } from '#src/wire/paths.ts';
import { startServer } from '#src/wire/server.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-refusals-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = async (act: Promise<unknown>) =>
  exitFor(
    await act.then(
      () => null,
      (error: unknown) => error,
    ),
  );

describe('a start', () => {
  it('when its port is in use, it names the port and how to change it, and exits 2', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const config = readConfig({ PORT: String(port), COUNTERSIGN_DATA_DIR: join(folder, 'data') }, folder);
    const { code, text } = await failure(startServer(config, { write: () => undefined }));
    other.close();
    expect(code).toBe(2);
    expect(text).toContain(`Port ${port}`);
    expect(text).toContain('PORT=');
  });

  it('when a knowledge file is broken, file, line and what was expected are named, and no half of it serves', async () => {
    const knowledge = join(folder, 'knowledge');
    await cp(KNOWLEDGE_FOLDER, knowledge, { recursive: true });
    const file = join(knowledge, 'whitepaper', '2.6-deployment.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('kind: responsibility', 'kind: responsable'));
    const { code, text } = await failure(loadLibrary(folder, knowledge));
    expect(code).toBe(2);
    expect(text).toMatch(/whitepaper\/2\.6-deployment\.yaml:\d+/);
  });

  it('when the approval policy is broken, its line is named', async () => {
    const knowledge = join(folder, 'policy');
    await cp(KNOWLEDGE_FOLDER, knowledge, { recursive: true });
    const file = join(knowledge, 'approval-policy.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('deadline: 5 days', 'deadline: soon'));
    const { code, text } = await failure(loadPolicy(knowledge));
    expect(code).toBe(2);
    expect(text).toMatch(/approval-policy\.yaml:\d+/);
  });
});
