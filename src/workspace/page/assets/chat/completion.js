import { el } from '../dom.js';

/**
 * What could be meant by what stands before the cursor: a slash command at the start of the text, or a name after an @.
 * @returns {{ choices: object[], from: number, to: number } | null} the choices, and the part of the text that one of them replaces
 */
export function completionFor(text, cursor, page, { inThread }) {
  const before = text.slice(0, cursor);
  if (/^\/\S*$/.test(before) && !inThread) return commands(before, cursor, page.store.state.commands);
  const mention = /(?:^|[\s(])@([\w.-]*)$/.exec(before);
  return mention ? people(mention[1], cursor, page.store.state) : null;
}

/** How to go on after a command that is complete. */
export function usageOf(text, page, { inThread }) {
  if (!text.startsWith('/')) return null;
  if (inThread) return 'Slack knows no slash commands in threads. Mention the app instead.';
  const command = page.store.state.commands.find((each) => each.command === text.split(/\s/)[0]);
  return command ? `${command.command} ${command.usageHint}`.trim() : null;
}

/** One row of the list. */
export function completionWords(choice) {
  return [
    el('span', { class: 'completion-name' }, choice.name),
    choice.hint && el('span', { class: 'completion-hint' }, choice.hint),
    choice.words && el('span', { class: 'completion-words' }, choice.words),
  ];
}

function commands(typed, cursor, known) {
  const choices = known
    .filter((each) => each.command.startsWith(typed.toLowerCase()))
    .map((each) => ({ name: each.command, hint: each.usageHint, words: each.description, text: `${each.command} ` }));
  return { choices, from: 0, to: cursor };
}

function people(typed, cursor, state) {
  const bot = { name: state.app.name, realName: `${state.app.name} (app)` };
  const wanted = typed.toLowerCase();
  const choices = [bot, ...state.people]
    .filter((each) => each.name.toLowerCase().startsWith(wanted) || each.realName.toLowerCase().startsWith(wanted))
    .map((each) => ({ name: `@${each.name}`, words: each.realName, text: `@${each.name} ` }));
  return { choices, from: cursor - typed.length - 1, to: cursor };
}
