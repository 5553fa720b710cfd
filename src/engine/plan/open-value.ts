import type { Json, JsonObject } from '../../domain/run.ts';
import type { ValueType } from '../../runbook/types.ts';
import { keyRef } from '../../steps/fields.ts';

const OPEN = /⟨[^⟩]*⟩/;

/** Stands for what only the run will know: `⟨steps.mint.secret⟩`, in the shape that conditions and references expect. */
export function openValue({ shape }: ValueType, path: string): Json {
  if (shape.kind === 'secret') return { secret: `⟨${path}⟩` };
  if (shape.kind !== 'object') return `⟨${path}⟩`;
  return Object.fromEntries([...shape.fields].map(([name, type]) => [name, openValue(type, `${path}.${name}`)]));
}

/** The open outputs of a step, with what a forecast knows of them filled in. */
export function openOutputs(type: ValueType, step: string, known: JsonObject): JsonObject {
  const open = openValue(type, `steps.${step}`);
  return { ...(isObject(open) ? open : {}), ...known };
}

export function isOpen(value: Json | undefined): boolean {
  if (typeof value === 'string') return OPEN.test(value);
  if (Array.isArray(value)) return value.some(isOpen);
  return isObject(value) && Object.values(value).some(isOpen);
}

/** A version that the run would make: everything but its id is known. */
export function isForeseenKey(value: Json | undefined): boolean {
  const ref = keyRef.safeParse(value);
  return ref.success && !isOpen({ ...ref.data, id: '' });
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
