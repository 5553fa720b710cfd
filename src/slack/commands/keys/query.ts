import { z } from 'zod';
import { KeyClass } from '../../../domain/key.ts';

/** What a list is of, and how far it was turned. */
export const KeysQuery = z.strictObject({
  service: z.string().optional(),
  environment: z.string().optional(),
  owner: z.string().optional(),
  health: z.enum(['revoked', 'expired', 'expiring', 'healthy']).optional(),
  class: KeyClass.optional(),
  name: z.string().optional(),
  expiringWithinMs: z.coerce.number().optional(),
  page: z.coerce.number().int().min(0).max(1_000),
});
export type KeysQuery = z.infer<typeof KeysQuery>;

const SHORT = [
  ['p', 'page'],
  ['s', 'service'],
  ['e', 'environment'],
  ['o', 'owner'],
  ['h', 'health'],
  ['c', 'class'],
  ['n', 'name'],
  ['w', 'expiringWithinMs'],
] as const;
const BETWEEN = '::';
const WHOLE = /^[A-Za-z0-9_.:-]{2,99}$/;

/** All of it in the value of a button: `p:1::s:payments-api`. Null when it holds what no name holds, or too much: then there is no button. */
export function tokenOf(query: KeysQuery): string | null {
  const parts = SHORT.flatMap(([short, name]) => (query[name] === undefined ? [] : [`${short}:${query[name]}`]));
  const token = parts.join(BETWEEN);
  return WHOLE.test(token) && parts.every((part) => !part.includes(BETWEEN)) ? token : null;
}

/** Null for a button of another version of Rekey. */
export function queryOf(token: string): KeysQuery | null {
  const named = token.split(BETWEEN).map((part) => {
    const sign = part.indexOf(':');
    const name = SHORT.find(([short]) => short === part.slice(0, sign))?.[1] ?? 'unknown';
    return [name, part.slice(sign + 1)];
  });
  return KeysQuery.safeParse(Object.fromEntries(named)).data ?? null;
}
