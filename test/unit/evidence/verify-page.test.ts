/** verify.html: the same verification on WebCrypto, and the built page in a real browser, from a file, offline. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeZipFile } from '#src/adapters/archive/zip-file.ts';
import { openBlobZip } from '#src/adapters/browser/blob-zip.ts';
import { canVerify, createWebCrypto } from '#src/adapters/browser/web-crypto.ts';
import { buildBundle } from '#src/evidence/bundle-build.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { chromiumPath, launchChromium } from '../../browser/chromium.ts';
import { append, bundleInput, createMemoryLog, crypto, logOf, publish, signerOf, vkey } from './fixtures.ts';

let folder: string;
let path: string;
let anchor: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-page-'));
  path = join(folder, 'bundle.zip');
  anchor = join(folder, 'kept.txt');
  const log = await logOf(9, 3);
  await writeZipFile(crypto, path, async (sink) => buildBundle(crypto, await bundleInput(log), sink));
  writeFileSync(anchor, log.checkpoints[1]?.note ?? '');
  writeFileSync(join(folder, 'checkpoint.txt'), log.checkpoints[2]?.note ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('on WebCrypto', () => {
  it('a bundle verifies, and damage to it is found', async () => {
    expect(await canVerify()).toBe(true);
    const web = createWebCrypto();
    const bytes = readFileSync(path);
    const report = await verifyBundle(web, await openBlobZip(web, new Blob([bytes])), { trusted: [await vkey()] });
    expect(report).toMatchObject({ verdict: 'verified', entries: 9, signaturesChecked: 9, findings: [] });
    const damaged = Buffer.from(bytes);
    damaged[2_000] = (damaged[2_000] as number) ^ 1;
    await expect(openBlobZip(web, new Blob([damaged]))).rejects.toHaveProperty('code', 'archive_invalid');
    expect(await web.verifyEd25519(new Uint8Array(31), new Uint8Array(1), new Uint8Array(64))).toBe(false);
  });
});

describe.skipIf(chromiumPath === null)('the page in a browser (needs Chromium)', () => {
  const root = new URL('../../../', import.meta.url);
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    execFileSync(process.execPath, [new URL('scripts/build-verify-html.ts', root).pathname], { stdio: 'pipe' });
    browser = await launchChromium();
    page = await (await browser.newContext({ offline: true })).newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(new URL('dist/verify.html', root).pathname).href);
  });
  afterAll(() => browser?.close());

  /** Verifies a bundle and returns how the page took it. */
  async function outcome(bundle: string, keys: string, anchors: readonly string[] = []): Promise<string | null> {
    await page.getByLabel('Bundle (ZIP)').setInputFiles(bundle);
    await page.getByLabel(/Verifier keys/).fill(keys);
    await page.getByLabel(/Checkpoints that you kept/).setInputFiles([...anchors]);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.locator('#verify:enabled').waitFor();
    return page.getByRole('status').getAttribute('data-state');
  }
  const codes = () => page.locator('caption:has-text("Findings") ~ tbody tr td:first-child').allTextContents();

  it('verifies a bundle from a file, without a network', async () => {
    expect(await outcome(path, '')).toBe('unproven');
    expect(await outcome(path, await vkey(), [anchor])).toBe('good');
    expect(await page.getByRole('cell', { name: 'consistent' }).count()).toBe(1);
    const [, , signedRoot = ''] = readFileSync(join(folder, 'checkpoint.txt'), 'utf8').split('\n');
    expect(await page.getByRole('row', { name: /^Root/ }).textContent()).toContain(signedRoot);
    mkdirSync(new URL('test/artifacts/', root), { recursive: true });
    await page.screenshot({ path: new URL('test/artifacts/verify-page.png', root).pathname, fullPage: true });
    expect(complaints).toEqual([]);
  });

  it('refuses a forged bundle, a tampered one, one that was rewritten since, and what is none', async () => {
    const at = (name: string) => join(folder, name);
    const forger = signerOf('a forger');
    const forged = await createMemoryLog();
    await append(forged, 4, forger);
    forged.keys = [{ purpose: 'statement', ...forger, validFrom: new Date(), retiredAt: null }];
    await publish(forged, forger);
    const own = { vkeys: [await vkey(forger)] };
    await writeZipFile(crypto, at('forged.zip'), async (sink) =>
      buildBundle(crypto, await bundleInput(forged, own), sink),
    );
    expect(await outcome(at('forged.zip'), '')).toBe('unproven');
    expect(await outcome(at('forged.zip'), await vkey())).toBe('bad');
    expect(await codes()).toEqual(['checkpoint_unknown_key']);

    const log = await logOf(9, 3);
    const [text] = log.disclosures.values();
    if (text !== undefined) log.disclosures.set(text.hash, { ...text, value: 'another reason' });
    await writeZipFile(crypto, at('text.zip'), async (sink) => buildBundle(crypto, await bundleInput(log), sink));
    expect(await outcome(at('text.zip'), await vkey())).toBe('bad');
    expect(await codes()).toEqual(['disclosure_mismatch']);

    const rewritten = await logOf(4);
    for (const more of [2, 3]) {
      await append(rewritten, more, forger);
      await publish(rewritten);
    }
    await writeZipFile(crypto, at('new.zip'), async (sink) => buildBundle(crypto, await bundleInput(rewritten), sink));
    expect(await outcome(at('new.zip'), await vkey(), [anchor])).toBe('bad');
    expect(await codes()).toContain('root_mismatch');

    const bytes = readFileSync(path);
    bytes[2_000] = (bytes[2_000] ?? 0) ^ 1;
    writeFileSync(at('flipped.zip'), bytes);
    expect(await outcome(at('flipped.zip'), await vkey())).toBe('bad');
    writeFileSync(at('none.zip'), 'hello');
    expect(await outcome(at('none.zip'), await vkey())).toBe('bad');
    expect(await outcome(path, 'no key')).toBe('bad');
    expect(complaints).toEqual([]);
  });

  it('says how far it is with a large bundle, and fits a narrow screen', async () => {
    const log = await logOf(3_000);
    const large = join(folder, 'large.zip');
    await writeZipFile(crypto, large, async (sink) => buildBundle(crypto, await bundleInput(log), sink));
    await page.evaluate(() => {
      const status = document.getElementById('status');
      const said: (string | null)[] = [];
      Object.assign(globalThis, { said });
      if (status) new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
    });
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await outcome(large, await vkey())).toBe('good');
    expect(await page.evaluate(() => Reflect.get(globalThis, 'said'))).toEqual([
      'Checking…',
      'Checking… 2,500 of 3,000 entries',
      expect.stringContaining('Verified'),
    ]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.screenshot({ path: new URL('test/artifacts/verify-page-narrow.png', root).pathname, fullPage: true });
  });
});
