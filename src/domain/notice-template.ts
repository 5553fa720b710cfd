import type { Letter } from './dispatch.ts';

/** Everything that a template may name; each stands for a whole value and never for a part of one. */
export const PLACEHOLDERS = [
  'key',
  'which_key',
  'replacement_available',
  'data_integrity',
  'incident',
  'contact',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** The three facts that R-KEY-EXPIRY makes mandatory. */
export const MANDATORY = ['which_key', 'replacement_available', 'data_integrity'] as const satisfies Placeholder[];

export interface NoticeTemplate {
  /** Its file without `.md`: `key-replaced`. */
  name: string;
  subject: string;
  body: string;
  reviewedBy: string;
  /** A day: `2026-05-20`. */
  reviewedAt: string;
  /** Whom it is written for, in words. */
  audience: string;
  /** SHA-256 of the file. */
  hash: string;
}

/** Left in the text of a dispatch, because it is another one in each letter. */
const PER_LETTER: Placeholder = 'contact';
const PLACEHOLDER = /\{([a-z_]+)\}/g;

/**
 * Fills in everything but the name of the contact. One pass, so that a value in braces stays what somebody wrote; the subject is one line
 * whatever its values hold.
 */
export function filledIn(
  { subject, body }: Pick<NoticeTemplate, 'subject' | 'body'>,
  values: Readonly<Record<Exclude<Placeholder, 'contact'>, string>>,
): Letter {
  const known = new Map<string, string>(Object.entries(values));
  const fill = (text: string) =>
    text.replace(PLACEHOLDER, (written, name: string) =>
      name === PER_LETTER ? written : readable(known.get(name) ?? written, name),
    );
  return { subject: oneLine(fill(subject), LONGEST_SUBJECT), body: fill(body).trim() };
}

/** The letter to one addressee. */
export function addressed({ subject, body }: Letter, name: string): Letter {
  const to = oneLine(name, LONGEST_NAME);
  // A value that somebody wrote cannot hold it: `readable` has taken its braces away.
  const fill = (text: string) => text.replaceAll(`{${PER_LETTER}}`, to);
  return { subject: oneLine(fill(subject), LONGEST_SUBJECT), body: fill(body) };
}

const LONGEST_SUBJECT = 150;
const LONGEST_NAME = 100;
const LONGEST_VALUE = 2_000;

// Without what could end a line, hide a word or look like a placeholder of the next pass.
function readable(value: string, name: string): string {
  const text = value
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(`{${PER_LETTER}}`, `(${PER_LETTER})`)
    .trim();
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text || `(no ${name.replaceAll('_', ' ')})`;
}

function oneLine(text: string, longest: number): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** A place in a template at which something is wrong: its offset in the text. */
export interface TemplateMistake {
  at: number;
  got: string;
}

/** Braces that are no placeholder that is known. */
export function strangePlaceholders(text: string): TemplateMistake[] {
  const known: readonly string[] = PLACEHOLDERS;
  return [...text.matchAll(/\{[^{}\n]{0,60}\}?|\}/g)].flatMap(({ 0: got, index }) =>
    got.endsWith('}') && got.startsWith('{') && known.includes(got.slice(1, -1)) ? [] : [{ at: index, got }],
  );
}

export function missingFacts(body: string): (typeof MANDATORY)[number][] {
  return MANDATORY.filter((name) => !body.includes(`{${name}}`));
}

/** A minimal page: paragraphs of escaped text and nothing else, so that nothing that anybody wrote becomes markup. */
export function htmlOf(body: string): string {
  const paragraphs = body
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escaped(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('\n');
  return `<!doctype html><html lang="en"><body style="font-family:sans-serif">\n${paragraphs}\n</body></html>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
