import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { claimLink } from '../../../src/domain/claim.ts';
import { minutesAfter, NOON } from '../../support/builders.ts';
import { axeFindings, hasBrowser, launch } from '../../workspace/page-browser.ts';
import { aClaimServer, type ClaimServer } from './claim-server.ts';

describe.skipIf(!hasBrowser)('the one-time page, in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Opens a link; no violated policy, exception or request to elsewhere is tolerated. Refusals are answers that a browser complains of. */
  async function open(world: ClaimServer, link: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (404|410|429)/.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== world.url) problems.push(`asked for ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(problems).toEqual([]);
    });
    await page.clock.install();
    await page.goto(link);
    return page;
  }

  const titled = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
  const linkTo = (world: ClaimServer, token: { reveal: () => string }) => claimLink(world.url, token.reveal());

  test('shows who and what, reveals on the button, masked until one wants to see it, and is gone after a minute', async () => {
    const world = await aClaimServer();
    const { token, key, claim, material } = await world.offer('person:carol');
    const page = await open(world, linkTo(world, token));
    await titled(page, 'A secret is waiting for you');
    expect(await page.locator('dl').textContent()).toContain(`${key.slug} v1`);
    expect(await page.locator('dl').textContent()).toContain('person:carol');
    expect(await world.ledger.read.claim(claim.id)).toMatchObject({ takenAt: null });

    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await titled(page, `${key.slug} v1`);
    expect(await page.content()).not.toContain(material);
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('#value').textContent()).toBe(material);
    await page.getByRole('button', { name: 'Hide' }).click();
    expect(await page.content()).not.toContain(material);
    await page.getByRole('button', { name: 'Show' }).click();

    await page.clock.fastForward(58_000);
    expect(await page.locator('#value').textContent()).toBe(material);
    await page.clock.fastForward(3_000);
    await titled(page, 'It is gone from this page');
    expect(await page.content()).not.toContain(material);
  });

  test('the token is never in an address or header that reaches the server, and leaves the address bar at once', async () => {
    const world = await aClaimServer();
    const { token } = await world.offer('person:carol');
    const page = await open(world, linkTo(world, token));
    await titled(page, 'A secret is waiting for you');
    expect(page.url()).toBe(`${world.url}/claim`);
    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await page.getByRole('button', { name: 'Copy' }).waitFor();
    expect(world.asked.length).toBeGreaterThan(5);
    expect(world.asked.join('\n')).not.toContain(token.reveal());
  });

  test('copies to the clipboard, or selects the secret where a page may not', async () => {
    const world = await aClaimServer();
    const [one, other] = [await world.offer('person:carol'), await world.offer('person:carol')];
    const page = await open(world, linkTo(world, one.token), { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(one.material);

    const denied = await open(world, linkTo(world, other.token), { permissions: [] });
    await denied.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("denied"))');
    await denied.getByRole('button', { name: 'Reveal the secret' }).click();
    await denied.getByRole('button', { name: 'Copy' }).click();
    await denied.getByText('It is selected').waitFor();
    expect(await denied.evaluate('getSelection().toString()')).toBe(other.material);
  });

  test('whoever comes second sees when it was taken, and alarms the team with one press', async () => {
    const world = await aClaimServer();
    const { token, key } = await world.offer('person:carol');
    await world.post('reveal', token.reveal());
    const page = await open(world, linkTo(world, token));
    await titled(page, 'This secret was already taken');
    expect(await world.ledger.read.alarmsSince(new Date(0))).toEqual([]);
    await page.getByRole('button', { name: 'It was not me' }).click();
    await titled(page, 'The team was alarmed');
    expect(await page.locator('#why').textContent()).toContain(`/rotate-key ${key.slug} leaked`);
    expect(await world.ledger.read.alarmsSince(new Date(0))).toHaveLength(1);
  });

  test('whoever is overtaken while they read is told so', async () => {
    const world = await aClaimServer();
    const { token } = await world.offer('person:carol');
    const page = await open(world, linkTo(world, token));
    await titled(page, 'A secret is waiting for you');
    await world.post('reveal', token.reveal());
    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await titled(page, 'Somebody was here before');
    expect(await world.ledger.read.alarmsSince(new Date(0))).toHaveLength(1);
  });

  test('a page that is left, or gone back to, has forgotten the secret', async () => {
    const world = await aClaimServer();
    const { token, material } = await world.offer('person:carol');
    const page = await open(world, linkTo(world, token));
    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await page.getByRole('button', { name: 'Show' }).click();
    await page.goto('about:blank');
    await page.goBack();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.content()).not.toContain(material);
  });

  test('"I have it" removes it at once, and another link in the same tab begins anew', async () => {
    const world = await aClaimServer();
    const [one, other] = [await world.offer('person:carol'), await world.offer('person:carol')];
    const page = await open(world, linkTo(world, one.token));
    await page.getByRole('button', { name: 'Reveal the secret' }).click();
    await page.getByRole('button', { name: 'I have it' }).click();
    await titled(page, 'It is gone from this page');
    await page.goto(linkTo(world, other.token));
    await titled(page, 'A secret is waiting for you');
    expect(await page.locator('#key').textContent()).toBe(`${other.key.slug} v1`);
  });

  test('says what is wrong with a link that is cut, wrong or too late', async () => {
    const world = await aClaimServer();
    const { token } = await world.offer('person:carol');
    await titled(await open(world, `${world.url}/claim`), 'Nothing to show');
    const cut = await open(world, linkTo(world, token).slice(0, -3));
    await titled(cut, 'This did not work');
    expect(await cut.locator('#why').textContent()).toContain('Copy the whole link');
    world.setNow(minutesAfter(NOON, 15));
    await titled(await open(world, linkTo(world, token)), 'This offer is over');
  });

  test.each([
    ['a phone', { viewport: { width: 360, height: 740 } }],
    ['a screen', { viewport: { width: 1280, height: 800 } }],
    ['a dark screen', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ] as const)(
    'has nothing for axe to find and nothing that does not fit on %s, from the first look to the last',
    async (_, options) => {
      const world = await aClaimServer();
      const { token } = await world.offer('person:carol', {
        key: { slug: 'a-name-that-is-as-long-as-names-may-be-in-this-ledger-63-letters' },
      });
      const page = await open(world, linkTo(world, token), { ...options, bypassCSP: true });
      const look = async (title: string | RegExp) => {
        await titled(page, title);
        expect(await axeFindings(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      };
      await look('A secret is waiting for you');
      await page.getByRole('button', { name: 'Reveal the secret' }).click();
      await look(/a-name/);
      await page.getByRole('button', { name: 'Show' }).click();
      await look(/a-name/);
      await page.getByRole('button', { name: 'I have it' }).click();
      await look('It is gone from this page');
      await page.goto(linkTo(world, token));
      await look('This secret was already taken');
    },
  );
});
