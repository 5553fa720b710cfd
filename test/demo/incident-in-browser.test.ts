import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, composer, hasBrowser, launch, type OpenedPage } from '../workspace/page-browser.ts';
import { type DemoWorld, startDemoWorld } from './demo-world.ts';
import {
  answerYes,
  approve,
  formThatWaits,
  openAs,
  type Person,
  reject,
  review,
  tickAll,
} from './people-in-browser.ts';
import { pay, steal } from './thief.ts';

const DAYS_20 = 20 * 24 * 3_600_000;
const SOON = { timeout: 20_000 };

describe.skipIf(!hasBrowser)('an exploited key, in a browser', () => {
  let browser: Browser;
  let demo: DemoWorld;
  const opened: OpenedPage[] = [];
  const open = async (person: Person) => {
    const one = await openAs(browser, demo.world.workspace, person);
    opened.push(one);
    return one.page;
  };

  beforeAll(async () => {
    [browser, demo] = await Promise.all([launch(), startDemoWorld(DAYS_20)]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test('is replaced by the people on the page: command, approval, questions, recovery, summary', async () => {
    const apiUrl = `http://127.0.0.1:${demo.layout.ports.api}`;
    const keyInFile = () => readFileSync(demo.layout.callerKeyFile, 'utf8').trim();
    const stolen = keyInFile();
    const thief = steal(apiUrl, stolen);
    const axe: Record<string, string[]> = {};
    const alice = await open('U0ALICE');

    await composer(alice).pressSequentially('/ro');
    await alice
      .getByRole('listbox', { name: 'Suggestions' })
      .getByRole('option', { name: /rotate-key/ })
      .waitFor();
    await composer(alice).press('Tab');
    await composer(alice).pressSequentially('payments-prod exploited because "token in a public gist"');
    await composer(alice).press('Enter');
    await alice.getByText('Started for payments-prod').waitFor(SOON);
    await alice.getByText('SEV2: payments-prod v1: exploited compromise').waitFor();
    await alice.getByText('Approval needed').waitFor();
    await alice.getByText('Alice (on call): token in a public gist').waitFor();
    axe.incident = await axeFindings(alice);

    const bob = await open('U0BOB');
    await review(bob);
    // The plan is long, and axe takes what lies below the fold of a page that does not scroll for hidden.
    await bob.getByRole('combobox', { name: 'Hand over to' }).scrollIntoViewIfNeeded();
    axe.review = await axeFindings(bob);
    // A yes revokes first: somebody uses this key.
    await bob.getByText(/revoke_first.*POINT OF NO RETURN/).waitFor();
    await approve(bob, 'Seen the gist; go.');
    await alice.getByRole('status').getByText('Calls are being rejected').waitFor(SOON);

    const carol = await open('U0CAROL');
    await answerYes(carol, 'The worker logged that it read the new key file.');
    await judge(bob, 'Only payments of the worker itself were made with it.');
    axe.judged = await axeFindings(bob);
    await tickAll(carol, 'The gist and its revisions are gone.');
    // What lies beside the leaked key was nowhere near the gist.
    await bob.getByRole('button', { name: /^Messages/ }).click();
    await review(bob);
    await reject(bob, 'The verifier was never on that laptop.');

    await alice.getByRole('heading', { name: /^Recovered: payments-prod v1/ }).waitFor(SOON);
    await alice.getByRole('heading', { name: /^Summary of SEV2: payments-prod v1/ }).waitFor(SOON);
    await alice.getByRole('status').getByText('All calls are accepted').waitFor(SOON);
    await alice.getByText('Only payments of the worker itself were made with it.').last().waitFor();
    await alice.getByRole('button', { name: /replies/ }).click();
    await alice.getByText('✓ Succeeded').waitFor();
    axe.recovered = await axeFindings(alice);

    expect(await thief, 'the stolen key worked until it was revoked').toBeGreaterThan(0);
    expect(keyInFile()).not.toBe(stolen);
    expect(await pay(apiUrl, stolen)).toBe(401);
    expect(await pay(apiUrl, keyInFile())).toBe(200);
    expect(demo.world.traffic.points.some((point) => point.rejected > 0)).toBe(true);
    expect(axe).toEqual({ incident: [], review: [], judged: [], recovered: [] });
    // No violated policy, no exception, no request to anywhere else.
    expect(opened.flatMap((one) => one.problems)).toEqual([]);
    expect(demo.said).toEqual([]);
  }, 60_000);
});

async function judge(page: Page, statement: string): Promise<void> {
  const form = await formThatWaits(page);
  await form
    .getByRole('radiogroup', { name: 'There were calls that nobody of ours made' })
    .getByRole('radio', { name: 'No' })
    .check();
  await form.getByRole('combobox', { name: 'What happened to data' }).selectOption('read');
  await form.getByRole('textbox', { name: 'Whether data integrity is at risk' }).fill(statement);
  await form.getByRole('button', { name: 'Send' }).click();
  await form.waitFor({ state: 'hidden' });
}
