import { Refusal } from '../../errors.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { Token } from './tokens.ts';

/** What is left of a line without its reason. */
export interface Reasoned {
  words: Token[];
  /** Empty when none was given. */
  reason: string;
}

/** Everything after `because` is the reason, with or without quotes; `because=…`, `reason=…` and `reason:…` are the same. */
export function splitReason(tokens: readonly Token[], example: string): Reasoned {
  const at = tokens.findIndex((token) => !token.quoted && /^because:?$/i.test(token.text));
  const before = at < 0 ? tokens : tokens.slice(0, at);
  const named = before.filter(isReason);
  const after = at < 0 ? null : textOf(tokens.slice(at + 1));
  if (after === '') throw malformed('after because comes the reason', example);
  const said = [...named.map(({ text }) => text.slice(text.search(/[=:]/) + 1).trim()), ...(after ? [after] : [])];
  return { words: before.filter((token) => !named.includes(token)), reason: said.join('; ') };
}

/** The same where nothing happens without one. `what` is what needs it, such as "cancelling". */
export function splitNeededReason(
  tokens: readonly Token[],
  { what, example }: { what: string; example: string },
): Reasoned {
  const split = splitReason(tokens, example);
  if (split.reason === '') throw malformed(`${what} needs a reason`, example);
  return split;
}

function isReason({ text, quoted }: Token): boolean {
  return !quoted && /^(because|reason)[=:]./is.test(text);
}

const NAMED = /^([a-z][a-z0-9_-]*)([=:])(.*)$/is;

/**
 * `name=value` and `name:value` apart from the other words, in the order typed. Only for verbs that take filters or settings; what has an
 * address in it (`https://…`) stays a word.
 */
export function splitNamed<Name extends string>(
  tokens: readonly Token[],
  { names, also, example }: { names: readonly Name[]; also?: ReadonlyMap<string, Name>; example: string },
): { words: Token[]; named: Partial<Record<Name, string>> } {
  const named: Partial<Record<Name, string>> = {};
  const words: Token[] = [];
  for (const token of tokens) {
    const [, typed, sign, value = ''] = (token.quoted ? null : NAMED.exec(token.text)) ?? [];
    if (typed === undefined || (sign === ':' && value.startsWith('//'))) {
      words.push(token);
      continue;
    }
    const name = names.find((one) => one === typed.toLowerCase()) ?? also?.get(typed.toLowerCase());
    if (name === undefined) throw unknownName(typed, names, example);
    if (value.trim() === '') throw malformed(`after ${name}${sign} comes what it is to be`, example);
    if (named[name] !== undefined) throw malformed(`${name} is given twice`, example);
    named[name] = value.trim();
  }
  return { words, named };
}

function unknownName(typed: string, names: readonly string[], example: string): Refusal {
  const meant = didYouMean(typed, names);
  const hint = meant === null ? `expected ${names.join(', ')}` : `did you mean ${meant}?`;
  return malformed(`"${shown(typed)}" is no name that goes here: ${hint}`, example);
}

/** `input=value` with any name, as runbooks have inputs of their own; a name begins small, and `:` is not taken. */
export function splitInputs(
  tokens: readonly Token[],
  example: string,
): { words: Token[]; inputs: Map<string, string> } {
  const isInput = ({ text, quoted }: Token) => !quoted && /^[a-z][a-z0-9_]*=/.test(text);
  const inputs = new Map<string, string>();
  for (const { text } of tokens.filter(isInput)) {
    const sign = text.indexOf('=');
    const name = text.slice(0, sign);
    if (inputs.has(name)) throw malformed(`${name} is given twice`, example);
    inputs.set(name, text.slice(sign + 1));
  }
  return { words: tokens.filter((token) => !isInput(token)), inputs };
}

/** Refuses what stands after the last word that a verb takes. */
export function assertNoMore([extra]: readonly Token[], example: string): void {
  if (extra !== undefined) throw malformed(`"${shown(extra.text)}" is one word too many`, example);
}

const SLUG = /^[a-z0-9][a-z0-9._-]{0,254}$/i;

/** The name of a key. What does not look like one may be the key itself, so it is not repeated. */
export function slugOf(token: Token | undefined, example: string): string {
  if (token === undefined) throw malformed('the name of the key is missing', example);
  if (SLUG.test(token.text)) return token.text;
  throw malformed(
    'the name of a key is of letters, digits, dots, - and _, without spaces; never paste the key itself',
    example,
  );
}

/** An id that Rekey gave, such as `run-4k9x2m7qpd`. `what` is what it is the id of: "run", "incident". */
export function idOf(
  token: Token | undefined,
  { prefix, what, example }: { prefix: string; what: string; example: string },
): string {
  if (token === undefined) throw malformed(`the id of the ${what} is missing`, example);
  const id = token.text.toLowerCase();
  if (id.startsWith(`${prefix}-`) && SLUG.test(id)) return id;
  throw malformed(`"${shown(token.text)}" is no id of a ${what}: it begins with ${prefix}-`, example);
}

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  min: 60_000,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 168 * HOUR_MS,
};

/** `90m`, `24h`, `7d`, `2w` in milliseconds. */
export function spanOf(text: string, example: string): number {
  const [, count, unit = ''] = /^(\d{1,5}) ?(m|min|h|d|w)$/.exec(text.trim().toLowerCase()) ?? [];
  const size = UNITS[unit];
  if (count !== undefined && size !== undefined) return Number(count) * size;
  throw malformed(`"${shown(text)}" is no span of time; expected one such as 90m, 24h, 7d or 2w`, example);
}

/** The words as one text, such as a title that nobody put in quotes. */
export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map(({ text }) => text)
    .join(' ')
    .trim();
}

/** What was typed, said again only where it cannot be a key that somebody pasted. */
export function shown(text: string): string {
  return /^[\p{L}\p{N}_.-]{1,40}$/u.test(text) ? text : '…';
}

/** A sentence with what was not understood, and a whole line that would be. */
export function malformed(what: string, example: string): Refusal {
  const stop = /[.?]$/.test(what) ? '' : '.';
  return new Refusal('malformed_command', `That was not understood: ${what}${stop} Type for instance: ${example}`);
}
