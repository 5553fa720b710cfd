import { appendFileSync, readFileSync } from 'node:fs';
import { anOutside, type Outside } from './test-step-kinds.ts';

/** An outside that outlives a killed process: a file with one line per effect. */
export function durableOutside(file: string): Outside {
  const effects = new Map<string, number>();
  for (const token of readEffects(file)) effects.set(token, (effects.get(token) ?? 0) + 1);
  const outside = anOutside();
  return { ...outside, effects, after: (_step, context) => appendFileSync(file, `${context.step.token}\n`) };
}

export function readEffects(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
