import { RE2JS } from 're2js';
import type { Complaint } from './problem.ts';

const MAX_PATTERN = 100;
const MAX_PROGRAM = 1_000;

// One entry per pattern of the loaded runbooks; cleared when a flood of reloads makes it large.
const compiled = new Map<string, RE2JS>();

/** Does the pattern occur in the text? Takes time linear in the text, unlike JavaScript's own expressions. */
export function re2(text: string, pattern: string): boolean {
  return compile(pattern).matcher(text).find();
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= 500) compiled.clear();
  const made = RE2JS.compile(pattern);
  compiled.set(pattern, made);
  return made;
}

/** Why a pattern is not accepted, or null. Null as pattern: it was not written out as text. */
export function refusePattern(pattern: string | null): Complaint | null {
  const expected = `a pattern of at most ${MAX_PATTERN} characters, written out in quotes`;
  if (pattern === null) return { expected, got: 'something that is computed', fix: 'write the pattern itself' };
  if (pattern.length > MAX_PATTERN)
    return { expected, got: `${pattern.length} characters`, fix: 'write a shorter pattern' };
  try {
    if (compile(pattern).programSize() <= MAX_PROGRAM) return null;
    return { expected: 'a pattern with few repetitions', got: `\`${pattern}\``, fix: 'write smaller counts in { }' };
  } catch {
    return {
      expected: 'a pattern of RE2 syntax',
      got: `\`${pattern}\``,
      fix: 'write it without look-around and back references',
    };
  }
}
