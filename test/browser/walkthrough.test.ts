/**
 * What a newcomer sees, in a real browser: start, look around, ask, request, decide, verify, and see a changed byte
 * found. The server is started as `npm start` starts it, with nothing but a folder.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createPool } from '#src/adapters/postgres/pool.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const shots = join(root, 'test/artifacts');
const run = promisify(execFile);

type Started = {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly address: string;
  readonly output: string;
};

/** Starts the server on a folder and waits for its address. */
function start(dataDir: string): Promise<Started> {
  const env = { ...process.env, PORT: '0', COUNTERSIGN_DATA_DIR: dataDir, DATABASE_URL: '', SLACK_BOT_TOKEN: '' };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      const address = /Open (http:\/\/\S+)/.exec(output)?.[1];
      if (address !== undefined) resolve({ child, address, output });
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
}

function stop(started: Started): Promise<number | null> {
  return new Promise((resolve) => {
    started.child.removeAllListeners('exit');
    started.child.on('exit', resolve);
    started.child.kill('SIGTERM');
  });
}

async function countersign(
  dataDir: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  const env = { ...process.env, COUNTERSIGN_DATA_DIR: dataDir, DATABASE_URL: '', SLACK_BOT_TOKEN: '' };
  try {
    const { stdout, stderr } = await run(process.execPath, ['bin/countersign.mjs', ...args], { cwd: root, env });
    return { code: 0, out: stdout + stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, out: failed.stdout + failed.stderr };
  }
}

describe.skipIf(chromiumPath === null)('a newcomer', () => {
  let dataDir = '';
  let started: Started;
  let browser: Browser;
  let page: Page;
  const shot = (name: string) => page.screenshot({ path: join(shots, `walkthrough-${name}.png`) });

  beforeAll(async () => {
    await mkdir(shots, { recursive: true });
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-walk-'));
    started = await start(dataDir);
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    page.setDefaultTimeout(10_000);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    if (started.child.exitCode === null) await stop(started);
    await rm(dataDir, { recursive: true, force: true });
  });

  const actAs = async (name: string) => {
    await page.getByRole('button', { name: /^Acting as/ }).click();
    await page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
  };
  const goTo = (place: string) =>
    page.getByRole('navigation', { name: 'Channels and messages' }).getByText(place, { exact: true }).click();
  const say = async (text: string) => {
    const composer = page.getByRole('combobox', { name: /^Message/ });
    await composer.fill(text);
    await composer.press('Enter');
  };
  const dialog = () => page.getByRole('dialog');

  it('sees each step of the first start with its time, then the address', () => {
    expect(started.output).toMatch(/\d+ items of \d+ documents in force/);
    expect(started.output).toMatch(/database created +\d+\.\d\d s/);
    expect(started.output).toMatch(/migrations? applied +\d+\.\d\d s/);
    expect(started.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('finds a workspace with people, channels and a composer', async () => {
    await page.goto(started.address);
    await page.getByText('ai-governance-committee').first().waitFor();
    await page.getByRole('button', { name: /Acting as Emma Lindqvist/ }).waitFor();
    await page.getByRole('button', { name: /^Acting as/ }).click();
    for (const title of [
      'Model owner',
      'CISO',
      'Chief AI Officer',
      'Legal counsel',
      'Ethics board member',
      'Auditor',
    ]) {
      await page.getByRole('menuitemradio', { name: new RegExp(title) }).waitFor();
    }
    await page.keyboard.press('Escape');
    await shot('1-workspace');
  });

  it('gets a cited answer, opens its source, and gets an honest no', async () => {
    await goTo('ask-governance');
    await say('who is accountable for canary releases?');
    const replies = page.getByText(/\d+ repl(y|ies)/);
    await replies.first().click();
    await page.getByText('Head of AI Operations or Chief Technology Officer').first().waitFor();
    await page.getByText('[WP-2.6.1]').first().waitFor();
    await shot('2-answer');
    await page
      .getByRole('button', { name: /WP-2\.6\.1/ })
      .first()
      .click();
    await dialog().getByText('DevOps Team').first().waitFor();
    await shot('3-source');
    await page.keyboard.press('Escape');
    await goTo('Countersign');
    await say('What is our GPU budget?');
    await page
      .getByText(/budget/)
      .nth(1)
      .waitFor();
    await page
      .getByText(/Nearest/)
      .first()
      .waitFor();
    await shot('4-honest-no');
  });

  it('requests a deployment as the model owner, and a card stands in the committee channel', async () => {
    await actAs('Milo');
    await goTo('ask-governance');
    await say('/governance deploy');
    const form = dialog();
    await form.getByLabel('System', { exact: true }).fill('ticket-router');
    await form.getByLabel('Version').fill('1.4.0');
    await form.getByLabel('Artefact digest').fill(`sha256:${'4f'.repeat(32)}`);
    await form.getByRole('button', { name: /^Environment/ }).click();
    await page.getByRole('option', { name: 'staging' }).click();
    await form.getByLabel('Purpose').fill('Sorts incoming tickets by topic for the service desk.');
    for (const group of await form.getByRole('radio', { name: 'No' }).all()) await group.check();
    await form
      .getByText(/Minimal tier/i)
      .first()
      .waitFor();
    await form.getByLabel(/^Risk assessment/).fill('https://wiki.example.com/risk/ticket-router 2026-10-01');
    await shot('5-form');
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.waitFor({ state: 'detached' });
    await goTo('ai-governance-committee');
    await page.getByText(/DR-1/).first().waitFor();
    await shot('6-card');
  });

  it('is refused on the own request, with the reason', async () => {
    await page.getByRole('button', { name: 'Review and vote' }).click();
    await page
      .getByText(/separation of duties/)
      .first()
      .waitFor();
    await shot('7-refused');
  });

  it('is approved by two committee roles with a reason; the card becomes the decision and names its entry', async () => {
    for (const [name, word] of [
      ['Carla', 'CISO'],
      ['Aiko', 'CAIO'],
    ] as const) {
      await actAs(name);
      await goTo('ai-governance-committee');
      await page.getByRole('button', { name: 'Review and vote' }).click();
      await dialog().getByRole('radio', { name: 'Approve', exact: true }).check();
      await dialog().getByLabel('Reason').fill(`Tested under load (${word}).`);
      await shot(`8-vote-${word}`);
      await dialog().getByRole('button', { name: 'Record my vote' }).click();
      await dialog().waitFor({ state: 'detached' });
    }
    await page
      .getByText(/evidence entry \d+/)
      .first()
      .waitFor();
    await shot('9-decision');
    await actAs('Milo');
    await goTo('Countersign');
    await page
      .getByText(/is approved/)
      .first()
      .waitFor();
    await shot('10-told');
  });

  it('verifies the log beside the running server', async () => {
    const { code, out } = await countersign(dataDir, 'evidence', 'verify');
    expect(out).toMatch(/\b\d+ entries\b/);
    expect(out).toContain('verified');
    expect(code).toBe(0);
  });

  it('stops on SIGTERM, starts again within its state, and finds one changed byte', async () => {
    expect(await stop(started)).toBe(0);
    const postgres = await startEmbedded({ dataDir, mode: 'attach' });
    const pool = createPool(postgres.connectionString, { max: 1 });
    await pool.query('UPDATE entry SET leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) WHERE log_index = 3');
    await pool.end();
    await postgres.stop();
    const { code, out } = await countersign(dataDir, 'evidence', 'verify');
    expect(out).toMatch(/\b3\b/);
    expect(code).toBe(1);
    started = await start(dataDir);
    await page.goto(started.address);
    await page.getByText('ai-governance-committee').first().click();
    await page.getByText(/DR-1/).first().waitFor();
  });
});
