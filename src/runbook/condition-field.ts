import type { Meaning } from '../steps/fields.ts';
import { KeyFacts } from '../steps/live-facts.ts';
import { compileConditionAt } from './conditions.ts';
import type { Node } from './node.ts';
import { stepsRead } from './planned-condition.ts';
import { typeOf } from './types.ts';
import type { Checking } from './with.ts';

const KEY_NOW = typeOf(KeyFacts);

/**
 * A field of `with` that means a condition is checked like `when`, at the same characters; one that is looked at again and again may ask about
 * the key besides. Any other field is left alone.
 */
export function compileConditionField(
  text: string,
  { node, path, meaning }: { node: Node; path: string; meaning: Meaning | null },
  { scope, report, conditions, needs }: Checking,
): void {
  if (meaning !== 'condition' && meaning !== 'live_condition') return;
  const roots = meaning === 'live_condition' ? new Map([...scope.roots, ['key', KEY_NOW] as const]) : scope.roots;
  const compiled = compileConditionAt(text, { node, path }, { scope: { ...scope, roots }, report });
  if (compiled === null) return;
  conditions.set(path, compiled);
  for (const step of stepsRead(compiled)) if (!text.includes(`has(steps.${step}`)) needs.add(step);
}
