import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Workspace } from '../../src/workspace/workspace.ts';

const CHROMIUM = '/usr/bin/chromium';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Without a browser these tests say so and are skipped on a developer's machine, but never where CI is set. */
export const hasBrowser = existsSync(CHROMIUM) || process.env.CI !== undefined;
if (!hasBrowser) console.warn(`Skipped: the page is tested in a browser, and there is no ${CHROMIUM} here.`);

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface OpenedPage {
  page: Page;
  /** Errors on the console (a violated content security policy is one), uncaught exceptions, requests that went elsewhere. */
  problems: string[];
}

export async function openPage(
  browser: Browser,
  workspace: Workspace,
  where: BrowserContextOptions & { at?: string } = {},
): Promise<OpenedPage> {
  const { at = 'U0ALICE/C0OPS', ...options } = where;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== workspace.url) problems.push(`asked for ${request.url()}`);
  });
  await page.goto(`${workspace.pageUrl}#${at}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, problems };
}

/** What axe finds wrong, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`,
  );
}

/** Types into the composer of the channel and sends. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export const composer = (page: Page) => page.locator('#channel').getByRole('textbox');
