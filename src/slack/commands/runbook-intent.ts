import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { type Token, tokensOf } from './tokens.ts';
import { assertNoMore, shown, splitInputs } from './words.ts';

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
    assertNoMore(rest, EXAMPLE);
    return { kind: verb };
  }
  if (/^r-/i.test(first.text)) return planOf([first, ...rest]);
  const meant = didYouMean(verb, [...VERBS]);
  throw new Refusal(
    'unknown_verb',
    `/runbook knows ${VERBS.join(', ')}, not "${shown(first.text)}".${meant === null ? '' : ` Did you mean ${meant}?`} Type for instance: ${EXAMPLE}`,
  );
}

function planOf(words: readonly Token[]): RunbookIntent {
  const [runbook, ...rest] = words;
  if (runbook === undefined)
    throw new Refusal('incomplete_command', `The id of the runbook is missing. Type for instance: ${EXAMPLE}`);
  const { words: named, inputs } = splitInputs(rest, EXAMPLE);
  const [key, ...more] = named;
  assertNoMore(more, EXAMPLE);
  return {
    kind: 'plan',
    runbook: runbook.text.toUpperCase(),
    key: key?.text ?? null,
    inputs: Object.fromEntries(inputs),
  };
}
