import type { LedgerEvent } from './event.ts';

/** An event as its audit line keeps it: instants are text, and what is confidential was left out. */
export type Told = AsRecorded<LedgerEvent>;
type Plain = string | number | boolean | null | undefined;
type AsRecorded<T> = T extends Plain
  ? T
  : T extends Date
    ? string
    : T extends readonly (infer One)[]
      ? AsRecorded<One>[]
      : T extends object
        ? { [Name in keyof T]: AsRecorded<T[Name]> }
        : T;

export type ToldOfKey = Extract<
  Told,
  { type: `key_${string}` | `secret_${string}` | `rotation_${string}` | `usage_gate_${string}` | `claim_${string}` }
>;

const ABOUT_KEYS = /^(key|secret|rotation|usage_gate|claim)_/;

export function isAboutKey(event: Told): event is ToldOfKey {
  return ABOUT_KEYS.test(event.type);
}
