import { encode } from 'uqr';

/** `true` is dark. With the quiet border that scanners need. */
export function qrModules(text: string): boolean[][] {
  return encode(text, { ecc: 'M', border: 2 }).data;
}

const BLACK_ON_WHITE = '\u001b[30;107m';
const PLAIN = '\u001b[0m';

/** Two rows a line, always black on white: inverted ones are not read by every app. */
export function qrOnTerminal(modules: readonly (readonly boolean[])[]): string {
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const cells = (modules[row] ?? []).map((upper, column) => cell(upper, modules[row + 1]?.[column] ?? false));
    lines.push(`${BLACK_ON_WHITE}${cells.join('')}${PLAIN}`);
  }
  return lines.join('\n');
}

function cell(upper: boolean, lower: boolean): string {
  if (upper && lower) return '█';
  if (upper) return '▀';
  return lower ? '▄' : ' ';
}
