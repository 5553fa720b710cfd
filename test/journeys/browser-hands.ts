import { setTimeout as pause } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { Hands } from './hands.ts';

const WITHIN_MS = 25_000;

/** Hands at the page of the local workspace, as somebody with a mouse and a keyboard has them. */
export function browserHands(page: Page, { id, name }: { id: string; name: string }): Hands {
  page.setDefaultTimeout(WITHIN_MS);
  const dialog = page.locator('dialog.modal[open]');
  const thread = page.locator('#thread');
  let inThread = false;
  const pane = (): Locator => (inThread ? thread : page.locator('#channel'));
  const isHome = () => page.url().endsWith('/home');
  const screen = async (): Promise<Locator> => {
    if ((await dialog.count()) > 0) return dialog;
    return isHome() ? page.locator('#home') : pane();
  };
  /** The newest message here that says these words. */
  const message = (words: string): Locator => pane().locator('article').filter({ hasText: words }).last();
  const press = async (button: Locator) => {
    await button.click();
    const asked = page.locator('dialog.confirm[open]');
    if ((await asked.count()) > 0) await asked.locator('button.danger, button.primary').click();
  };

  const pressNamed = async (label: string, on?: string): Promise<void> => {
    const buttonIn = (at: Locator) => at.getByRole('button', { name: label, exact: true });
    if ((await dialog.count()) > 0) return press(buttonIn(dialog).first());
    if (isHome()) return press(buttonIn(page.locator('#home')).first());
    const all = pane().locator('article');
    const holding = (on === undefined ? all : all.filter({ hasText: on })).filter({
      has: buttonIn(page.locator(':scope')),
    });
    return press(buttonIn(holding.last()).first());
  };

  return {
    who: name,
    goes: async (where) => {
      inThread = false;
      const label = where === 'messages' ? /^Messages/ : where === 'home' ? /^Home/ : new RegExp(`^${where.slice(1)}`);
      // A wide window shows the list of places all the time; on a phone it opens with a button.
      await page.locator(`[data-control="person-${id}"]`).first().waitFor({ state: 'attached' });
      await page.locator('nav').getByRole('button', { name: label }).click();
    },
    opensThread: async (words) => {
      const answered = pane()
        .locator('article')
        .filter({ hasText: words })
        .filter({ has: page.locator('.thread-link') });
      await answered.last().locator('.thread-link').click();
      await thread.waitFor();
      inThread = true;
    },
    types: async (text) => {
      const field = (inThread ? thread : page.locator('#channel')).locator('textarea');
      await field.fill(text);
      await field.press('Enter');
    },
    sees: async (...words) => {
      await untilSaid(name, words, async () => {
        const at = await screen();
        const articles = await at.locator('article').allInnerTexts();
        return articles.length > 0 ? articles : at.allInnerTexts();
      });
    },
    presses: pressNamed,
    opens: async (title, button, on) => {
      await pressNamed(button, on);
      await dialog.getByRole('heading', { name: title, exact: true }).waitFor();
    },
    getsForm: async (title) => {
      await dialog.getByRole('heading', { name: title, exact: true }).waitFor();
    },
    fills: async (fields) => {
      for (const [label, wanted] of Object.entries(fields)) await fillIn(dialog, label, wanted);
    },
    sends: async () => {
      const before = await dialog.textContent();
      await dialog.locator('button[type=submit]').click();
      await goneOrOther(dialog, before);
    },
    closes: async () => {
      if ((await dialog.count()) > 0) await dialog.getByRole('button', { name: 'Close' }).first().click();
    },
    picks: async (shortcut, on) => {
      await message(on).hover();
      await message(on).getByRole('button', { name: 'Shortcuts for this message' }).click();
      await page.locator('.menu:popover-open').getByRole('button', { name: shortcut }).click();
    },
    reacts: async (emoji, on) => {
      await message(on).hover();
      await message(on).getByRole('button', { name: 'Add a reaction' }).click();
      await page
        .locator('.menu:popover-open')
        .getByRole('button', { name: emoji.replaceAll('_', ' ') })
        .click();
    },
  };
}

/** The form is gone or says something else; what it marks as wrong is thrown. */
async function goneOrOther(dialog: Locator, before: string | null): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; ; await pause(30)) {
    const wrong = await dialog.locator('.input-error:not(:empty), .action-failure').allTextContents();
    if (wrong.length > 0) throw new Error(`The form was not taken: ${wrong.join(' ')}`);
    const [now] = await dialog.allTextContents();
    if (now !== before) return;
    if (Date.now() > deadline) throw new Error(`The form stayed open: ${now}`);
  }
}

async function fillIn(dialog: Locator, label: string, wanted: string | readonly string[]): Promise<void> {
  const named = dialog
    .page()
    .locator('.input-label, .section-words')
    .filter({ hasText: new RegExp(`^${escaped(label)}( \\(optional\\))?$`) });
  const block = dialog.locator('.block').filter({ has: named }).last();
  await block.waitFor();
  const words = typeof wanted === 'string' ? [wanted] : wanted;
  if ((await block.locator('input[type=radio], input[type=checkbox]').count()) > 0) {
    for (const one of words) await block.locator('label.choice').filter({ hasText: one }).first().click();
    return;
  }
  const select = block.locator('select');
  if ((await select.count()) > 0) {
    const option = select
      .locator('option')
      .filter({ hasText: words[0] ?? '' })
      .first();
    await select.selectOption((await option.getAttribute('value')) ?? '');
    return;
  }
  const combobox = block.getByRole('combobox');
  if ((await combobox.count()) > 0) {
    await combobox.fill(words[0] ?? '');
    await block
      .getByRole('option')
      .filter({ hasText: words[0] ?? '' })
      .first()
      .click();
    return;
  }
  await block.locator('input, textarea').first().fill(words.join('\n'));
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

async function untilSaid(who: string, words: readonly string[], read: () => Promise<string[]>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const said = (await read()).map((text) => text.replace(/\s+/g, ' '));
    if (said.some((text) => words.every((word) => text.includes(word)))) return;
    if (Date.now() > deadline)
      throw new Error(
        `${who}: "${words.join('" and "')}" was not there. There was:\n  | ${said.slice(-4).join('\n  | ')}`,
      );
    await pause(50);
  }
}
