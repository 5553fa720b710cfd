import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { Desk, Moment } from '../moment.ts';
import { commandHelp } from '../views/command-help.ts';
import { type Token, tokensOf } from './tokens.ts';

/** One slash command: its file, one line in index.ts, and it is registered, in the manifest and in the help. */
export interface SlashCommand {
  /** With the slash, at most 32 characters. */
  command: string;
  description: string;
  usageHint: string;
  verbs: readonly Verb[];
  run: (typed: string, moment: Moment, desk: Desk) => Promise<void>;
}

/** The first word after a command, and what it does. The same verbs are reached by mention, shortcut and App Home. */
export interface Verb {
  verb: string;
  /** Other words that mean the same. */
  also?: readonly string[];
  /** A whole line to type, without the command: `show payments-prod`. */
  example: string;
  /** What it does, in half a sentence without a full stop. */
  help: string;
  /** Whether the help of this person shows it. Authority is looked up again when it is carried out. */
  offered: (moment: Moment, desk: Desk) => Promise<boolean>;
  run: (words: readonly Token[], moment: Moment, desk: Desk) => Promise<void>;
}

/** What can be typed besides verbs, such as the name of a key and what happened to it; for the help. */
export type Way = Pick<Verb, 'example' | 'help' | 'offered'>;

interface Grammar {
  command: string;
  description: string;
  usageHint: string;
  verbs: readonly Verb[];
  ways?: readonly Way[];
  /** What nothing after the command means; the help when it is left out. */
  alone?: (moment: Moment, desk: Desk) => Promise<void>;
  /** What a first word that is no verb means, such as the name of a key; false when it means nothing. */
  otherwise?: (words: readonly Token[], moment: Moment, desk: Desk) => Promise<boolean>;
}

/** A command made of verbs: did-you-mean for the first word, and a help that lists what this person may do. */
export function commandOf(grammar: Grammar): SlashCommand {
  const { command, description, usageHint, verbs, ways = [], alone, otherwise } = grammar;
  const help = async (moment: Moment, desk: Desk) =>
    moment.show(commandHelp({ command, description, verbs: await offeredTo([...ways, ...verbs], moment, desk) }));
  return {
    command,
    description,
    usageHint,
    verbs,
    run: async (typed, moment, desk) => {
      const words = tokensOf(typed);
      const [first, ...rest] = words;
      if (first === undefined) return (alone ?? help)(moment, desk);
      const word = first.quoted ? '' : first.text.toLowerCase();
      if (word === 'help' || word === '?') return help(moment, desk);
      const verb = verbs.find((one) => one.verb === word || one.also?.includes(word));
      if (verb !== undefined) return verb.run(rest, moment, desk);
      if ((await otherwise?.(words, moment, desk)) === true) return;
      throw unknownVerb(command, verbs, first);
    },
  };
}

async function offeredTo(ways: readonly Way[], moment: Moment, desk: Desk): Promise<Way[]> {
  const offered = await Promise.all(ways.map((way) => way.offered(moment, desk)));
  return ways.filter((_, index) => offered[index]);
}

function unknownVerb(command: string, verbs: readonly Verb[], { text }: Token): Refusal {
  const known = verbs.map(({ verb }) => verb);
  const meant = didYouMean(text, known);
  // What is no name may be a key that somebody pasted, so little of it is said again.
  const shown = /^[A-Za-z0-9_-]{1,40}$/.test(text) ? text : '…';
  const hint = meant === null ? `It knows ${[...known, 'help'].join(', ')}` : `Did you mean ${meant}`;
  const example = verbs.find(({ verb }) => verb === meant)?.example ?? 'help';
  return new Refusal(
    'unknown_verb',
    `${command} does not know "${shown}". ${hint}${meant === null ? '.' : '?'} Type for instance: ${command} ${example}`,
  );
}
