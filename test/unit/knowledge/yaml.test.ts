import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import { MAX_YAML_BYTES, parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';

describe('YAML text', () => {
  test('gives plain data and the line of every value', () => {
    const parsed = parseYamlText('a: 1\nlist:\n  - x: one\n  - x: two\n    y: 3\n');
    if (!parsed.ok) throw new Error('not parsed');
    expect(parsed.value.data).toEqual({ a: 1, list: [{ x: 'one' }, { x: 'two', y: 3 }] });
    expect(parsed.value.lineOf(['a'])).toBe(1);
    expect(parsed.value.lineOf(['list', 1, 'y'])).toBe(5);
    expect(parsed.value.lineOf(['list', 1, 'missing'])).toBe(4);
  });

  test('refuses an alias bomb', () => {
    const levels = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i += 1) {
      const [name, of] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      levels.push(`${name}: &${name} [*${of},*${of},*${of},*${of},*${of},*${of},*${of},*${of},*${of}]`);
    }
    expect(parseYamlText(levels.join('\n'))).toMatchObject({ ok: false, reason: 'not_yaml' });
  });

  test.each([
    ['a duplicate key', 'a: 1\na: 2\n', 2],
    ['broken indentation', 'a:\n  - b\n c: d\n', 3],
    ['an unclosed quote', 'a: "b\n', 1],
  ])('names the line of %s', (_name, text, line) => {
    const parsed = parseYamlText(text);
    if (parsed.ok) throw new Error('parsed');
    expect(parsed.reason).toBe('not_yaml');
    expect(Math.abs((parsed.problems[0]?.line ?? 0) - line)).toBeLessThanOrEqual(1);
  });

  test('refuses more than 4 MB', () => {
    expect(parseYamlText(`a: ${'x'.repeat(MAX_YAML_BYTES)}`)).toMatchObject({ ok: false, reason: 'too_large' });
  });
});

describe('the knowledge folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'knowledge-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test('reads files below it by path and reports all broken ones at once', async () => {
    await mkdir(join(folder, 'policy'));
    await writeFile(join(folder, 'policy', 'a.yaml'), 'a: [1\n');
    await writeFile(join(folder, 'b.yaml'), 'b: {\n');
    const error = await readKnowledgeFolder(folder).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KnowledgeError);
    expect((error as KnowledgeError).code).toBe('not_yaml');
    expect(new Set((error as KnowledgeError).issues.map((issue) => issue.file))).toEqual(
      new Set(['b.yaml', 'policy/a.yaml']),
    );
  });

  test('a missing folder is an error with a remedy', async () => {
    const error = await readKnowledgeFolder(join(folder, 'nowhere')).catch((thrown: unknown) => thrown);
    expect((error as KnowledgeError).code).toBe('folder_unreadable');
    expect((error as KnowledgeError).issues[0]?.remedy).not.toBe('');
  });
});
