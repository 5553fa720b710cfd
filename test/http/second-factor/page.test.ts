import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { inviteLink } from '../../../src/domain/second-factor.ts';
import { Secret } from '../../../src/secret.ts';
import { carol } from '../../support/builders.ts';
import { asking, codeOf, wrongCode } from '../../support/second-factor-world.ts';
import { axeFindings, hasBrowser, launch } from '../../workspace/page-browser.ts';
import { aSecondFactorServer } from './page-server.ts';

type Server = Awaited<ReturnType<typeof aSecondFactorServer>>;

describe.skipIf(!hasBrowser)('the page that sets up an authenticator app, in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** Opens a link; no violated policy, exception or request to elsewhere is tolerated. Refusals are answers that a browser complains of. */
  async function open(world: Server, link: string): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (404|409|410|422)/.test(message.text()))
        problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== world.url) problems.push(`asked for ${request.url()}`);
    });
    onTestFinished(async () => {
      await context.close();
      expect(problems).toEqual([]);
    });
    await page.goto(link);
    return page;
  }

  const titled = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

  test('leads from the link to an app that counts, and forgets the seed on the way', async () => {
    const world = await aSecondFactorServer();
    const page = await open(world, inviteLink(world.url, await world.invited(carol)));
    await titled(page, 'Set up your authenticator app');
    expect(page.url()).toBe(`${world.url}/second-factor`);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Set up my app' }).click();
    await titled(page, 'For carol');
    const seed = new Secret((await page.locator('#value').textContent())?.replaceAll(' ', '') ?? '');
    expect(await page.locator('#open').getAttribute('href')).toMatch(/^otpauth:\/\/totp\/Rekey:carol\?/);
    expect((await page.locator('#qr path').getAttribute('d'))?.length).toBeGreaterThan(2_000);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('The six digits').fill(wrongCode(seed, world.now()).reveal());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('That is no code of the new app').waitFor();
    await page.getByLabel('The six digits').fill(codeOf(seed, world.now()).reveal());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await titled(page, 'The app works');
    expect((await page.locator('#codes').textContent())?.split('\n')).toHaveLength(10);
    expect(await page.content()).not.toContain(seed.reveal().slice(0, 4));
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have them' }).click();
    await titled(page, 'Done');
    expect(await page.locator('#codes').textContent()).toBe('');
    expect(await world.ledger.read.secondFactorOf(carol)).not.toBeNull();
  });

  test('takes a link that is pasted, and shows recovery codes when the first code was given in Slack', async () => {
    const world = await aSecondFactorServer();
    const token = await world.invited(carol);
    const page = await open(world, `${world.url}/second-factor`);
    await titled(page, 'Your authenticator app');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('The link that you were given').fill(inviteLink(world.url, token));
    await page.getByRole('button', { name: 'Go on' }).click();
    await titled(page, 'Set up your authenticator app');
    await page.getByRole('button', { name: 'Set up my app' }).click();
    await titled(page, 'For carol');
    const seed = new Secret((await page.locator('#value').textContent())?.replaceAll(' ', '') ?? '');
    await world.factors.confirmUnseen({ ...asking(carol), code: codeOf(seed, world.now()) });
    world.pass(30_000);
    await page.getByLabel('The six digits').fill(codeOf(seed, world.now()).reveal());
    await page.getByRole('button', { name: 'Confirm' }).click();
    await titled(page, 'The app works');
    expect((await page.locator('#codes').textContent())?.split('\n')).toHaveLength(10);
  });

  test('whoever comes second reads that somebody was there before', async () => {
    const world = await aSecondFactorServer();
    const token = await world.invited(carol);
    const page = await open(world, inviteLink(world.url, token));
    await titled(page, 'Set up your authenticator app');
    await world.post('reveal', { token });
    await page.getByRole('button', { name: 'Set up my app' }).click();
    await titled(page, 'Somebody was here before');
    await titled(await open(world, inviteLink(world.url, token)), 'Somebody was here before');
  });

  test('says what is wrong with a link that is cut, wrong or too late', async () => {
    const world = await aSecondFactorServer();
    const token = await world.invited(carol);
    await titled(await open(world, `${world.url}/second-factor`), 'Your authenticator app');
    const cut = await open(world, inviteLink(world.url, token.slice(0, -3)));
    await titled(cut, 'This did not work');
    expect(await cut.locator('#why').textContent()).toContain('Copy the whole link');
    world.passMinutes(60);
    await titled(await open(world, inviteLink(world.url, token)), 'This link is over');
  });
});
