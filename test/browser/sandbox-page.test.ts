import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Stage } from '../integration/sandbox-fixture.ts';
import { inBrowser, type OpenPage, openPage } from './sandbox-page-browser.ts';

let open: OpenPage | null;
let page: Page;
let stage: Stage;
const shot = (name: string) => open?.shot(name);
const actAs = (id: string) => open?.actAs(id);
const goTo = (channel: string) => open?.goTo(channel);

beforeAll(async () => {
  open = await openPage();
  if (!open) return;
  ({ page, stage } = open);
  await page.goto(`${stage.url}/?as=U0EMMA&channel=C0ASK`);
});
afterAll(() => open?.close());

inBrowser('an employee asks, the answer comes in a thread, its source opens a modal', async () => {
  await page
    .getByRole('combobox', { name: 'Message #ask-governance' })
    .fill('who is accountable for canary releases? <!channel>');
  await page.keyboard.press('Enter');
  await page.locator('.message', { hasText: 'canary releases? <!channel>' }).waitFor();
  await page.getByRole('button', { name: /1 reply/ }).click();
  const thread = page.getByRole('complementary', { name: 'Thread' });
  await thread.getByText('Head of AI Operations').waitFor();
  await page.getByRole('complementary', { name: 'What just happened' }).getByText('message.channels').waitFor();
  await shot('thread-light');
  await thread.getByRole('button', { name: 'WP-2.6.1 Canary releases' }).click();
  const modal = page.getByRole('dialog', { name: 'WP-2.6.1' });
  await modal.getByText('Head of AI Operations <!channel>').waitFor();
  await shot('modal-source');
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });
  await thread.getByRole('button', { name: 'Close the thread' }).click();
});

inBrowser(
  'a model owner completes the command, fills the form, is corrected on the field, and the card appears',
  async () => {
    await actAs('U0MILO');
    const composer = page.getByRole('combobox', { name: 'Message #ask-governance' });
    await composer.fill('/gov');
    await page.getByRole('option', { name: /^\/governance deploy/ }).waitFor();
    await shot('command');
    await page.getByRole('option', { name: /^\/governance deploy/ }).click();
    await page.keyboard.press('Enter');
    const modal = page.getByRole('dialog', { name: 'Request a deployment' });
    await modal.getByRole('button', { name: 'Send request' }).click();
    await modal.getByText('Please complete this required field.').first().waitFor();
    expect(await modal.getByText('Please complete this required field.').count()).toBeGreaterThan(3);
    await modal.getByLabel('System', { exact: true }).fill('credit-scoring');
    await modal.getByLabel('Artefact digest').fill('abc');
    await modal.getByRole('button', { name: /^Environment/ }).click();
    await page.getByRole('option', { name: 'Production' }).click();
    await modal.getByRole('radio', { name: 'Yes' }).check();
    await modal.getByRole('button', { name: /^System owner/ }).click();
    await page.getByRole('combobox', { name: 'Search System owner' }).fill('milo');
    await page.keyboard.press('Enter');
    await modal.getByLabel('Purpose').fill('Scores applications of new customers');
    await modal.getByRole('button', { name: 'Send request' }).click();
    await modal.getByText('A digest starts with sha256:').waitFor();
    await shot('form-errors');
    const problem = modal.getByText('Some fields need another look.');
    await problem.waitFor();
    await modal.getByLabel('Artefact digest').fill('sha256:00');
    // The last field that was named is mended: nothing stands there about fields any more.
    await problem.waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await modal.waitFor({ state: 'detached' });
    expect(
      stage.received.some((item) => ((item.body['actions'] ?? []) as { action_id: string }[])[0]?.action_id === 'env'),
    ).toBe(true);
    await goTo('C0COMMITTEE');
    await page.getByRole('heading', { name: /DR-12/ }).waitFor();
    await shot('card-light');
  },
);

inBrowser('a click with a confirm dialog is answered only to the one who clicked', async () => {
  await page.getByRole('button', { name: 'Reject', exact: true }).click();
  await page.getByRole('alertdialog', { name: 'Reject DR-12?' }).getByRole('button', { name: 'Reject' }).click();
  await page.getByText('Only visible to you').waitFor();
  await shot('ephemeral');
  await actAs('U0CISO');
  await page.getByRole('heading', { name: /DR-12/ }).waitFor();
  expect(await page.getByText('Only visible to you').count()).toBe(0);
  const panel = page.getByRole('complementary', { name: 'What just happened' });
  await panel.getByText('Evidence entry 41').waitFor();
});

inBrowser('the direct message has its tabs, prompts and the markdown of the app', async () => {
  await goTo('D0CISO');
  await page.getByRole('button', { name: 'Who approves?' }).click();
  await page.getByText('Noted.').waitFor();
  await shot('direct');
  await page.getByRole('tab', { name: 'Home' }).click();
  await page.getByRole('heading', { name: 'Waiting for you' }).waitFor();
  await shot('home');
});

inBrowser('dark and narrow look right, the rail is a drawer there', async () => {
  await goTo('C0COMMITTEE');
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await shot('card-dark');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Close the panel' }).click();
  await shot('narrow');
  await page.getByRole('button', { name: 'Channels', exact: true }).click();
  await goTo('C0ASK');
  await page.getByRole('button', { name: 'Channels', exact: true }).click();
  await page.waitForTimeout(250);
  await shot('narrow-rail');
  await page.getByRole('button', { name: 'Close the channels' }).click({ position: { x: 370, y: 300 } });
  await page.getByRole('button', { name: /1 reply/ }).click();
  await page.getByRole('complementary', { name: 'Thread' }).getByText('Head of AI Operations').waitFor();
  await shot('narrow-thread');
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Message #ask-governance' }).fill('/governance deploy');
  await page.keyboard.press('Enter');
  const modal = page.getByRole('dialog', { name: 'Request a deployment' });
  await modal.getByLabel('System', { exact: true }).waitFor();
  await shot('narrow-modal');
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});

inBrowser('the page asked nothing from elsewhere and its console stayed quiet', () => {
  expect(open?.complaints).toEqual([]);
});
