import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Instants are stored as ISO-8601 in UTC with milliseconds, so that text order is time order. */
export function stored(at: Date): string;
export function stored(at: Date | null): string | null;
export function stored(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

export function instant(text: string): Date;
export function instant(text: string | null): Date | null;
export function instant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

export const jsonText = (value: unknown): string => JSON.stringify(value);

/** Reads a JSON column through its schema: a row that another version wrote is refused rather than believed. */
export function fromJson<T>(schema: z.ZodType<T>, text: string): T {
  return schema.parse(JSON.parse(text));
}

export const Texts = z.array(z.string());

/** JSON with sorted names, so that the same content always has the same hash. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
