import type { Key } from '../domain/key.ts';
import type { StepContext } from './contract.ts';
import { providerOf, sinkOf } from './look-up.ts';

/** Whether whoever uses this key has its material: its recipient claimed it, or the registered place holds it. */
export async function isHandedOver(key: Key, context: StepContext): Promise<boolean> {
  if (await isClaimed(key, context)) return true;
  return key.delivery !== null && (await isInPlace(key, context));
}

/** Does the registered place hold this key's material right now? */
export async function isInPlace(key: Key, context: StepContext): Promise<boolean> {
  const { sink, delivery } = sinkOf(context, key);
  const there = await sink.read(delivery.target);
  return there !== null && providerOf(context, key).matches(key, there);
}

async function isClaimed(key: Key, { ledger }: StepContext): Promise<boolean> {
  return (await ledger.claimsOfKey(key.id)).some((claim) => claim.takenAt !== null);
}
