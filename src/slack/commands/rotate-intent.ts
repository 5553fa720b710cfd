import type { Situation } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { type Token, tokensOf } from './tokens.ts';

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
const SLUG = /^[a-z0-9][a-z0-9._-]{0,254}$/i;

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
  if (more.length > 0) throw malformed(`"${more[0]?.text}" is one word too many`, '/rotate-key status run-4k9x2m7qpd');
  return { kind: 'status', run: run?.text ?? null };
}

function cancelIntent([run, ...rest]: Token[]): RotateIntent {
  const example = '/rotate-key cancel run-4k9x2m7qpd because "wrong key"';
  if (run === undefined) throw malformed('the id of the run is missing', example);
  const { words, reason } = splitReason(rest);
  if (words[0] !== undefined) throw malformed(`"${words[0].text}" is not expected after the run`, example);
  if (reason === '') throw malformed('cancelling needs a reason', example);
  return { kind: 'cancel', run: run.text, reason };
}

function keyIntent(key: Token, rest: Token[]): RotateIntent {
  const slug = slugOf(key, EXAMPLE);
  const { words, reason } = splitReason(rest);
  const [word, ...more] = words;
  if (word?.text.toLowerCase() === 'planned') return plannedIntent(slug, more, reason);
  if (more[0] !== undefined)
    throw malformed(`"${more[0].text}" is one word too many; put the reason in quotes after because`, EXAMPLE);
  return { kind: 'rotate', slug, situation: word === undefined ? null : situationOf(word), reason };
}

const PLANNED_EXAMPLE = '/rotate-key payments-prod planned grace 24h because "a new quarter"';

function plannedIntent(slug: string, words: readonly Token[], reason: string): RotateIntent {
  const text = words.map((word) => word.text).join(' ');
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

/** Everything after `because` is the reason, with or without quotes; `because=…` and `reason=…` are the same. */
function splitReason(tokens: readonly Token[]): { words: Token[]; reason: string } {
  const at = tokens.findIndex((token) => !token.quoted && /^because$/i.test(token.text));
  if (at >= 0) {
    const reason = tokens
      .slice(at + 1)
      .map((token) => token.text)
      .join(' ')
      .trim();
    if (reason === '') throw malformed('after because comes the reason', EXAMPLE);
    return { words: tokens.slice(0, at), reason };
  }
  const named = tokens.find((token) => /^(because|reason)=./is.test(token.text));
  const words = tokens.filter((token) => token !== named);
  return { words, reason: named === undefined ? '' : named.text.slice(named.text.indexOf('=') + 1).trim() };
}

function slugOf(token: Token | undefined, example: string): string {
  if (token === undefined) throw malformed('the name of the key is missing', example);
  if (SLUG.test(token.text)) return token.text;
  // What does not look like a name may be the key itself, so it is not repeated.
  throw malformed(
    'the first word has to be the name of a key, of letters, digits, dots, - and _; never paste the key itself',
    example,
  );
}

function malformed(what: string, example: string): Refusal {
  const stop = /[.?]$/.test(what) ? '' : '.';
  return new Refusal('malformed_command', `That was not understood: ${what}${stop} Type for instance: ${example}`);
}
