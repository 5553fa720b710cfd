import { scrub } from '../scrub.ts';

// What a terminal would take for a command, or would show in another order than it was written. Line breaks are ours.
const DISTURBING = /[^\P{Cc}\n]|\p{Bidi_Control}/gu;

/** Writes to standard output. Text of other people cannot move the cursor, and a secret that slips in is masked. */
export function say(text: string): void {
  process.stdout.write(`${scrub(text).replaceAll(DISTURBING, '�')}\n`);
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** `1 problem`, `2 problems` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const NARROWEST = 6;

/** Columns as wide as their widest cell, two spaces between. Where the terminal has less room, the widest columns give way. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  room: number = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const all = [head, ...rows];
  const widths = fitted(
    head.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? '')))),
    room - 2 * (head.length - 1),
  );
  return all
    .map((row) =>
      widths
        .map((width, column) => padded(row[column] ?? '', width))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function fitted(widths: number[], room: number): number[] {
  const fit = [...widths];
  const total = () => fit.reduce((sum, width) => sum + width, 0);
  while (total() > room && Math.max(...fit) > NARROWEST) {
    const widest = fit.indexOf(Math.max(...fit));
    fit[widest] = (fit[widest] ?? 0) - 1;
  }
  return fit;
}

function padded(cell: string, width: number): string {
  const letters = [...cell];
  if (letters.length > width) return `${letters.slice(0, Math.max(width - 1, 0)).join('')}…`;
  return cell + ' '.repeat(width - letters.length);
}

function lengthOf(text: string): number {
  return [...text].length;
}
