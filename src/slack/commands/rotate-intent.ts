import type { Situation } from '../../domain/run.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { type Token, tokensOf } from './tokens.ts';
import { assertNoMore, malformed, slugOf, splitNeededReason, splitReason, textOf } from './words.ts';

export type RotateIntent =
  | { kind: 'form' }
  | { kind: 'help' }
  | { kind: 'status'; run: string | null }
  | { kind: 'show'; slug: string }
  | { kind: 'cancel'; run: string; reason: string }
  | { kind: 'planned'; slug: string; graceHours: number | null; reason: string }
  | { kind: 'rotate'; slug: string; situation: Situation | null; reason: string };

/**
 * The words for what happened. A leaked key is one that others can read, such as in a gist: public counts as exploited (design/keys.md), so
 * it is revoked first and has no grace.
 */
const SITUATIONS: ReadonlyMap<string, Situation> = new Map([
  ['expired', 'expired'],
  ['suspected', 'suspected'],
  ['leaked', 'exploited'],
  ['exploited', 'exploited'],
]);
const EXAMPLE = '/rotate-key payments-prod exploited because "token in a public gist"';

/** What was typed after /rotate-key. A Refusal says what to type instead, with a whole example. */
export function rotateIntent(typed: string): RotateIntent {
  const [first, ...rest] = tokensOf(typed);
  if (first === undefined) return { kind: 'form' };
  const word = first.quoted ? '' : first.text.toLowerCase();
  switch (word) {
    case 'help':
    case '?':
      return { kind: 'help' };
    case 'status':
      return statusIntent(rest);
    case 'show':
      return { kind: 'show', slug: slugOf(rest[0], '/rotate-key show payments-prod') };
    case 'cancel':
      return cancelIntent(rest);
    default:
      return keyIntent(first, rest);
  }
}

function statusIntent([run, ...more]: Token[]): RotateIntent {
  assertNoMore(more, '/rotate-key status run-4k9x2m7qpd');
  return { kind: 'status', run: run?.text ?? null };
}

function cancelIntent([run, ...rest]: Token[]): RotateIntent {
  const example = '/rotate-key cancel run-4k9x2m7qpd because "wrong key"';
  if (run === undefined) throw malformed('the id of the run is missing', example);
  const { words, reason } = splitNeededReason(rest, { what: 'cancelling', example });
  assertNoMore(words, example);
  return { kind: 'cancel', run: run.text, reason };
}

function keyIntent(key: Token, rest: Token[]): RotateIntent {
  const slug = slugOf(key, EXAMPLE);
  const { words, reason } = splitReason(rest, EXAMPLE);
  const [word, ...more] = words;
  if (word?.text.toLowerCase() === 'planned') return plannedIntent(slug, more, reason);
  if (more[0] !== undefined)
    throw malformed(`"${more[0].text}" is one word too many; put the reason in quotes after because`, EXAMPLE);
  return { kind: 'rotate', slug, situation: word === undefined ? null : situationOf(word), reason };
}

const PLANNED_EXAMPLE = '/rotate-key payments-prod planned grace 24h because "a new quarter"';

function plannedIntent(slug: string, words: readonly Token[], reason: string): RotateIntent {
  const text = textOf(words);
  return { kind: 'planned', slug, graceHours: text === '' ? null : graceOf(text), reason };
}

function graceOf(text: string): number {
  const [, count, unit] = /^grace[= ](\d{1,4})(h|d)$/i.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (unit?.toLowerCase() === 'd' ? 24 : 1);
  throw malformed(`"${text}" was expected to be a time of grace, such as grace 24h or grace 3d`, PLANNED_EXAMPLE);
}

function situationOf({ text }: Token): Situation {
  const situation = SITUATIONS.get(text.toLowerCase());
  if (situation !== undefined) return situation;
  const meant = didYouMean(text, [...SITUATIONS.keys()]);
  const hint = meant === null ? '' : ` Did you mean ${meant}?`;
  throw malformed(
    `"${text}" does not say what happened: expected ${[...SITUATIONS.keys()].join(', ')}.${hint}`,
    EXAMPLE,
  );
}
