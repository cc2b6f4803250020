import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Stage } from '../integration/sandbox-fixture.ts';
import { inBrowser, type OpenPage, openPage } from './sandbox-page-browser.ts';

let open: OpenPage | null;
let page: Page;
let stage: Stage;

beforeAll(async () => {
  open = await openPage();
  if (!open) return;
  ({ page, stage } = open);
  await page.goto(`${stage.url}/?as=U0MILO&channel=C0ASK`);
  await page.getByRole('combobox', { name: 'Message #ask-governance' }).waitFor();
});
afterAll(() => open?.close());

const composer = () => page.getByRole('combobox', { name: 'Message #ask-governance' });
/** What has the focus, in words. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });

inBrowser(
  'the composer has the focus; arrows and Enter complete, Shift+Enter breaks the line, Enter sends',
  async () => {
    expect(await focused()).toBe('Message #ask-governance');
    await page.keyboard.type('ask @coun');
    await page.getByRole('option', { name: /Countersign/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    expect(await composer().inputValue()).toBe('ask @Countersign one\ntwo');
    await page.keyboard.press('Enter');
    await page.locator('.message', { hasText: 'two' }).locator('.mention', { hasText: '@Countersign' }).waitFor();
    // The message can come over the stream before the answer to its sending, which empties the composer.
    await page.waitForFunction(
      (label) => document.querySelector<HTMLTextAreaElement>(`[aria-label="${label}"]`)?.value === '',
      'Message #ask-governance',
    );
    const mention = stage.received.find(
      (item) => (item.body['event'] as { type?: string } | undefined)?.type === 'app_mention',
    );
    expect(mention?.body).toMatchObject({ event: { text: 'ask <@U0COUNTERSIGN> one\ntwo' } });
  },
);

inBrowser(
  'a modal takes the focus, keeps it, closes by Escape and gives it back; a list inside closes first',
  async () => {
    await page.keyboard.type('/governance deploy');
    await page.keyboard.press('Enter');
    const modal = page.getByRole('dialog', { name: 'Request a deployment' });
    await modal.waitFor();
    await page.waitForFunction(
      () => document.activeElement?.closest('[role=dialog]') && document.activeElement.tagName === 'INPUT',
    );
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)).toBe(true);
    }
    const environment = modal.getByRole('button', { name: /^Environment/ });
    await environment.press('Enter');
    await page.getByRole('listbox', { name: 'Environment' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox', { name: 'Environment' }).waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Environment/);
    await environment.press('Enter');
    await page.keyboard.type('stag');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Environment: Staging');
    await page.keyboard.press('Escape');
    await modal.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    expect(stage.received.some((item) => item.body['type'] === 'view_closed')).toBe(true);
  },
);

inBrowser('a modal pushed on another gives back what was typed below', async () => {
  stage.script = async ({ body }) => {
    const title = { type: 'plain_text' as const, text: body['type'] === 'view_submission' ? 'Second' : 'First' };
    const element = { type: 'plain_text_input', action_id: 'v' };
    const blocks = [{ type: 'input', block_id: title.text, label: title, element }];
    const view = {
      type: 'modal' as const,
      title,
      submit: { type: 'plain_text' as const, text: 'Next' },
      blocks,
    } as never;
    if (body['command']) await stage.client.views.open({ trigger_id: String(body['trigger_id']), view });
    return body['type'] === 'view_submission' ? { body: { response_action: 'push', view } } : {};
  };
  await page.keyboard.type('/governance deploy');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'First' }).getByLabel('First').fill('kept');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Second' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog', { name: 'First' }).getByLabel('First').inputValue()).toBe('kept');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

inBrowser('Enter in a field that dispatches tells the app and does not submit the modal', async () => {
  stage.script = async ({ body }) => {
    const text = (words: string) => ({ type: 'plain_text' as const, text: words });
    const types = ['plain_text_input', 'number_input', 'url_text_input', 'email_text_input'];
    const blocks = types.map((type) => ({
      type: 'input',
      block_id: type,
      label: text(type),
      dispatch_action: true,
      element: { type, action_id: 'v', ...(type === 'number_input' ? { is_decimal_allowed: false } : {}) },
    }));
    const view = { type: 'modal' as const, title: text('Dispatches'), submit: text('Send'), blocks } as never;
    if (body['command']) await stage.client.views.open({ trigger_id: String(body['trigger_id']), view });
    return {};
  };
  const count = (type: string) => stage.received.filter((item) => item.body['type'] === type).length;
  const [submitted, acted] = [count('view_submission'), count('block_actions')];
  await composer().fill('/governance deploy');
  await page.keyboard.press('Enter');
  const modal = page.getByRole('dialog', { name: 'Dispatches' });
  for (const [index, name] of ['plain_text_input', 'number_input', 'url_text_input', 'email_text_input'].entries()) {
    await modal.getByLabel(name).fill(['UC-1', '7', 'https://a.example', 'a@b.example'][index] ?? '');
    await page.keyboard.press('Enter');
    await expect.poll(() => count('block_actions')).toBe(acted + index + 1);
  }
  expect(count('view_submission')).toBe(submitted);
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });
});

inBrowser('a message of others is said to screen readers; 50,000 characters are cut with a note', async () => {
  stage.script = () => ({});
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'Decided: *approved* by <@U0CISO>' });
  await page
    .locator('[aria-live=polite]', { hasText: 'Countersign: Decided: approved by @Carla Reyes' })
    .waitFor({ state: 'attached' });
  await composer().fill(`${'long words '.repeat(4_600)}`);
  await page.getByText(/characters: will be cut at 40,000/).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('The message was cut at 40,000 characters.').waitFor();
  await page.getByText('Cut at 40,000 characters, as Slack does.').waitFor();
});

inBrowser('a reload comes back to the same person, channel and thread; back goes back', async () => {
  const { ts = '' } = await stage.client.chat.postMessage({ channel: 'C0COMMITTEE', text: 'A card' });
  await open?.goTo('C0COMMITTEE');
  await page.locator(`[id="m-${ts}"]`).hover();
  await page.getByRole('button', { name: 'Reply in thread' }).last().click();
  await page.reload();
  await page.getByRole('complementary', { name: 'Thread' }).getByText('A card').waitFor();
  expect(await page.getByRole('button', { name: /^Acting as/ }).textContent()).toContain('Milo Okafor');
  await page.goBack();
  await page.getByRole('complementary', { name: 'Thread' }).waitFor({ state: 'detached' });
  await page.goto(`${stage.url}/?as=U0NOBODY`);
  await page.getByRole('button', { name: /^Acting as Emma/ }).waitFor();
});

inBrowser('a failing app is told where it was clicked, and the panel says how it failed', async () => {
  stage.script = () => ({ status: 500 });
  await page.goto(`${stage.url}/?as=U0MILO&channel=C0ASK`);
  await composer().fill('/governance help');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Countersign refused the request (HTTP 500). Try again.').waitFor();
  await page
    .getByRole('complementary', { name: 'What just happened' })
    .getByText(/refused \(HTTP 500\)/)
    .first()
    .waitFor();
  expect(await composer().inputValue()).toBe('/governance help');
  await composer().fill('/nothing');
  await page.keyboard.press('Enter');
  await page.getByText('/nothing is no command here. Try /governance.').waitFor();
});
