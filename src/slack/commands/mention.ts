import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { Desk, Moment } from '../moment.ts';
import { commandHelp } from '../views/command-help.ts';
import type { SlashCommand } from './contract.ts';

/** Whose verbs may stand right after Rekey's name, the first that has it: `@rekey status` in the thread of an incident. */
const SPOKEN: readonly string[] = ['/incident', '/runbook', '/rotate-key', '/keys'];
const HELP: readonly string[] = ['', 'help', '?', 'hi', 'hello'];

/**
 * `@rekey keys list`, with or without the slash, wherever Rekey was invited; above all in threads, where Slack has no slash commands.
 * What is typed is read by the command itself, so it means the same as with a slash.
 */
export function runMention(
  typed: string,
  commands: readonly SlashCommand[],
): (moment: Moment, desk: Desk) => Promise<void> {
  const [first = ''] = typed.split(/\s+/);
  const rest = typed.slice(first.length).trim();
  const word = first.replace(/^\//, '').toLowerCase();
  const command = commands.find((one) => one.command === `/${word}`);
  if (command !== undefined) return (moment, desk) => command.run(rest, moment, desk);
  if (HELP.includes(word)) return (moment) => moment.show(mentionHelp(commands));
  const owner = spoken(commands).find(({ verbs }) =>
    verbs.some(({ verb, also }) => verb === word || also?.includes(word)),
  );
  if (owner !== undefined) return (moment, desk) => owner.run(`${word} ${rest}`.trim(), moment, desk);
  throw unknownWord(word, commands);
}

function spoken(commands: readonly SlashCommand[]): SlashCommand[] {
  return SPOKEN.flatMap((name) => commands.filter(({ command }) => command === name));
}

function mentionHelp(commands: readonly SlashCommand[]) {
  const description =
    'Every command works after my name too, also in a thread, where Slack has no slash commands. Only you see the answers.';
  const verbs = commands.map(({ command, description: help }) => ({ example: `${command.slice(1)} help`, help }));
  return commandHelp({ command: '@rekey', description, verbs });
}

function unknownWord(word: string, commands: readonly SlashCommand[]): Refusal {
  const names = commands.map(({ command }) => command.slice(1));
  const verbs = spoken(commands).flatMap(({ verbs: known }) => known.map(({ verb }) => verb));
  const meant = didYouMean(word, [...names, ...verbs]);
  // What is no name may be a key that somebody pasted, so little of it is said again.
  const shown = /^[a-z0-9_-]{1,40}$/.test(word) ? word : '…';
  const hint = meant === null ? `It knows ${names.join(', ')} and help.` : `Did you mean ${meant}?`;
  return new Refusal(
    'unknown_word',
    `Rekey does not know "${shown}". ${hint} Write for instance: @rekey ${meant ?? 'help'}`,
  );
}
