import { lexer, type Token, type Tokens } from 'marked';
import { PHASES, type Phase } from '../../domain/run.ts';
import { scrub } from '../../scrub.ts';

/** Something that the document tells people to do or to ask. */
export interface Instruction {
  /** `For API keys:`, when it stands in a list under such a line. */
  under: string | null;
  text: string;
  /** Commands and tables that belong to it, as they stand in the document. */
  notes: string[];
}

export interface MarkdownRunbook {
  /** `R-KEY-EXPIRY`, from the first heading or line that has one. */
  id: string | null;
  title: string | null;
  /** What stands before the first phase: when to use it. */
  preface: string[];
  phases: ReadonlyMap<Phase, Instruction[]>;
}

/** Reads a runbook that people wrote for people: headings of the five phases, lists, paragraphs and code. */
export function readMarkdown(text: string): MarkdownRunbook {
  const sections = sectionsOf(lexer(visible(text)));
  const before = sections.filter((section) => section.phase === null);
  const headings = before.flatMap(({ heading }) => (heading === null ? [] : [heading]));
  const preface = before.flatMap(({ tokens }) => tokens.flatMap(wordsOf));
  const id =
    [...headings, ...preface].flatMap((line) => /\bR-[A-Z0-9]+(-[A-Z0-9]+)*\b/.exec(line)?.[0] ?? [])[0] ?? null;
  const phases = new Map<Phase, Instruction[]>();
  for (const { phase, tokens } of sections)
    if (phase !== null) phases.set(phase, [...(phases.get(phase) ?? []), ...instructionsOf(tokens)]);
  return { id, title: titleOf(headings, id), preface, phases };
}

// Documents have tokens in their examples, and signs that the loader refuses because nobody sees them.
function visible(text: string): string {
  return scrub(text.replace(/\r\n?/g, '\n'))
    .replace(/[^\P{C}\n]/gu, ' ')
    .toWellFormed();
}

interface Part {
  heading: string | null;
  phase: Phase | null;
  tokens: Token[];
}

/** Headings inside a phase belong to it; one of another level that is no phase ends nothing. */
function sectionsOf(tokens: readonly Token[]): Part[] {
  const parts: Part[] = [{ heading: null, phase: null, tokens: [] }];
  let level = 0;
  for (const token of tokens) {
    const last = parts.at(-1);
    if (token.type !== 'heading' || !isHeading(token)) {
      last?.tokens.push(token);
      continue;
    }
    const phase = phaseOf(token.text);
    const isInside = phase === null && last?.phase != null && token.depth > level;
    if (isInside) last.tokens.push(token);
    else {
      parts.push({ heading: token.text, phase, tokens: [] });
      level = token.depth;
    }
  }
  return parts;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === 'heading' && 'depth' in token;
}

/** `## 2. Contain`, `Contain:` and `Contain #` name the phase; a sentence with the word in it does not. */
function phaseOf(heading: string): Phase | null {
  const word = heading.toLowerCase().replace(/[^a-z]+/g, '');
  return PHASES.find((phase) => word === phase || word === `phase${phase}` || word === `step${phase}`) ?? null;
}

function instructionsOf(tokens: readonly Token[]): Instruction[] {
  const found: Instruction[] = [];
  let under: string | null = null;
  for (const token of tokens) {
    if (token.type === 'code') found.at(-1)?.notes.push(String(token.text));
    else if (token.type === 'table') found.at(-1)?.notes.push(rowsOf(token).join('\n'));
    else if (token.type === 'list' && isList(token)) {
      const opening: string | null = under;
      // A line that ends in a colon speaks of the list, and is no instruction of its own.
      if (opening !== null && found.at(-1)?.text === opening && found.at(-1)?.notes.length === 0) found.pop();
      found.push(...token.items.flatMap((item) => itemOf(item, opening)));
      under = null;
    } else
      for (const words of wordsOf(token)) {
        under = words.endsWith(':') ? words : null;
        found.push({ under: null, text: words, notes: [] });
      }
  }
  return found;
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list' && 'items' in token;
}

function itemOf(item: Tokens.ListItem, under: string | null): Instruction[] {
  const words = item.tokens.flatMap((token) => (token.type === 'list' || token.type === 'code' ? [] : wordsOf(token)));
  const notes = item.tokens.flatMap((token) => (token.type === 'code' ? [String(token.text)] : []));
  const nested = item.tokens.flatMap((token) =>
    isList(token) ? token.items.flatMap((one) => itemOf(one, under)) : [],
  );
  const text = words.join(' ');
  return text === '' ? nested : [{ under, text, notes }, ...nested];
}

function wordsOf(token: Token): string[] {
  if (token.type === 'space' || token.type === 'hr' || token.type === 'html') return [];
  const words = plainText(token).replace(/\s+/g, ' ').trim();
  return words === '' ? [] : [words];
}

function rowsOf(table: Token & { rows?: unknown }): string[] {
  const rows: unknown[] = Array.isArray(table.rows) ? table.rows : [];
  return rows.flatMap((row) => {
    const cells = Array.isArray(row) ? row.map((cell: { text?: unknown }) => String(cell.text ?? '')) : [];
    return cells.length === 0 ? [] : [cells.join(': ')];
  });
}

// The words without the marks: links and code inside a sentence keep their text.
function plainText(token: Token): string {
  if ('tokens' in token && Array.isArray(token.tokens) && token.tokens.length > 0)
    return token.tokens.map(plainText).join('');
  return 'text' in token && typeof token.text === 'string' ? token.text : '';
}

function titleOf(headings: readonly string[], id: string | null): string | null {
  for (const heading of headings) {
    const words = heading
      .replace(id ?? '', '')
      .replace(/^[\s:–—-]+/, '')
      .trim();
    if (words !== '' && !/^when to use\W*$/i.test(words)) return words;
  }
  return null;
}
