/** Writes a line to standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}

/** Columns as wide as their widest cell, two spaces between; the last one is cut to what the terminal still has room for. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  const room = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  const line = (row: readonly string[]) => {
    const text = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    return text.length > room ? `${text.slice(0, Math.max(room - 1, 0))}…` : text;
  };
  return all.map(line).join('\n');
}
