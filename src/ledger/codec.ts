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
