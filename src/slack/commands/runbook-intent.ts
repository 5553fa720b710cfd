import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { type Token, tokensOf } from './tokens.ts';

export type RunbookIntent =
  | { kind: 'help' }
  | { kind: 'list' }
  | { kind: 'plan'; runbook: string; key: string | null; inputs: Record<string, string> };

const VERBS = ['plan', 'list', 'help'] as const;
const EXAMPLE = '/runbook plan R-KEY-EXPIRY payments-prod situation=exploited';

/** What somebody meant by the words after `/runbook`. A Refusal says what to type instead. */
export function runbookIntent(typed: string): RunbookIntent {
  const [first, ...rest] = tokensOf(typed);
  if (first === undefined) return { kind: 'help' };
  const verb = first.text.toLowerCase();
  if (verb === 'plan') return planOf(rest);
  if (verb === 'list' || verb === 'help') {
    if (rest[0] !== undefined) throw tooMany(rest[0]);
    return { kind: verb };
  }
  if (/^r-/i.test(first.text)) return planOf([first, ...rest]);
  const meant = didYouMean(verb, [...VERBS]);
  throw new Refusal(
    'unknown_verb',
    `/runbook knows ${VERBS.join(', ')}, not "${shown(first)}".${meant === null ? '' : ` Did you mean ${meant}?`} Type for instance: ${EXAMPLE}`,
  );
}

function planOf(words: readonly Token[]): RunbookIntent {
  const [runbook, ...rest] = words;
  if (runbook === undefined)
    throw new Refusal('incomplete_command', `The id of the runbook is missing. Type for instance: ${EXAMPLE}`);
  const inputs = rest.filter(isInput);
  const [key, second] = rest.filter((word) => !isInput(word));
  if (second !== undefined) throw tooMany(second);
  return {
    kind: 'plan',
    runbook: runbook.text.toUpperCase(),
    key: key?.text ?? null,
    inputs: Object.fromEntries(
      inputs.map(({ text }) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
    ),
  };
}

function isInput({ text, quoted }: Token): boolean {
  return !quoted && /^[a-z][a-z0-9_]*=/.test(text);
}

function tooMany(word: Token): Refusal {
  return new Refusal('unexpected_word', `"${shown(word)}" is one word too many. Type for instance: ${EXAMPLE}`);
}

// What is no name may be a key that somebody pasted, so little of it is said again.
function shown({ text }: Token): string {
  return /^[A-Za-z0-9_-]{1,40}$/.test(text) ? text : '…';
}
