import { setTimeout as pause } from 'node:timers/promises';
import { shortcuts } from '../../src/slack/shortcuts/index.ts';
import type { Block, Message } from '../../src/workspace/state/message.ts';
import type { FieldValue, View } from '../../src/workspace/state/view.ts';
import type { ActingPerson, Outcome, Workspace } from '../../src/workspace/workspace.ts';
import type { Hands } from './hands.ts';
import { PEOPLE } from './journey.ts';
import { saysAll, wordsOf } from './said.ts';
import { untilFound } from './until-found.ts';

interface Element {
  type: string;
  action_id: string;
  value?: string;
  text?: { text: string };
  options?: { value: string; text: { text: string } }[];
}

const PATIENT_TRIES = 5;
/** What Slack says when the app was not reached. */
const UNREACHED = ['dispatch_failed', 'operation_timeout', 'dispatch_unknown_error'];

/** Hands that act through the workspace itself, as fast as the bot can answer. */
export function wireHands(workspace: Workspace, { id, name }: { id: string; name: string }): Hands {
  const person = (): ActingPerson => workspace.person(id);
  let place = '';
  let thread: string | null = null;
  let filled: Record<string, FieldValue> = {};

  const messages = (): Message[] => {
    if (place === '' || place === 'home') return [];
    const all = person().messages(place, thread === null ? {} : { threadTs: thread });
    return thread === null ? all.filter((one) => one.threadTs === undefined || one.visibleTo !== undefined) : all;
  };
  const form = (): View | undefined => person().views().at(-1);
  const home = (): View | undefined => (place === 'home' ? person().home() : undefined);
  const screen = (): (Message | View)[] => {
    const open = form();
    if (open !== undefined) return [open];
    const tab = home();
    return tab === undefined ? messages().reverse() : [tab];
  };
  const shown = () =>
    screen()
      .slice(0, 4)
      .map((one) => wordsOf(one).slice(0, 300))
      .join('\n  | ');
  const found = <T>(what: string, look: () => T | undefined): Promise<T> =>
    untilFound(`${name} in ${place}: ${what}`, look, shown);
  const message = (words: string): Promise<Message> =>
    found(`a message that says "${words}"`, () => messages().findLast((one) => saysAll(one, [words])));
  /** A person whose press came to nothing presses again; what the app refused is shown to them and stays refused. */
  const must = async (what: string, act: () => Promise<Outcome>): Promise<void> => {
    for (let tries = 1; ; tries++) {
      const came = await act();
      if (came.ok) return;
      if (tries === PATIENT_TRIES || !UNREACHED.includes(came.error))
        throw new Error(
          `${name}: ${what}: ${came.error} ${came.shown} ${JSON.stringify(came.fields ?? {})}\n  | ${shown()}`,
        );
      await pause(200 * tries);
    }
  };
  const press = async (label: string, on?: string): Promise<void> => {
    const at = await found(`the button ${label}${on === undefined ? '' : ` of "${on}"`}`, () => {
      for (const one of screen()) {
        const button = on === undefined || saysAll(one, [on]) ? buttonIn(one.blocks, label) : undefined;
        if (button !== undefined) return { one, ...button };
      }
      return undefined;
    });
    const { value } = at.element;
    const options = { blockId: at.block.block_id, ...(value !== undefined && { value }) };
    await must(`presses ${label}`, () => person().click(at.one, at.element.action_id, options));
  };
  const isOpen = (title: string) => () => (form()?.title === title ? true : undefined);

  return {
    who: name,
    goes: async (where) => {
      thread = null;
      place = where;
      if (where === 'messages') place = person().directMessage();
      if (where === 'home') await person().openHome();
      if (where.startsWith('#')) place = await found('that channel', () => channelNamed(person(), where.slice(1)));
    },
    opensThread: async (words) => {
      const isAnswered = ({ ts }: Message) =>
        person()
          .messages(place)
          .some((one) => one.threadTs === ts);
      const parent = await found(`a thread under "${words}"`, () =>
        messages().findLast((one) => saysAll(one, [words]) && isAnswered(one)),
      );
      thread = parent.ts;
    },
    types: (text) =>
      must(`types ${text}`, () => person().say(place, text, thread === null ? {} : { threadTs: thread })),
    sees: async (...words) => {
      await found(`"${words.join('" and "')}"`, () => screen().find((one) => saysAll(one, words)));
    },
    presses: press,
    opens: async (title, button, on) => {
      const before = form()?.id;
      const another = () => form()?.id !== before && isOpen(title)();
      for (let tries = 1; tries <= PATIENT_TRIES; tries++) {
        await press(button, on);
        const opened = await untilFound(`${name}: the form ${title}`, () => another() || undefined, shown, 3_500).catch(
          (error) => (tries === PATIENT_TRIES ? Promise.reject(error) : false),
        );
        if (opened) break;
      }
      filled = {};
    },
    getsForm: async (title) => {
      await found(`the form ${title}`, isOpen(title));
      filled = {};
    },
    fills: async (fields) => {
      for (const [label, wanted] of Object.entries(fields)) {
        const { view, block, element, value } = await found(`the field ${label} with ${wanted}`, () =>
          fieldOf(form(), label, wanted),
        );
        const chosen = value ?? (await offered(person(), view, element, String(wanted)));
        if (block.type === 'input' && block.dispatch_action !== true) filled[block.block_id] = chosen;
        else
          await must(`chooses ${label}`, () =>
            person().click(view, element.action_id, { blockId: block.block_id, value: chosen, form: filled }),
          );
      }
    },
    sends: async () => {
      const open = form();
      if (open === undefined) throw new Error(`${name} has no form to send`);
      await must(`sends ${open.title}`, () => person().submit(open, filled));
      filled = {};
    },
    closes: async () => {
      const open = form();
      if (open !== undefined) await must('closes', () => person().close(open, { all: true }));
      filled = {};
    },
    picks: async (shortcut, on) => {
      const at = await message(on);
      const known = shortcuts.find((one) => one.name === shortcut);
      await must(`picks ${shortcut}`, () => person().shortcut(known?.shortcut ?? shortcut, at));
    },
    reacts: async (emoji, on) => {
      const at = await message(on);
      await must(`reacts with ${emoji}`, () => person().react(at, emoji));
    },
  };
}

function channelNamed(person: ActingPerson, name: string): string | undefined {
  try {
    person.messages(name);
    return name;
  } catch {
    return undefined;
  }
}

function buttonIn(blocks: readonly Block[], label: string): { block: Block; element: Element } | undefined {
  for (const block of blocks)
    for (const element of elementsOf(block))
      if (element.type === 'button' && element.text?.text === label) return { block, element };
  return undefined;
}

function elementsOf(block: Block): Element[] {
  const inside = [block.element, block.accessory, ...(Array.isArray(block.elements) ? block.elements : [])];
  return inside.filter((one): one is Element => typeof one === 'object' && one !== null && 'action_id' in one);
}

/** The field under this label, and what its value is for these words; null where the app has to be asked. */
function fieldOf(view: View | undefined, label: string, wanted: string | readonly string[]) {
  const block = view?.blocks.find((one) => labelOf(one) === label);
  const [element] = block === undefined ? [] : elementsOf(block);
  if (view === undefined || block === undefined || element === undefined) return undefined;
  if (element.type === 'external_select') return { view, block, element, value: null };
  if (element.type === 'users_select') {
    const known = Object.entries(PEOPLE).find(([name]) => String(wanted).toLowerCase().startsWith(name));
    return { view, block, element, value: (known?.[1] ?? String(wanted)) as FieldValue };
  }
  if (element.options === undefined) return { view, block, element, value: String(wanted) as FieldValue };
  const words = typeof wanted === 'string' ? [wanted] : wanted;
  const values = words.map((one) => element.options?.find(({ text }) => text.text.includes(one))?.value);
  if (values.some((value) => value === undefined)) return undefined;
  const all = values as string[];
  return { view, block, element, value: (element.type === 'checkboxes' ? all : (all[0] ?? '')) as FieldValue };
}

function labelOf(block: Block): string | undefined {
  const words = (block.label ?? block.text) as { text?: string } | undefined;
  return words?.text;
}

async function offered(person: ActingPerson, view: View, element: Element, typed: string): Promise<string> {
  const options = await person.options(view, element.action_id, typed);
  const match = options.find(({ text }) => text.includes(typed));
  if (match === undefined) throw new Error(`the menu offers no "${typed}": ${options.map(({ text }) => text)}`);
  return match.value;
}
