import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { type OpenedPage, openPage } from '../workspace/page-browser.ts';

export type Person = 'U0ALICE' | 'U0BOB' | 'U0CAROL';
export const INCIDENTS = 'C0INCIDENTS';

/** Opens the page as this person, in #incidents unless told otherwise. */
export function openAs(
  browser: Browser,
  workspace: Workspace,
  person: Person,
  where: BrowserContextOptions & { place?: string } = {},
): Promise<OpenedPage> {
  const { place = INCIDENTS, ...options } = where;
  return openPage(browser, workspace, { ...options, at: `${person}/${place}` });
}

/** Presses Review on the newest open approval and waits for the form. */
export async function review(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review' }).last().click();
  await page.getByRole('dialog', { name: 'Review' }).waitFor();
}

/** Fills in the review that is open and sends it. */
export async function approve(page: Page, reason: string): Promise<void> {
  const form = page.getByRole('dialog', { name: 'Review' });
  await form.getByRole('radio', { name: /Approve/ }).check();
  await form.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await form.getByRole('button', { name: 'Decide' }).click();
  await form.waitFor({ state: 'hidden' });
}

/** Answers yes to the question that waits in this person's direct message. */
export async function answerYes(page: Page, evidence: string): Promise<void> {
  await page.getByRole('button', { name: /^Messages/ }).click();
  await page.getByRole('button', { name: 'Answer' }).last().click();
  const form = page.getByRole('dialog', { name: 'Answer' });
  await form.getByRole('radio', { name: 'Yes', exact: true }).check();
  await form.getByRole('textbox').fill(evidence);
  await form.getByRole('button', { name: 'Send' }).click();
  await form.waitFor({ state: 'hidden' });
}
