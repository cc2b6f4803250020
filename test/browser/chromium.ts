/** A real browser for tests, where there is one. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the browser; null where none is found, and then the tests say so and are skipped. */
export const chromiumPath: string | null = PATHS.find((path) => existsSync(path)) ?? null;

if (chromiumPath === null)
  process.stderr.write('browser tests are skipped: no Chromium found (Debian: apt install chromium)\n');

/** Starts it without a profile and without talking to anybody. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('no Chromium');
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}
