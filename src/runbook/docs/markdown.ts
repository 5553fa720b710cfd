/** Text inside a cell of a Markdown table: on one line, its bars and tags shown and not read. */
export function cell(text: string): string {
  const pieces = text.replace(/\s+/g, ' ').replaceAll('|', '\\|').split('`');
  // Every second piece stands in code, where a tag is none.
  return pieces
    .map((piece, index) => (index % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece))
    .join('`')
    .trim();
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds as a runbook writes them: `90s`, `2h`. */
export function durationText(ms: number): string {
  const fitting = UNITS.find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0);
  return fitting === undefined ? `${ms} ms` : `${ms / fitting[1]}${fitting[0]}`;
}
