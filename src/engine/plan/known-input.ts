import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/run.ts';
import { unwrap } from '../../runbook/types.ts';
import { meaningOf } from '../../steps/fields.ts';
import { isForeseenKey, isOpen } from './open-value.ts';

/** The fields of a `with` block that are known before the run, as the step kind reads them. Words for people keep their gaps. */
export function knownInput(schema: z.ZodType, written: JsonObject): Record<string, unknown> {
  const { schema: bare } = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return {};
  return Object.fromEntries(
    Object.entries(bare.shape).flatMap(([name, field]) => {
      if (!(field instanceof z.ZodType) || !isKnown(field, written[name])) return [];
      const read = field.safeParse(written[name]);
      return read.success && read.data !== undefined ? [[name, read.data]] : [];
    }),
  );
}

function isKnown(field: z.ZodType, value: Json | undefined): boolean {
  return !isOpen(value) || meaningOf(field) === 'people_text' || isForeseenKey(value);
}
