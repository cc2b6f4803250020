/**
 * The import rules hold, and the check that says so can fail: each rule is broken on purpose in a copy of the tree's
 * skeleton, and the number of modules seen is above zero (dependency-cruiser sees nothing under a wrong TypeScript).
 */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

async function check(dir: string): Promise<ICruiseResult> {
  const options = await extractDepcruiseConfig(join(root, '.dependency-cruiser.cjs'));
  const before = process.cwd();
  process.chdir(dir);
  try {
    const result = await cruise(
      ['src'],
      { ...options.options, ruleSet: { forbidden: options.forbidden ?? [] }, validate: true, baseDir: dir },
      undefined,
      { tsConfig: extractTSConfig(join(dir, 'tsconfig.json')) },
    );
    return result.output as ICruiseResult;
  } finally {
    process.chdir(before);
  }
}

describe('the import rules', () => {
  it('when the tree is as it is, nothing breaks them', async () => {
    const result = await check(root);
    expect(result.summary.totalCruised).toBeGreaterThan(40);
    expect(result.summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`)).toEqual([]);
  });
});

describe('a planted violation', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-arch-'));
    await cp(join(root, 'tsconfig.json'), join(dir, 'tsconfig.json'));
    await cp(join(root, 'package.json'), join(dir, 'package.json'));
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    for (const [file, text] of Object.entries(planted)) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await writeFile(join(dir, file), text);
    }
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('of each rule is found', async () => {
    const result = await check(dir);
    const found = new Set(result.summary.violations.map((v) => v.rule.name));
    expect([...found].sort()).toEqual(
      expect.arrayContaining([
        'adapters-imports-no-other-edge',
        'delivery-imports-no-edge',
        'evidence-no-node',
        'no-cycles',
        'only-main-and-cli-wire',
        'pure-rooms-import-no-edge',
        'pure-rooms-node',
        'pure-rooms-npm',
        'sandbox-is-known-to-wiring-only',
        'sdk-openai-in-one-place',
        'slack-imports-no-other-edge',
        'wire-imports-no-command',
      ]),
    );
  });
});

const planted: Record<string, string> = {
  'src/approvals/a.ts':
    "import { b } from './b.ts';\nimport { readFileSync } from 'node:fs';\nexport const a = [b, readFileSync];\n",
  'src/approvals/b.ts':
    "import { a } from './a.ts';\nimport pino from 'pino';\nimport { s } from '../slack/s.ts';\nexport const b = [a, pino, s];\n",
  'src/evidence/e.ts': "import { createHash } from 'node:crypto';\nexport const e = createHash;\n",
  'src/slack/s.ts':
    "import { x } from '../adapters/x.ts';\nimport OpenAI from 'openai';\nexport const s = [x, OpenAI];\n",
  'src/adapters/x.ts': "import { w } from '../web/w.ts';\nexport const x = w;\n",
  'src/web/w.ts': "import { k } from '../wire/k.ts';\nexport const w = k;\n",
  'src/wire/k.ts': "import { c } from '../cli/c.ts';\nexport const k = c;\n",
  'src/cli/c.ts': 'export const c = 1;\n',
  'src/delivery/d.ts':
    "import { w } from '../web/w.ts';\nimport { n } from '../sandbox/n.ts';\nexport const d = [w, n];\n",
  'src/sandbox/n.ts': 'export const n = 1;\n',
};
