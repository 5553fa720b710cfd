/** Lines of at most `width` characters, broken between words; a word that is longer keeps a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A name, and beside it a text that goes on below itself. */
export function labelled(
  label: string,
  text: string,
  { indent, labelWidth, width = 100 }: { indent: number; labelWidth: number; width?: number },
): string {
  const left = ' '.repeat(indent);
  const lines = wrapped(text, width - indent - labelWidth);
  return (lines.length === 0 ? [''] : lines)
    .map((line, nth) => `${left}${(nth === 0 ? label : '').padEnd(labelWidth)}${line}`.trimEnd())
    .join('\n');
}
