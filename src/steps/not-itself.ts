import type { JsonObject } from '../domain/run.ts';
import type { WithComplaint } from './contract.ts';

/** The replacement of a key is another key: the same reference twice is a slip that only the run would find out, when it is too late. */
export function notItself(other: string): (written: JsonObject) => WithComplaint[] {
  return (written) =>
    typeof written.key === 'string' && written.key === written[other]
      ? [
          {
            path: [other],
            expected: `another key than the one under \`key\``,
            got: 'the same one',
            fix: `write the new key, or \`${other}: null\` where there is none`,
          },
        ]
      : [];
}
