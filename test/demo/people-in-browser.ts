import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
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
export function approve(page: Page, reason: string): Promise<void> {
  return decide(page, /Approve/, reason);
}

export function reject(page: Page, reason: string): Promise<void> {
  return decide(page, /Reject/, reason);
}

async function decide(page: Page, choice: RegExp, reason: string): Promise<void> {
  const form = page.getByRole('dialog', { name: 'Review' });
  await form.getByRole('radio', { name: choice }).check();
  await form.getByRole('textbox', { name: 'Reason' }).fill(reason);
  await form.getByRole('button', { name: 'Decide' }).click();
  await form.waitFor({ state: 'hidden' });
}

/** Answers yes to the question that waits in this person's direct message. */
export async function answerYes(page: Page, evidence: string): Promise<void> {
  const form = await opened(page, { button: 'Answer', dialog: 'Answer' });
  await form.getByRole('radio', { name: 'Yes', exact: true }).check();
  await form.getByRole('textbox').fill(evidence);
  await form.getByRole('button', { name: 'Send' }).click();
  await form.waitFor({ state: 'hidden' });
}

/** Ticks every item of the checklist that waits there. */
export async function tickAll(page: Page, evidence: string): Promise<void> {
  const form = await opened(page, { button: 'Tick items', dialog: 'Checklist' });
  for (const box of await form.getByRole('group', { name: /^Done/ }).getByRole('checkbox').all()) await box.check();
  await form.getByRole('textbox', { name: 'How do you know?' }).fill(evidence);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'hidden' });
}

/** The form that waits there, for whoever fills it in. */
export function formThatWaits(page: Page): Promise<Locator> {
  return opened(page, { button: 'Fill in', dialog: 'Form' });
}

async function opened(page: Page, { button, dialog }: { button: string; dialog: string }): Promise<Locator> {
  await page.getByRole('button', { name: /^Messages/ }).click();
  await page.getByRole('button', { name: button }).last().click();
  const form = page.getByRole('dialog', { name: dialog });
  await form.waitFor();
  return form;
}
