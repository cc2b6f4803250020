import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { test } from 'vitest';
import { openStage, type Stage, temporaryFolder } from '../integration/sandbox-fixture.ts';
import { playApp } from './sandbox-page-app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHOTS = `${ROOT}test/artifacts`;
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (executablePath === undefined) {
  process.stderr.write('The browser tests of the sandbox`s page are skipped: no Chromium was found in /usr/bin.\n');
}

/** A test that needs a browser; skipped where there is none. */
export const inBrowser = test.skipIf(executablePath === undefined);

/** The sandbox with the scripted app, its page freshly built, in a browser. */
export type OpenPage = {
  readonly stage: Stage;
  readonly page: Page;
  /** What the page said on its console or asked from elsewhere. */
  readonly complaints: readonly string[];
  shot(name: string): Promise<void>;
  actAs(id: string): Promise<void>;
  goTo(channel: string): Promise<void>;
  close(): Promise<void>;
};

/** Null where there is no browser. */
export const openPage = async (): Promise<OpenPage | null> => {
  if (executablePath === undefined) return null;
  mkdirSync(SHOTS, { recursive: true });
  const pageDir = temporaryFolder();
  await build({
    configFile: `${ROOT}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: pageDir, emptyOutDir: true },
  });
  const stage = await openStage({
    pageDir,
    shortcuts: [{ type: 'message', name: 'Ask about this', callback_id: 'ask' }],
  });
  stage.script = playApp(stage);
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  const complaints: string[] = [];
  page.setDefaultTimeout(8_000);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  return {
    stage,
    page,
    complaints,
    shot: async (name) => {
      await page.screenshot({ path: `${SHOTS}/sandbox-${name}.png`, animations: 'disabled' });
    },
    actAs: async (id) => {
      await page.getByRole('button', { name: /^Acting as/ }).click();
      await page.locator(`[data-user=${id}]`).click();
      await page.locator(`[data-acting-as=${id}]`).waitFor();
    },
    goTo: (channel) => page.locator(`[data-channel=${channel}]`).click(),
    close: async () => {
      await browser.close();
      await stage.close();
    },
  };
};
