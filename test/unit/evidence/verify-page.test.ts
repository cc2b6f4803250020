/** verify.html: the same verification on WebCrypto, and the built page in a real browser, from a file, offline. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeZipFile } from '#src/adapters/archive/zip-file.ts';
import { openBlobZip } from '#src/adapters/browser/blob-zip.ts';
import { canVerify, createWebCrypto } from '#src/adapters/browser/web-crypto.ts';
import { buildBundle } from '#src/evidence/bundle-build.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { chromiumPath, launchChromium } from '../../browser/chromium.ts';
import { bundleInput, crypto, logOf, signerOf, vkey } from './fixtures.ts';

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
  it('verifies a bundle from a file, without a network', async () => {
    const root = new URL('../../../', import.meta.url);
    execFileSync(process.execPath, [new URL('scripts/build-verify-html.ts', root).pathname], { stdio: 'pipe' });
    const browser = await launchChromium();
    try {
      const page = await (await browser.newContext({ offline: true })).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.goto(pathToFileURL(new URL('dist/verify.html', root).pathname).href);
      const outcome = async (keys: string, anchors: readonly string[]) => {
        await page.getByLabel('Bundle (ZIP)').setInputFiles(path);
        await page.getByLabel(/Verifier keys/).fill(keys);
        await page.getByLabel(/Checkpoints that you kept/).setInputFiles([...anchors]);
        await page.getByRole('button', { name: 'Verify' }).click();
        await page.locator('#verify:enabled').waitFor();
        return page.getByRole('status').getAttribute('data-state');
      };
      expect(await outcome('', [])).toBe('unproven');
      expect(await outcome(await vkey(signerOf('stranger')), [])).toBe('bad');
      expect(await page.getByRole('cell', { name: 'checkpoint_unknown_key' }).count()).toBe(1);
      expect(await outcome(await vkey(), [anchor])).toBe('good');
      expect(await page.getByRole('cell', { name: 'consistent' }).count()).toBe(1);
      expect(complaints).toEqual([]);
      mkdirSync(new URL('test/artifacts/', root), { recursive: true });
      await page.screenshot({ path: new URL('test/artifacts/verify-page.png', root).pathname, fullPage: true });
    } finally {
      await browser.close();
    }
  });
});
