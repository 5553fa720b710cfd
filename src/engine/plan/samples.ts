import type { Json } from '../../domain/run.ts';
import type { ValueType } from '../../runbook/types.ts';

interface Samples {
  /** undefined: as if it were not there, so that a condition which really looks at it cannot be decided. */
  values: readonly (Json | undefined)[];
  /** Not every value that makes a difference is among them. */
  isOpaque: boolean;
}

/**
 * Values of a type that a condition can tell apart: every word of a list, and around each number or text that stands in the condition one on
 * either side. What conditions ask of lists and mappings, and patterns, cannot be tried out.
 */
export function samplesOf({ shape, nullable }: Pick<ValueType, 'shape' | 'nullable'>, condition: string): Samples {
  const none: Json[] = nullable ? [null] : [];
  switch (shape.kind) {
    case 'bool':
      return { values: [...none, true, false], isOpaque: false };
    case 'text':
      if (shape.values !== null) return { values: [...none, ...shape.values], isOpaque: false };
      return sampled([...none, ...texts(condition)], COMPARES.test(condition));
    case 'int':
    case 'number':
      return sampled([...none, ...numbers(condition)], comparesTwo(condition));
    default:
      return sampled([null, []], true);
  }
}

function sampled(values: readonly Json[], isOpaque: boolean): Samples {
  return { values: isOpaque ? [undefined, ...values] : values, isOpaque };
}

const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;
// Functions of texts whose answer does not follow from the words that stand in the condition.
const COMPARES =
  /\bre2\(|\bsize\(|\.size\(|steps\.[\w.]+\s*[=!]=\s*(?:steps|inputs)\.|inputs\.[\w.]+\s*[=!]=\s*steps\./;

function texts(condition: string): string[] {
  const words = [...condition.matchAll(QUOTED)].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set(['', 'another', ...words, ...words.flatMap((word) => [`${word}-more`, `other-${word}`])])];
}

function numbers(condition: string): number[] {
  const bare = condition.replace(QUOTED, '');
  const written = [...bare.matchAll(/(?<![\w.])-?\d+(?:\.\d+)?/g)].map((match) => Number(match[0]));
  return [...new Set([0, 1, ...written.flatMap((one) => [one - 1, one, one + 1])])];
}

/** Two values that are both open are compared with each other, or calculated with. */
function comparesTwo(condition: string): boolean {
  const bare = condition.replace(QUOTED, '');
  return (
    /(?:steps|inputs)\.[\w.]+\s*[-+*/%<>=!]+\s*(?:steps|inputs)\./.test(bare) || /[\w)]\s*[-+*/%]\s*[\w(]/.test(bare)
  );
}
