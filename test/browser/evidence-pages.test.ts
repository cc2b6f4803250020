/** The evidence pages in a real browser: verification runs in it, the keyboard reaches everything, pictures to look at. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm } from '../integration/approval-fixture.ts';
import { startWithRequests } from '../integration/evidence-fixture.ts';
import type { TestServer } from '../integration/server-fixture.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const artifacts = join(import.meta.dirname, '..', 'artifacts');

describe.skipIf(chromiumPath === null)('evidence pages in a browser', () => {
  let test: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    [test, browser] = [await startWithRequests(), await launchChromium()];
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await test?.close();
  });

  async function open(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1180, height: 900 }, ...options });
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(test.server.address + path);
    expect(problems).toEqual([]);
    return page;
  }

  it('when "verify now" is pressed, every entry is checked in the browser', async () => {
    const page = await open('/evidence/requests/DR-1');
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^Verified: all \d+ entries/).waitFor();
    await page.screenshot({ path: join(artifacts, 'evidence-request-verified.png'), fullPage: true });
    await page.close();
  });

  it('when the key is another log’s, it refuses', async () => {
    const page = await open('/evidence/requests/DR-1');
    await page
      .getByLabel('Verifier key of the log')
      .fill('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx');
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^(Not verified|Refused)/).waitFor();
    await page.close();
  });

  it('when a text on the way was changed, that entry is refused by name', async () => {
    const page = await open('/evidence/requests/DR-1');
    await page.route('**/evidence/entries/*.texts.json', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('Tested under load.', 'Never tested.') });
    });
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^Not verified: 2 of/).waitFor();
    await page.close();
  });

  it('when evidence was uploaded, the page names it and gives it out', async () => {
    const { driver } = test;
    const pdf = '%PDF-1.7\n% an assessment\n';
    const id = await driver.upload('U0MILO', 'risk.pdf', pdf);
    await driver.command('U0MILO', 'C0ASK', '/governance deploy');
    const beside = '2026-10-01 until 2027-10-01 v2.1';
    const file = { 'evidence.risk-assessment': beside, 'file.risk-assessment': [id] };
    await driver.submit('U0MILO', { ...minimalForm, system: 'invoice-reader', ...file });
    const page = await open('/evidence?system=invoice-reader', { viewport: { width: 360, height: 740 } });
    await page.getByRole('link', { name: /^DR-/ }).click();
    await page.getByRole('heading', { level: 1, name: /invoice-reader/ }).waitFor();
    // The heading is there before the style is, and only with it is the page as wide as people see it.
    await page.waitForLoadState();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const link = page.getByRole('link', { name: 'Download the file' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(await readFile(await download.path(), 'utf8')).toBe(pdf);
    await page.close();
  });

  it('when only the keyboard is used, the skip link, the filters and a request are reached', async () => {
    const page = await open('/evidence');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.getByLabel('Search').focus();
    await page.keyboard.type('credit');
    await page.keyboard.press('Enter');
    await page.getByText(/^1 request of \d/).waitFor();
    await page.getByRole('link', { name: 'DR-2' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /DR-2/ }).waitFor();
    await page.close();
  });

  it('when a page is read aloud, each field has a name, each table a caption, and no level of heading is skipped', async () => {
    for (const path of [
      '/evidence',
      '/evidence/requests/DR-1',
      '/evidence/controls',
      '/evidence/entries',
      '/evidence/about',
    ]) {
      const page = await open(path);
      const faults = await page.evaluate(() => {
        const found: string[] = [];
        for (const field of document.querySelectorAll<HTMLInputElement>('input, select'))
          if ((field.labels?.length ?? 0) === 0) found.push(`no label: ${field.name}`);
        for (const table of document.querySelectorAll('table')) if (table.caption === null) found.push('no caption');
        const levels = [...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]));
        if (levels.filter((level) => level === 1).length !== 1) found.push('not one h1');
        levels.forEach((level, i) => {
          if (level > (levels[i - 1] ?? 0) + 1) found.push(`h${level} after h${levels[i - 1]}`);
        });
        if (document.documentElement.lang !== 'en') found.push('no language');
        return found;
      });
      expect(faults).toEqual([]);
      await page.close();
    }
  });

  it('when the screen is narrow, nothing is wider than it; light and dark are pictured', async () => {
    const paths = {
      register: '/evidence',
      request: '/evidence/requests/DR-1',
      controls: '/evidence/controls',
      about: '/evidence/about',
      entries: '/evidence/entries',
    };
    for (const [name, path] of Object.entries(paths)) {
      const narrow = await open(path, { viewport: { width: 360, height: 740 } });
      expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      await narrow.screenshot({ path: join(artifacts, `evidence-${name}-narrow.png`), fullPage: true });
      await narrow.close();
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(path, { colorScheme });
        await page.screenshot({ path: join(artifacts, `evidence-${name}-${colorScheme}.png`), fullPage: true });
        await page.close();
      }
    }
  });
});
