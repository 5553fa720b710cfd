import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type DemoWorld, startDemoWorld } from '../../test/demo/demo-world.ts';
import { answerYes, approve, openAs, type Person, review } from '../../test/demo/people-in-browser.ts';
import { launch } from '../../test/workspace/page-browser.ts';

// A real incident of the demo in Chromium: about a minute, nothing in it is arranged but the scrolling.
const OUT = fileURLToPath(new URL('../../docs/slack/', import.meta.url));
const WIDE = { viewport: { width: 1440, height: 1000 } };
const TALL = { viewport: { width: 1440, height: 1290 } };
const LOW = { viewport: { width: 1440, height: 640 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const LIFE_MS = 25_000;
const REJECTED_ENOUGH = 50;

/** The five pictures of README.md. */
export async function overview(): Promise<void> {
  await mkdir(OUT, { recursive: true });
  const demo = await startDemoWorld(LIFE_MS);
  const browser = await launch();
  try {
    await pictures(browser, demo);
  } finally {
    await browser.close();
    await demo.stop();
  }
}

async function pictures(browser: Browser, demo: DemoWorld): Promise<void> {
  const open = async (person: Person, options: Parameters<typeof openAs>[3] = WIDE) =>
    (await openAs(browser, demo.world.workspace, person, options)).page;
  const alice = await open('U0ALICE', TALL);
  await alice.getByRole('button', { name: 'Review' }).waitFor({ timeout: LIFE_MS + 15_000 });
  await alice.getByRole('button', { name: /1 reply/ }).click();
  await rejected(demo, REJECTED_ENOUGH);
  await showTop(alice, '#thread', 'Identify');
  await keep(alice, 'incident');

  // A form belongs to the person and not to the window: opened on the phone, it is there on the wide screen as well.
  const [bob, phone] = [await open('U0BOB'), await open('U0BOB', PHONE)];
  const card = await phone.screenshot();
  await review(phone);
  await sideBySide(browser, [card, await phone.screenshot()], 'phone');
  await phone.context().close();
  await keep(bob, 'review-modal', 'Your decision');
  await bob.keyboard.press('Escape');
  await bob.getByRole('dialog').waitFor({ state: 'hidden' });
  const home = await open('U0BOB', { ...LOW, place: 'home' });
  await keep(home, 'home', 'Open incidents');

  await review(bob);
  await approve(bob, 'Seen the rejected calls; go.');
  await answerYes(await open('U0CAROL'), 'The worker logged that it read the new key file.');
  await alice.getByRole('button', { name: 'Close thread' }).click();
  await alice.getByText(/^Summary of SEV2/).waitFor({ timeout: 20_000 });
  await alice.getByText('All calls are accepted').waitFor();
  await showTop(alice, '#channel', 'Recovered: payments-prod v1: key_expired_blocked');
  await keep(alice, 'recovered');
}

async function keep(page: Page, name: string, words?: string): Promise<void> {
  if (words !== undefined) await page.getByText(words).first().waitFor();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${OUT}${name}.png` });
  process.stdout.write(`docs/slack/${name}.png\n`);
}

/** Scrolls so that these words stand at the top of their part of the page. */
async function showTop(page: Page, part: string, words: string): Promise<void> {
  await page
    .locator(part)
    .getByText(words, { exact: true })
    .first()
    .evaluate((node) => {
      const card = node.closest('.channel article');
      (card ?? node).scrollIntoView();
    });
}

async function rejected(demo: DemoWorld, calls: number): Promise<void> {
  const sum = () => demo.world.traffic.points.reduce((total, point) => total + point.rejected, 0);
  while (sum() < calls) await new Promise((resolve) => setTimeout(resolve, 250));
}

async function sideBySide(browser: Browser, shots: readonly Buffer[], name: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 2 * PHONE.viewport.width + 24, height: 844 } });
  const images = shots.map((shot) => `<img alt="" src="data:image/png;base64,${shot.toString('base64')}">`).join('');
  await page.setContent(`<body style="margin:0;display:flex;gap:24px;background:#8a9199">${images}`);
  await writeFile(`${OUT}${name}.png`, await page.screenshot());
  await page.close();
  process.stdout.write(`docs/slack/${name}.png\n`);
}
