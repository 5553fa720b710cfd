import type { Complaint } from './problem.ts';
import { listed, suggestion } from './suggest.ts';

export const NO_INDEX: Complaint = {
  expected: 'names joined by dots',
  got: 'an access with [ ] or ?, a part of something computed, or { }',
  fix: 'write `steps.<id>.<output>`, or `.exists(x, …)` to look into a list',
};
export const NO_GROWTH: Complaint = {
  expected: 'no `+` inside exists, all or exists_one',
  got: '`+`',
  fix: 'write the comparison without it',
};

// The library counts a text character by character: 100 texts, several times each, take longer than a condition may.
export const NO_SIZE: Complaint = {
  expected: 'no `size` inside exists, all or exists_one',
  got: '`size`',
  fix: 'write the comparison without it',
};

export function secretIn(segments: readonly string[]): Complaint {
  return {
    expected: 'a value that may be compared',
    got: `\`${segments.join('.')}\`, which is a secret`,
    fix: `write \`${segments.join('.')} != null\`, the only question that a condition may ask of a secret`,
  };
}

export function absent(segments: readonly string[], step: string): Complaint {
  return {
    expected: 'a value that is always there',
    got: `\`${segments.join('.')}\`, which is absent when step \`${step}\` did not run or failed`,
    fix: `write \`has(steps.${step}) && …\``,
  };
}

export function unknownFunction(name: string, known: readonly string[]): Complaint {
  return { expected: `one of the functions ${listed(known)}`, got: `\`${name}\``, fix: suggestion(name, known) };
}
