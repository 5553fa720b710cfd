import { KeyId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { Forecast, ForecastContext } from './contract.ts';
import type { KeyRef } from './fields.ts';

/** A forecast of which only some parts are to be told. */
export function foreseen(parts: Partial<Forecast>): Forecast {
  return { calls: [], people: [], notices: [], enforcementDelayMs: null, ...parts };
}

/** A key among the inputs of a forecast: undefined while nobody can know which, null where there is none. */
export type ForeseenKey = KeyRef | null | undefined;

/** `payments-prod v4`, also for a version that the run would make. */
export function foreseenName(ref: ForeseenKey): string {
  return ref == null ? 'the key' : nameOf(ref);
}

/** Its row. For a version that the run would make, the one of the version before it: it inherits provider, place and owner. */
export async function foreseenRow(ref: ForeseenKey, { ledger }: Pick<ForecastContext, 'ledger'>): Promise<Key | null> {
  if (ref == null) return null;
  const row = (await ledger.key(KeyId.parse(ref.id))) ?? (await ledger.keyBySlug(ref.slug));
  return row === null ? null : { ...row, version: ref.version };
}

/** How long what becomes of this key may go unnoticed by whoever verifies it. */
export function foreseenDelay(key: Key | null, { providers }: Pick<ForecastContext, 'providers'>): number | null {
  const provider = key === null ? undefined : providers[key.provider];
  // Providers are not asked: what they would say costs a call.
  return provider?.capabilities.enforcementDelayMs ?? null;
}

/** `ledger: revoke payments-prod v3`, at the provider of the key. */
export function atProvider(key: Key | null, what: string): string {
  return `${key?.provider ?? 'its provider'}: ${what}`;
}

/** A real call where the key is used, or a look at the provider's own record. */
export function foreseenProbe(key: Key | null, what: string): Pick<Forecast, 'calls'> {
  return { calls: [key?.probeUrl == null ? atProvider(key, what) : `GET ${key.probeUrl}: ${what}`] };
}
