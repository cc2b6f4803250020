import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cachedLibrary } from '#src/cli/library-cache.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import { buildLibrary } from '#src/knowledge/library.ts';
import { KNOWLEDGE_FOLDER } from '#src/wire/paths.ts';

let folder = '';
let knowledge = '';
let cache = '';
const open = () => cachedLibrary(knowledge, buildLibrary, cache);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-cache-'));
  knowledge = join(folder, 'knowledge');
  cache = join(folder, 'cache');
  await cp(KNOWLEDGE_FOLDER, knowledge, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('when the copy is read instead of the files, the library is the same', async () => {
  const first = await open();
  expect(await readdir(cache)).toHaveLength(1);
  const second = await open();
  expect(second.hash).toBe(first.hash);
  expect(second.items.size).toBe(first.items.size);
});

it('when a file changes, its change is seen and the old copy goes', async () => {
  const [before] = await readdir(cache);
  const file = join(knowledge, 'glossary.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}\n# a remark\n`);
  await open();
  const after = await readdir(cache);
  expect(after).toHaveLength(1);
  expect(after[0]).not.toBe(before);
});

it.each(['not json', '[]', '{"file":1}'])('when the copy is damaged (%s), the files are read', async (text) => {
  const { hash } = await open();
  const [name] = await readdir(cache);
  await writeFile(join(cache, name ?? ''), text);
  expect((await open()).hash).toBe(hash);
});

it('when the cache cannot be written, the library opens all the same', async () => {
  const blocked = join(folder, 'file');
  await writeFile(blocked, '');
  expect((await cachedLibrary(knowledge, buildLibrary, join(blocked, 'cache'))).items.size).toBeGreaterThan(10);
});

it('when a knowledge file is broken, the error names file and line', async () => {
  const file = join(knowledge, 'policy', 'policy.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^( *- )id: .*$/m, '$1id: 7'));
  const error = await open().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KnowledgeError);
  const [issue] = (error as KnowledgeError).issues;
  expect(issue?.file).toBe('policy/policy.yaml');
  expect(issue?.line).toBeGreaterThan(1);
});
