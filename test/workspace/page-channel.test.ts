import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MANIFEST, type PageWorld, startPageWorld } from './page-app.ts';
import { axeFindings, composer, hasBrowser, launch, openPage, say } from './page-browser.ts';

const SOON = { timeout: 8_000, interval: 50 };
const SCOPES = ['commands', 'chat:write', 'channels:read', 'channels:manage', 'bookmarks:write', 'reactions:read'];

describe.skipIf(!hasBrowser)('what stands around the messages, in a browser', () => {
  let browser: Browser;
  let world: PageWorld;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    const events = { bot_events: ['app_home_opened', 'reaction_added', 'reaction_removed'] };
    world = await startPageWorld({
      manifest: {
        ...MANIFEST,
        oauth_config: { scopes: { bot: SCOPES } },
        settings: { ...MANIFEST.settings, event_subscriptions: events },
      },
    });
  });
  afterEach(() => world.stop());

  test('shows the topic and the bookmarks of a channel, and what can be done with it', async () => {
    const { client } = world.app;
    const { page } = await openPage(browser, world.workspace);
    await client.conversations.setTopic({ channel: 'C0OPS', topic: 'SEV1: payments-prod' });
    const link = { channel_id: 'C0OPS', type: 'link' as const, title: 'Runbook', link: 'https://example.com/runbook' };
    await client.bookmarks.add({ ...link, emoji: ':memo:' });
    await page.getByText('SEV1: payments-prod').waitFor();
    const bookmarks = page.getByRole('navigation', { name: 'Bookmarks' });
    expect(await bookmarks.getByRole('link', { name: 'Runbook' }).getAttribute('href')).toBe(link.link);

    await page.getByRole('button', { name: 'What you can do with #ops' }).press('Enter');
    await page.getByRole('button', { name: 'Remove Rekey from this channel' }).press('Enter');
    await vi.waitFor(
      async () => expect((await client.conversations.info({ channel: 'C0OPS' })).channel?.is_member).toBe(false),
      SOON,
    );
    await page.getByRole('button', { name: 'What you can do with #ops' }).press('Enter');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Archive the channel' }).press('Enter');
    await page.getByText('Archived. SEV1: payments-prod').waitFor();
    await page.context().close();
  });

  test('a message gets a reaction and a shortcut by keyboard alone, and is deleted', async () => {
    const happened: string[] = [];
    world.app.event('reaction_added', async ({ event }) => void happened.push(event.reaction));
    world.app.shortcut('start_runbook', async ({ ack, shortcut }) => {
      await ack();
      happened.push('message' in shortcut ? String(shortcut.message.text) : '');
    });
    const { page } = await openPage(browser, world.workspace);
    await say(page, 'it began at ten');
    const message = page.locator('#channel').getByText('it began at ten');
    await message.waitFor();
    await composer(page).press('Shift+Tab');
    await page.getByRole('button', { name: 'Add a reaction' }).press('Enter');
    await page.getByRole('button', { name: 'pushpin' }).press('Enter');
    await page.getByRole('button', { name: '📌 1 pushpin: Alice Archer' }).waitFor();
    await page.getByRole('button', { name: 'Shortcuts for this message' }).press('Enter');
    await page.getByRole('button', { name: /^Start a runbook/ }).press('Enter');
    await vi.waitFor(() => expect(happened).toEqual(['pushpin', 'it began at ten']), SOON);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
    await page.getByRole('button', { name: 'Delete message' }).press('Enter');
    await message.waitFor({ state: 'detached' });
    await page.context().close();
  });
});
