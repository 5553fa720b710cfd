// Together with what stands around it, this stays under what one message of Slack may hold.
const LONGEST = 9_000;
const MOST = 12;

/** A summary as several texts, in order, each small enough for one message; what is behind the last one is on the terminal. */
export function partsOf(markdown: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (const line of markdown.split('\n').flatMap(inPieces)) {
    if (part !== '' && part.length + 1 + line.length > LONGEST) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? line : `${part}\n${line}`;
  }
  return [...parts, part].filter((one) => one.trim() !== '').slice(0, MOST);
}

function inPieces(line: string): string[] {
  if (line.length <= LONGEST) return [line];
  const [first, rest] = [line.slice(0, LONGEST), line.slice(LONGEST)];
  return [first, ...inPieces(rest)];
}

/** The message with one of these texts: of which incident, of which version by its hash, and the how many-th. */
export function partSubject(incident: string, hash: string, nth: number): string {
  return `${incident}/${hash}/${nth}`;
}

export function readPartSubject(subject: string): { incident: string; hash: string; nth: number } | null {
  const [, incident, hash, nth] = /^(.+)\/([0-9a-f]{64})\/(\d+)$/.exec(subject) ?? [];
  return incident === undefined || hash === undefined ? null : { incident, hash, nth: Number(nth) };
}
