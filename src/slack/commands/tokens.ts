import { Refusal } from '../../errors.ts';
import { clean } from '../text.ts';

export interface Token {
  text: string;
  /** It stood in quotes, so it is nobody's keyword. */
  quoted: boolean;
}

const CLOSING: Record<string, string> = { '"': '"', "'": "'", '“': '”', '”': '”', '„': '“', '‘': '’', '«': '»' };
const LONGEST = 3_000;

/**
 * Splits what was typed after a command. Quotes hold words together, also the curly ones that phones and word processors write; `name=value`
 * stays one token; Slack's own markup (`<@U…>`, `<https://…|…>`) is read back into what the person typed.
 */
export function tokensOf(typed: string): Token[] {
  const text = clean(typed).trim();
  if (text.length > LONGEST)
    throw new Refusal('too_long', `At most ${LONGEST} characters can be read here; these are ${text.length}.`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) at += 1;
    else {
      const { token, end } = tokenAt(text, at);
      tokens.push(token);
      at = end;
    }
  }
  return tokens;
}

function tokenAt(text: string, start: number): { token: Token; end: number } {
  const quote = quotedAt(text, start);
  if (quote !== null) return { token: { text: unmarked(quote.text), quoted: true }, end: quote.end };
  let at = start;
  let found = '';
  while (at < text.length && !/\s/.test(text.charAt(at))) {
    // `reason="two words"`: what follows the sign may be quoted.
    const inner =
      (text.charAt(at - 1) === '=' || text.charAt(at - 1) === ':') && at > start ? quotedAt(text, at) : null;
    found += inner === null ? text.charAt(at) : inner.text;
    at = inner === null ? at + 1 : inner.end;
  }
  return { token: { text: unmarked(found), quoted: false }, end: at };
}

function quotedAt(text: string, start: number): { text: string; end: number } | null {
  const open = text.charAt(start);
  const close = CLOSING[open];
  if (close === undefined) return null;
  // Keyboards mix them: “like this" and ”like this” both count as closed.
  const closers = open === '“' || open === '”' || open === '„' || open === '"' ? '"”“' : `${close}${open}`;
  for (let end = start + 1; end < text.length; end++)
    if (closers.includes(text.charAt(end)) && endsWord(text, end))
      return { text: text.slice(start + 1, end), end: end + 1 };
  // An apostrophe that nothing closes is a letter of a word.
  if (open === "'" || open === '‘') return null;
  throw new Refusal(
    'open_quote',
    `A quote begins at ${text.slice(start, start + 20)} and does not end. Put a " at the end of the reason.`,
  );
}

function endsWord(text: string, end: number): boolean {
  const next = text.charAt(end + 1);
  return next === '' || /\s/.test(next);
}

/** `<@U1|bob>` → `@U1`, `<https://a.example|a.example>` → `https://a.example`; escapes become the signs they stand for. */
function unmarked(text: string): string {
  return text
    .replace(/<([@#!])([^<>|]*)(?:\|[^<>]*)?>/g, '$1$2')
    .replace(/<(https?:\/\/[^<>|]*|mailto:[^<>|]*)(?:\|[^<>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
