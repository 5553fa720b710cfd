import type { LedgerEvent } from '../domain/event.ts';
import type { AskAnswer } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { StepContext } from './contract.ts';
import { expiryOf } from './key-classify.ts';
import { keyOfRun } from './look-up.ts';
import { recovery } from './recovery.ts';

/**
 * Somebody showed that the key of the run is refused. A key of a provider that Rekey does not reach was ended there by people, and their word
 * is how the ledger hears of its end. A key that the ledger itself still accepts is not dead, whatever was seen elsewhere.
 */
export async function deathByHand({ by, evidence }: AskAnswer, context: StepContext): Promise<LedgerEvent[]> {
  const key = await keyOfRun(context);
  if (key === null) return [];
  const how = `${by} showed it: ${evidence}`;
  return [
    ...(await endOf(key, how, context)),
    { type: 'key_proved_dead', key: key.id, how },
    ...(await recovery({ ...key, provedDeadAt: context.now() }, context)),
  ];
}

async function endOf(key: Key, reason: string, context: StepContext): Promise<LedgerEvent[]> {
  const expired = expiryOf(key, context);
  if (key.state === 'revoked' || key.state === 'expired' || expired.length > 0) return expired;
  if (context.providers[key.provider] !== undefined)
    throw new PermanentFailure(
      `${nameOf(key)} is ${key.state} here, so its provider ${key.provider} does not refuse it. Revoke it with key.revoke before somebody shows that it is dead.`,
    );
  const versions = await context.ledger.versionsOf(key.slug);
  const successor = versions.find((one) => one.predecessor === key.id && one.activatedAt !== null);
  return [{ type: 'key_revoked', key: key.id, replacedBy: successor?.id ?? null, reason }];
}
