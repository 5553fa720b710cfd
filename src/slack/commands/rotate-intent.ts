import type { Situation } from '../../domain/run.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { Token } from './tokens.ts';
import { shown, slugOf, splitReason, textOf } from './words.ts';

/** What happened to the key; `planned`: nothing did. */
export type Occasion = Situation | 'planned';

export interface RotateIntent {
  slug: string;
  occasion: Occasion | null;
  graceHours: number | null;
  reason: string;
  /** Why it is not clear enough to be carried out at once. The form says so, filled in with everything else. */
  unclear: string[];
}

/**
 * The words for what happened. A leaked key is one that others can read, such as in a gist: public counts as exploited (design/keys.md), so
 * it is revoked first and has no grace.
 */
const OCCASIONS: ReadonlyMap<string, Occasion> = new Map([
  ['expired', 'expired'],
  ['suspected', 'suspected'],
  ['leaked', 'exploited'],
  ['exploited', 'exploited'],
  ['planned', 'planned'],
]);
export const ROTATE_EXAMPLE = '/rotate-key payments-prod exploited because "token in a public gist"';

/** What was typed after /rotate-key, from the name of the key on. Nothing of it gets lost: what was not understood is said and kept. */
export function rotateIntent([key, ...rest]: readonly Token[]): RotateIntent {
  const slug = slugOf(key, ROTATE_EXAMPLE);
  const unclear: string[] = [];
  if (isBecause(rest.at(-1))) unclear.push('After because comes the reason.');
  const { words, reason } = splitReason(isBecause(rest.at(-1)) ? rest.slice(0, -1) : rest, ROTATE_EXAMPLE);
  const { others, graceHours } = graceIn(words, unclear);
  const { occasion, left } = occasionIn(others, unclear);
  if (left.length > 0)
    unclear.push(
      `"${left.map(({ text }) => shown(text)).join(' ')}" is taken as the reason, which stands in quotes after because.`,
    );
  const why = [textOf(left), reason].filter((text) => text !== '').join('; ');
  // A key that ran out needs no reason of its own; whatever else is done to one does.
  if (why === '' && unclear.length === 0 && occasion !== null && occasion !== 'expired')
    unclear.push('Say why in a few words: it stands in the history, and approvers read it.');
  return { slug, occasion, graceHours, reason: why, unclear };
}

function isBecause(token: Token | undefined): boolean {
  return token !== undefined && !token.quoted && /^because:?$/i.test(token.text);
}

/** `grace 24h`, `grace=3d`. */
function graceIn(words: readonly Token[], unclear: string[]): { others: Token[]; graceHours: number | null } {
  const at = words.findIndex(({ text, quoted }) => !quoted && /^grace([=:].*)?$/i.test(text));
  const named = words[at];
  if (named === undefined) return { others: [...words], graceHours: null };
  const inOne = named.text.slice('grace'.length + 1);
  const isApart = inOne === '' && words[at + 1] !== undefined;
  const text = isApart ? (words[at + 1]?.text ?? '') : inOne;
  const graceHours = hoursOf(text);
  if (graceHours === null)
    unclear.push(`"${shown(text)}" was expected to be a time of grace, such as grace 24h or grace 3d.`);
  return { others: words.filter((_, index) => index !== at && !(isApart && index === at + 1)), graceHours };
}

const UNITS: Readonly<Record<string, number>> = { m: 1 / 60, min: 1 / 60, h: 1, d: 24, w: 168 };

function hoursOf(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,4})(m|min|h|d|w)$/i.exec(text) ?? [];
  const size = UNITS[unit.toLowerCase()];
  return count === undefined || size === undefined ? null : Number(count) * size;
}

function occasionIn(words: readonly Token[], unclear: string[]): { occasion: Occasion | null; left: Token[] } {
  const known = ({ text, quoted }: Token) => (quoted ? undefined : OCCASIONS.get(text.toLowerCase()));
  const said = words.filter((word) => known(word) !== undefined);
  const occasions = [...new Set(said.map(known))];
  if (occasions.length > 1) {
    unclear.push(`${said.map(({ text }) => text).join(' and ')} are two different things: choose one.`);
    return { occasion: null, left: words.filter((word) => !said.includes(word)) };
  }
  const [first, ...rest] = words;
  if (occasions[0] !== undefined || first === undefined)
    return { occasion: occasions[0] ?? null, left: words.filter((word) => !said.includes(word)) };
  const meant = first.quoted ? null : didYouMean(first.text, [...OCCASIONS.keys()]);
  const hint = meant === null ? '' : ` Did you mean ${meant}?`;
  unclear.push(
    `"${shown(first.text)}" does not say what happened: expected ${[...OCCASIONS.keys()].join(', ')}.${hint}`,
  );
  return { occasion: meant === null ? null : (OCCASIONS.get(meant) ?? null), left: meant === null ? [...words] : rest };
}
