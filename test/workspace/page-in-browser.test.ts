import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PageWorld, startPageWorld } from './page-app.ts';
import { axeFindings, composer, hasBrowser, launch, type OpenedPage, openPage, say } from './page-browser.ts';

const SOON = { timeout: 8_000, interval: 50 };

describe.skipIf(!hasBrowser)('the page, in a browser', () => {
  let browser: Browser;
  let world: PageWorld;
  let opened: OpenedPage[] = [];
  const open = async (where: BrowserContextOptions & { at?: string } = {}) => {
    const page = await openPage(browser, world.workspace, where);
    opened.push(page);
    return page.page;
  };

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    world = await startPageWorld({ strict: { ackMs: 1_500 } });
    opened = [];
  });
  afterEach(async () => {
    const problems = opened.flatMap((each) => each.problems);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    await world.stop();
    // No violated policy, no exception, no request to anywhere else, whatever the test did.
    expect(problems).toEqual([]);
  });

  test('completes a command, shows the form and its error, and lets a second person decide', async () => {
    const alice = await open();
    await composer(alice).pressSequentially('/r');
    const proposals = alice.getByRole('listbox', { name: 'Suggestions' });
    expect(await proposals.getByRole('option').allInnerTexts()).toHaveLength(2);
    await composer(alice).press('ArrowDown');
    await composer(alice).press('ArrowUp');
    await composer(alice).press('Tab');
    expect(await composer(alice).inputValue()).toBe('/rotate-key ');
    await alice.getByText('/rotate-key KEY leaked|planned because "why"').waitFor();
    await composer(alice).press('Enter');

    const modal = alice.getByRole('dialog', { name: 'Rotate a key' });
    await modal.getByRole('combobox', { name: 'Key' }).pressSequentially('stri');
    await modal.getByRole('option', { name: 'stripe-prod' }).waitFor();
    await modal.getByRole('combobox', { name: 'Key' }).press('Enter');
    await modal.getByRole('radio', { name: /Leaked/ }).check();
    const reason = modal.getByRole('textbox', { name: 'What happened?' });
    await reason.fill('gist');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.getByText('Say in a sentence what happened.').waitFor();
    expect(await reason.getAttribute('aria-invalid')).toBe('true');
    expect(await modal.locator(':focus').getAttribute('aria-invalid')).toBe('true');
    await reason.fill('The token stood in a public gist');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.waitFor({ state: 'hidden' });

    const bob = await open({ at: 'U0BOB/C0OPS' });
    await bob.getByText('asked to rotate stripe-prod: The token stood in a public gist').waitFor();
    await bob.getByRole('button', { name: 'Approve now' }).click();
    await bob.getByRole('dialog', { name: 'Revoke the old key?' }).getByRole('button', { name: 'Approve' }).click();
    await alice.getByText('Approved by @Bob Baker').waitFor();
    await alice.getByText('(edited)').waitFor();
    await alice.getByRole('button', { name: /1 reply/ }).click();
    await alice.getByRole('complementary', { name: 'Thread' }).getByText('Old key revoked.').waitFor();
  });

  test('asks before a button that wants to be confirmed, and does nothing on no', async () => {
    const alice = await open();
    await say(alice, '/rotate-key stripe-prod leaked');
    await alice.getByRole('button', { name: 'Approve now' }).click();
    await alice.getByRole('dialog').getByRole('button', { name: 'Not yet' }).click();
    await alice.getByRole('button', { name: 'Approve now' }).click();
    await alice.keyboard.press('Escape');
    await alice.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(world.workspace.wire.list().filter((entry) => entry.name === 'block_actions')).toEqual([]);
  });

  test('keeps messages, the open thread and who one is over a reload', async () => {
    const bob = await open({ at: 'U0BOB/C0OPS' });
    await say(bob, 'Who rotates on Monday?');
    const message = bob.getByRole('article', { name: /Bob Baker/ });
    await message.hover();
    await message.getByRole('button', { name: 'Reply in thread' }).click();
    const thread = bob.getByRole('complementary', { name: 'Thread' });
    await thread.getByRole('textbox').fill('I do.');
    await thread.getByRole('textbox').press('Enter');
    await thread.getByText('I do.').waitFor();
    await bob.reload();
    await thread.getByText('I do.').waitFor();
    expect(await bob.getByRole('button', { name: /1 reply/ }).count()).toBe(1);
    expect(await bob.getByRole('button', { name: /Bob Baker/, pressed: true }).count()).toBe(1);
  });

  test('keeps an open form over a reload, with what was already sent once', async () => {
    const alice = await open();
    await say(alice, '/rotate-key');
    await alice.getByRole('textbox', { name: 'What happened?' }).fill('too short');
    await alice.getByRole('button', { name: 'Ask for approval' }).click();
    await alice.getByText('Please complete this required field.').waitFor();
    await alice.reload();
    expect(await alice.getByRole('textbox', { name: 'What happened?' }).inputValue()).toBe('too short');
    await alice.getByText('Please complete this required field.').waitFor();
  });

  test('stacks forms: Escape closes the top one, and what was typed below is still there', async () => {
    const alice = await open();
    await say(alice, '/rotate-key');
    await alice.getByRole('textbox', { name: 'What happened?' }).fill('The token stood in a gist');
    await alice.getByRole('button', { name: 'Show the plan' }).click();
    await alice.getByRole('dialog', { name: 'The plan' }).waitFor();
    await alice.keyboard.press('Escape');
    await alice.getByRole('dialog', { name: 'Rotate a key' }).waitFor();
    expect(await alice.getByRole('textbox', { name: 'What happened?' }).inputValue()).toBe('The token stood in a gist');
    await alice.keyboard.press('Escape');
    await alice.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(world.workspace.person('U0ALICE').views()).toEqual([]);
  });

  test('keeps the keyboard inside an open form', async () => {
    const alice = await open();
    await say(alice, '/rotate-key');
    await alice.getByRole('dialog').waitFor();
    for (let press = 0; press < 15; press += 1) {
      await alice.keyboard.press('Tab');
      expect(await alice.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true);
    }
  });

  test('shows that a button waits, then what Slack says when the app does not answer', async () => {
    const alice = await open();
    await say(alice, '/rotate-key stripe-prod leaked');
    const button = alice.getByRole('button', { name: 'Do nothing' });
    await button.click();
    expect(await button.getAttribute('aria-busy')).toBe('true');
    await alice.getByRole('alert').getByText('Operation timed out. Apps need to respond within 3 seconds.').waitFor();
    expect(await button.getAttribute('aria-busy')).toBeNull();
  });

  test('answers an unknown command to the one who typed it, and to nobody else', async () => {
    const [alice, bob] = await Promise.all([open(), open({ at: 'U0BOB/C0OPS' })]);
    await say(alice, '/no-such-thing');
    const answer = alice.getByRole('article', { name: /Slackbot/ });
    await answer.getByText('Only visible to you').waitFor();
    await say(alice, 'After it.');
    await bob.getByText('After it.').waitFor();
    expect(await bob.getByRole('article', { name: /Slackbot/ }).count()).toBe(0);
  });

  test('marks unread channels, and calls for the person who is mentioned', async () => {
    const alice = await open({ at: 'U0ALICE/C0OPS' });
    await say(alice, 'Ready for lunch?');
    await say(alice, 'Please look, @bob');
    await alice.getByRole('button', { name: /Bob Baker 1 unread/ }).click();
    await vi.waitFor(
      async () => expect(await alice.getByRole('button', { name: /Bob Baker/ }).textContent()).not.toMatch(/unread/),
      SOON,
    );
    const bob = await open({ at: 'U0BOB/C0SEC' });
    await bob.getByRole('button', { name: /ops 2 unread/ }).click();
    await bob.getByRole('button', { name: 'ops', exact: true }).waitFor();
  });

  test('never lets what people write become markup', async () => {
    const alice = await open();
    const attack = '<img src=x onerror=alert(1)> <script>alert(2)</script> <javascript:alert(3)|x>';
    await say(alice, attack);
    await alice.getByText(attack).waitFor();
    await world.app.client.chat.postMessage({ channel: 'C0OPS', text: '<javascript:alert(4)|click me>' });
    await alice.getByText('click me').waitFor();
    expect(await alice.locator('.messages').locator('img, script, a').count()).toBe(0);
  });

  test('loads no picture from the network, and says what it would show', async () => {
    const alice = await open();
    const image = { type: 'image' as const, image_url: 'https://example.com/a.png', alt_text: 'Expiries by week' };
    await world.app.client.chat.postMessage({ channel: 'C0OPS', text: 'Digest', blocks: [image] });
    await alice.getByText('[picture: Expiries by week]').waitFor();
  });

  test('says in words, in form and in the header when calls are being rejected', async () => {
    const alice = await open();
    const panel = alice.getByRole('tabpanel', { name: 'Traffic' });
    world.workspace.publishPanel('traffic', { t: 1_795_258_800_000, accepted: 40, rejected: 0 });
    await panel.getByRole('status').getByText('All calls are accepted').waitFor();
    world.workspace.publishPanel('traffic', { t: 1_795_258_801_000, accepted: 28, rejected: 12 });
    await panel.getByRole('status').getByText('Calls are being rejected').waitFor();
    await panel.getByText('Last second: 28 accepted, 12 rejected.').waitFor();
    await panel.getByRole('img', { name: /Calls are being rejected.*12 rejected/ }).waitFor();
    expect(await panel.locator('.bar-rejected').count()).toBe(1);
    expect(await alice.getByRole('button', { name: /Calls are being rejected/ }).count()).toBe(1);
  });

  test('shows every call and delivery in the wire log, and finds one by a word', async () => {
    const alice = await open();
    await say(alice, '/keys');
    await alice.getByText('No key expires this week.').waitFor();
    await alice.getByRole('tab', { name: 'Wire log' }).click();
    const log = alice.getByRole('tabpanel', { name: 'Wire log' });
    await log.getByRole('searchbox').fill('no key expires');
    await vi.waitFor(async () => expect(await log.getByRole('listitem').count()).toBe(1), SOON);
    await log.getByText('/keys').click();
    await log.getByText('"command": "/keys"').waitFor();
  });

  test('starts a shortcut of the app from the box to type in', async () => {
    const alice = await open();
    await alice.getByRole('button', { name: 'Shortcuts', exact: true }).click();
    await alice.getByRole('button', { name: /Rotate a key/ }).click();
    await alice.getByRole('dialog', { name: 'Rotate a key' }).waitFor();
  });

  test('catches up after the connection was lost', async () => {
    const streams = new Set<Socket>();
    const watch = (message: unknown) => {
      const { request, socket } = message as { request: IncomingMessage; socket: Socket };
      if (request.url?.startsWith('/page/events')) streams.add(socket);
    };
    subscribe('http.server.request.start', watch);
    const alice = await open();
    await alice.getByText('Rekey is connected').waitFor();
    for (const socket of streams) socket.destroy();
    await alice.getByText('Workspace not reachable, trying again…').waitFor();
    await world.app.client.chat.postMessage({ channel: 'C0OPS', text: 'Said meanwhile' });
    await alice.getByText('Said meanwhile').waitFor();
    await alice.getByText('Rekey is connected').waitFor();
    unsubscribe('http.server.request.start', watch);
    // The browser itself reports the stream that broke.
    for (const each of opened) each.problems.length = 0;
  });

  test('shows the direct message with the app before anybody wrote in it', async () => {
    const alice = await open();
    await alice.getByRole('button', { name: 'Messages' }).click();
    await say(alice, 'Hello?');
    await alice
      .getByRole('article', { name: /Alice Archer/ })
      .getByText('Hello?')
      .waitFor();
    expect(world.workspace.person('U0BOB').messages(world.workspace.person('U0BOB').directMessage())).toEqual([]);
  });

  test.each([
    ['on a wide screen', {}],
    ['in the dark', { colorScheme: 'dark' as const }],
    ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ])('gives axe nothing to complain about %s', async (_name, options) => {
    const findings: Record<string, string[]> = {};
    const alice = await open(options);
    const isPhone = 'isMobile' in options;
    const look = async (state: string) => {
      const found = await axeFindings(alice);
      if (found.length > 0) findings[state] = found;
    };
    world.workspace.publishPanel('traffic', { t: Date.now(), accepted: 28, rejected: 12 });
    await look('empty channel');
    await say(alice, 'Hello @bob, see `this` and https://example.com');
    await say(alice, '/keys');
    await say(alice, '/rotate-key stripe-prod leaked');
    await alice.getByRole('button', { name: 'Review' }).waitFor();
    await look('channel');
    await composer(alice).fill('/');
    await alice.getByRole('listbox').waitFor();
    await look('completion');
    await composer(alice).fill('');
    await alice.getByRole('button', { name: 'Approve now' }).click();
    await look('confirmation');
    await alice.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await alice.getByRole('button', { name: /1 reply/ }).click();
    await look('thread');
    await alice.getByRole('button', { name: 'Close thread' }).click();
    await say(alice, '/rotate-key');
    await alice.getByRole('dialog').waitFor();
    await look('modal');
    await alice.getByRole('button', { name: 'Ask for approval' }).click();
    await alice.getByText('Please complete this required field.').first().waitFor();
    await look('modal with errors');
    await alice.keyboard.press('Escape');
    await alice.getByRole('dialog').waitFor({ state: 'hidden' });
    if (isPhone) {
      await alice.getByRole('button', { name: /Channels and people/ }).click();
      await look('places');
    }
    await alice.getByRole('button', { name: 'Home' }).click();
    await alice.getByRole('heading', { name: 'Your keys' }).waitFor();
    await look('home');
    if (isPhone) await alice.getByRole('button', { name: /Traffic and wire log/ }).click();
    await look('traffic');
    await alice.getByRole('tab', { name: 'Wire log' }).click();
    await alice.locator('.wire-entry summary').first().click();
    await look('wire log');
    expect(findings).toEqual({});
  });
});
