/** The command line without a database: asking, listing, evaluating, and how it refuses. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonLines, type RunOptions, countersign as runClean, widest } from './cli-run.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
});
afterAll(async () => {
  // Nothing here needs a database, so nothing may have been made.
  expect(await readdir(folder)).not.toContain('data');
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: RunOptions = {}) =>
  runClean(args, { ...options, env: { COUNTERSIGN_DATA_DIR: join(folder, 'data'), ...options.env } });

const roles = z.strictObject({
  responsible: z.array(z.string()),
  accountable: z.array(z.string()),
  consulted: z.array(z.string()),
  informed: z.array(z.string()),
});
const layer = z.enum(['processing infrastructure', 'model', 'orchestrated service', 'application']);
const owner = z.strictObject({
  layer,
  owners: z.array(z.enum(['CSP', 'MP', 'OSP', 'AP', 'AIC'])),
  shared: z.boolean(),
});
const answer = z.strictObject({
  id: z.union([z.string(), z.number()]).nullable(),
  question: z.string(),
  answer: z.string().min(1),
  abstained: z.boolean(),
  reason: z.string().nullable(),
  mode: z.enum(['facts', 'extractive', 'model']),
  citations: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      document: z.string(),
      version: z.string(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      quote: z.string(),
    }),
  ),
  roles: roles.nullable(),
  owners: z.array(owner).nullable(),
  holders: z.null(),
  items: z.array(z.string()).nullable(),
  related: z.array(z.string()),
  latencyMs: z.number().nonnegative(),
});

describe('ask', () => {
  it('when somebody asks who is accountable, the first line answers and the source follows', async () => {
    const { code, out, err } = await run(['ask', 'who is accountable for canary releases?']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Head of AI Operations or Chief Technology Officer is accountable/);
    expect(out).toMatch(/^\[WP-2\.6\.1\] Canary Releases \(/m);
    expect(widest(out)).toBeLessThanOrEqual(80);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colour is what is tested
    expect(out).not.toMatch(/\u001b/);
  });

  it('when the question is not quoted, its words are put together', async () => {
    const { out } = await run(['ask', 'who', 'owns', 'GRC-05', 'on', 'the', 'application', 'layer?', '--json']);
    const parsed = answer.parse(JSON.parse(out));
    expect(parsed.question).toBe('who owns GRC-05 on the application layer?');
    expect(parsed.owners).toEqual([{ layer: 'application', owners: ['AIC'], shared: false }]);
  });

  it('when nothing covers it, that is an answer: exit 0, abstained', async () => {
    const { code, out } = await run(['ask', '--json', 'What is our GPU budget?']);
    expect(code).toBe(0);
    expect(jsonLines(out)).toHaveLength(1);
    expect(answer.parse(JSON.parse(out))).toMatchObject({ abstained: true, reason: expect.any(String) });
  });

  it('when it explains, the steps follow; as JSON still one object', async () => {
    const question = 'who approves model deployments?';
    const shown = (await run(['ask', '--explain', question])).out;
    const steps = ['understand', 'retrieve', 'sufficient', 'item', 'compose', 'check'];
    const places = steps.map((step) => shown.indexOf(`  ${step}: `));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(widest(shown)).toBeLessThanOrEqual(80);
    const explained = z.looseObject({ steps: z.array(z.looseObject({ step: z.string() })).min(1) });
    const { out } = await run(['ask', '--explain', '--json', question]);
    expect(jsonLines(out)).toHaveLength(1);
    explained.parse(JSON.parse(out));
  });

  it('when a model is configured and cannot be reached, the answer stands without it', async () => {
    const env = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { code, out } = await run(['ask', '--json', 'what must happen before a model is deployed?'], { env });
    expect(code).toBe(0);
    expect(answer.parse(JSON.parse(out)).mode).not.toBe('model');
    const bad = await run(['ask', 'x'], { env: { ...env, OPENAI_BASE_URL: 'nope' } });
    expect(bad).toMatchObject({ code: 2, out: '', err: expect.stringContaining('OPENAI_BASE_URL') });
  });

  it('when the question carries terminal codes, they are not obeyed', async () => {
    const { code, out } = await run(['ask', 'who owns \u001b]0;pwned\u0007 \u202e things?']);
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come out
    expect(out).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it('when there is no question, exit 2 with what to do, nothing on stdout', async () => {
    for (const args of [['ask'], ['ask', '--json'], ['ask', '  ']]) {
      expect(await run(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('->') });
    }
  });
});

describe('ask --batch', () => {
  const questions = [
    { id: 'b', question: 'who is accountable for canary releases?' },
    { id: 7, question: 'What is our GPU budget?', kind: 'ignored' },
    { question: '' },
    { id: 'a', question: `who owns rollback? ${'x '.repeat(30_000)}` },
  ];
  const lines = questions.map((line) => JSON.stringify(line)).join('\n');

  it('when lines come from a file or stdin, each gets one JSON line, in order, with its id', async () => {
    const file = join(folder, 'batch.jsonl');
    await writeFile(file, `\ufeff${lines}\r\n\n`);
    const fromFile = await run(['ask', '--batch', file]);
    const fromStdin = await run(['ask', '--batch', '-'], { input: lines });
    for (const { code, out } of [fromFile, fromStdin]) {
      expect(code).toBe(0);
      const answers = jsonLines(out).map((line) => answer.parse(line));
      expect(answers.map((one) => one.id)).toEqual(['b', 7, null, 'a']);
      expect(answers.map((one) => one.abstained).slice(0, 3)).toEqual([false, true, true]);
    }
  });

  it('when lines are broken, they are named and none is answered', async () => {
    const input = `${lines}\n[1]\n{"id":"x"}\nnot json\n`;
    const ran = await run(['ask', '--batch', '-'], { input });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err.match(/^ {2}line (\d+):/gm)).toEqual(['  line 5:', '  line 6:', '  line 7:']);
  });

  it('when the file is missing, or a question is given beside it, exit 2', async () => {
    expect(await run(['ask', '--batch', join(folder, 'none')])).toMatchObject({ code: 2, out: '' });
    expect(await run(['ask', '--batch', '-', 'and this?'])).toMatchObject({ code: 2, out: '' });
  });

  it('when it is empty, nothing is printed', async () => {
    expect(await run(['ask', '--batch', '-'], { input: '\n' })).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('knowledge', () => {
  const line = z.strictObject({
    id: z.string(),
    title: z.string(),
    document: z.string(),
    version: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    authority: z.enum(['binding', 'adopted', 'reference']),
    audience: z.enum(['public', 'internal', 'restricted']),
    raci: roles.nullable(),
    alternatives: z.array(z.enum(['responsible', 'accountable', 'consulted', 'informed'])),
    ownership: z.array(owner).nullable(),
    mappings: z.record(z.string(), z.array(z.string())),
    statements: z.array(z.string()),
    figures: z.array(z.string()),
    guardrails: z.array(z.string()),
    aliases: z.array(z.string()),
    questions: z.array(z.string()),
  });

  it('when it lists as JSON, each item is a line of the contract', async () => {
    const items = jsonLines((await run(['knowledge', 'list', '--json'])).out).map((item) => line.parse(item));
    expect(items.length).toBeGreaterThan(40);
    expect(items.find((item) => item.id === 'WP-2.6.1')?.raci?.accountable).toHaveLength(2);
    expect(items.find((item) => item.id === 'AICM-GRC-05')?.ownership).toHaveLength(4);
  });

  it('when a person reads it, it fits 80 columns', async () => {
    expect(widest((await run(['knowledge', 'list'])).out)).toBeLessThanOrEqual(80);
    expect(widest((await run(['knowledge', 'show', 'POL-2.1'])).out)).toBeLessThanOrEqual(80);
  });

  it.each(['WP-2.6.1', 'wp-2.6.1', 'wp 2.6.1', 'section 2.6.1'])(
    'when the id is written %s, it is found',
    async (id) => {
      const { code, out } = await run(['knowledge', 'show', id, '--json']);
      expect(code).toBe(0);
      expect(line.parse(JSON.parse(out)).id).toBe('WP-2.6.1');
    },
  );

  it('when the id or the document is unknown, exit 2 with the nearest', async () => {
    expect(await run(['knowledge', 'show', 'GRC'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('AICM-GRC-05'),
    });
    expect((await run(['knowledge', 'show', 'WP-99', '--json'])).code).toBe(2);
    expect((await run(['knowledge', 'list', '--document', 'nothing'])).code).toBe(2);
  });
});

describe('eval', () => {
  const examples = new URL('../../../shared/eval/examples.jsonl', import.meta.url);
  it.skipIf(!existsSync(examples))('when the examples are run, a table and a JSON summary come out', async () => {
    const file = join(folder, 'examples.jsonl');
    await writeFile(file, readFileSync(examples));
    const { code, out } = await run(['eval', file]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+ of 40 questions pass\n/);
    expect(widest(out)).toBeLessThanOrEqual(80);
    const summary = z.looseObject({ all: z.looseObject({ total: z.literal(40) }) });
    summary.parse(JSON.parse((await run(['eval', file, '--json'])).out));
  });

  it('when the file is no evaluation, exit 2', async () => {
    const file = join(folder, 'bad.jsonl');
    await writeFile(file, '{"id":1}\n');
    expect(await run(['eval', file])).toMatchObject({ code: 2, out: '' });
  });
});

describe('usage', () => {
  it('when the command or option is unknown, exit 2 on stderr', async () => {
    for (const args of [[], ['frobnicate'], ['ask', '--nope', 'x'], ['knowledge'], ['evidence'], ['request', 'show']]) {
      expect(await run(args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/\S/) });
    }
  });

  it('when help or the version is asked for, exit 0 on stdout, within 80 columns', async () => {
    for (const args of [['--help'], ['help', 'ask'], ['evidence', 'export', '--help'], ['--version']]) {
      const { code, out, err } = await run(args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(widest(out)).toBeLessThanOrEqual(80);
    }
  });

  it('when Slack tokens are set, the sandbox does not open', async () => {
    const env = { SLACK_BOT_TOKEN: 'xoxb-1-2-3' };
    expect(await run(['sandbox'], { env })).toMatchObject({ code: 2, err: expect.stringContaining('SLACK_BOT_TOKEN') });
  });

  it('when settings are wrong, start lists them all and exits 2', async () => {
    const ran = await run(['start'], { env: { PORT: 'x', HOST: '0.0.0.0' } });
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('PORT');
    expect(ran.err).toContain('HOST');
  });

  it('when nothing was ever started, doctor says so and all is well', async () => {
    const { code, out } = await run(['doctor']);
    expect(code).toBe(0);
    expect(out).toMatch(/never started/);
    expect(out).toMatch(/\nall well\n$/);
    const [inForce = ''] = (await run(['knowledge', 'status'])).out.split('\n');
    expect(inForce).toMatch(/^\d+ items of \d+ documents in force$/);
    expect(out).toContain(inForce);
  });
});
