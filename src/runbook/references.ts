import type { Complaint } from './problem.ts';
import { quote } from './problem.ts';
import { isComplaint, lookUp, type ScopeTypes } from './scope.ts';
import { describeType, fits, holdsSecret, isReadable, type ValueType } from './types.ts';

type Alternative =
  | { kind: 'path'; segments: readonly string[]; text: string }
  | { kind: 'literal'; value: string | number | boolean | null };

/** `${steps.mint.key ?? inputs.key}`: the first alternative that is there. */
export interface Reference {
  text: string;
  alternatives: readonly Alternative[];
}

const ANYWHERE = /\$\{([^{}]*)\}/g;
// An item of a list stands for itself; of everything else, one value is meant.
const PATH = /^(item|[a-z][a-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+)$/;
const LITERAL_TEXT = /^'([^'{}$]*)'$/;
const LONGEST = 200;

export function hasReference(text: string): boolean {
  return text.includes('${');
}

/** A text in pieces: words, and references with the offset at which they stand. */
export type Piece = { kind: 'words'; text: string } | { kind: 'reference'; inner: string; offset: number };

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ANYWHERE)) {
    if (match.index > end) pieces.push({ kind: 'words', text: text.slice(end, match.index) });
    pieces.push({ kind: 'reference', inner: match[1] ?? '', offset: match.index });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: 'words', text: text.slice(end) });
  return pieces;
}

/** Reads what stands between the braces, or says why it cannot be read. */
export function parseReference(inner: string): Reference | Complaint {
  const text = inner.trim();
  const alternatives = text.split('??').map((part) => parseAlternative(part.trim()));
  const read = alternatives.filter((one) => one !== null);
  if (text.length <= LONGEST && read.length === alternatives.length && read[0]?.kind === 'path')
    return { text, alternatives: read };
  return {
    expected: `a reference such as ${written('inputs.key.slug')} or ${written("inputs.key.owner ?? 'group:oncall'")}`,
    got: quote(`\${${inner}}`),
    fix: 'write `inputs.<name>` or `steps.<id>.<output>`, nothing else: no calculation, no calls',
  };
}

function written(inner: string): string {
  return `\`\${${inner}}\``;
}

function parseAlternative(text: string): Alternative | null {
  if (PATH.test(text)) return { kind: 'path', segments: text.split('.'), text };
  const words = LITERAL_TEXT.exec(text)?.[1];
  if (words !== undefined) return { kind: 'literal', value: words };
  if (/^-?\d{1,15}$/.test(text)) return { kind: 'literal', value: Number(text) };
  if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' };
  return text === 'null' ? { kind: 'literal', value: null } : null;
}

/** What is wrong with this reference where `target` is wanted, or null. */
export function checkReference(reference: Reference, target: ValueType, scope: ScopeTypes): Complaint | null {
  let last: { text: string; absentWith: string | null; nullable: boolean } | null = null;
  for (const alternative of reference.alternatives) {
    const found = typeOfAlternative(alternative, scope);
    if (isComplaint(found)) return found;
    const text = alternative.kind === 'path' ? alternative.text : String(alternative.value);
    if (found.type.shape.kind !== 'null' && !fits(found.type, target)) return wrongType(text, found.type, target);
    last = { text, absentWith: found.absentWith, nullable: found.type.nullable };
  }
  if (last === null || target.nullable || !(last.nullable || last.absentWith !== null)) return null;
  return mayBeAbsent(last, target);
}

function typeOfAlternative(alternative: Alternative, scope: ScopeTypes) {
  if (alternative.kind === 'path') return lookUp(alternative.segments, scope);
  const { value } = alternative;
  const nullable = value === null;
  return { type: { shape: shapeOfLiteral(value), nullable, meaning: null }, absentWith: null };
}

function shapeOfLiteral(value: string | number | boolean | null): ValueType['shape'] {
  if (typeof value === 'string') return { kind: 'text', values: [value] };
  if (typeof value === 'number') return { kind: 'int' };
  return value === null ? { kind: 'null' } : { kind: 'bool' };
}

function wrongType(text: string, source: ValueType, target: ValueType): Complaint {
  const expected = describeType(target);
  if (holdsSecret(source))
    return {
      expected: `${expected}, and secrets only in fields that take a secret`,
      got: `\`${text}\`, which is a secret`,
      fix: 'write another value: a secret goes to its recipient and to its proof, never to people, logs or other systems',
    };
  const got = `\`${text}\`, which is ${describeType(source)}`;
  if (target.meaning === 'people_text' && !isReadable(source)) {
    const isKey = source.shape.kind === 'object' && source.shape.isKey;
    return { expected: 'words, a number, or yes or no', got, fix: `write \`${text}.${isKey ? 'slug' : '…'}\`` };
  }
  return { expected, got, fix: `write a reference to ${expected}` };
}

function mayBeAbsent(
  value: { text: string; absentWith: string | null; nullable: boolean },
  target: ValueType,
): Complaint {
  const step = value.absentWith;
  const why = step === null ? 'which can be empty' : `which is absent when step \`${step}\` did not run or failed`;
  const fallback = written(`${value.text} ?? …`);
  return {
    expected: `${describeType(target)} that is always there`,
    got: `\`${value.text}\`, ${why}`,
    fix:
      step === null
        ? `write a fallback: ${fallback}`
        : `write \`when: has(steps.${step})\` on this step, or a fallback: ${fallback}`,
  };
}
