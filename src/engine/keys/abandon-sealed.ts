import type { LedgerEvent } from '../../domain/event.ts';
import { Actor, personOf } from '../../domain/ids.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import type { VaultProof } from '../../ledger/reader.ts';
import { masterKeyIn } from '../../providers/vault.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { changeSealed } from './change-sealed.ts';
import { proveVault } from './prove-vault.ts';
import { assertMayAdminister, type RewrapDeps } from './rewrap.ts';

export interface Abandoned {
  destroyed: number;
  /** The master keys that are lost, and the one that the ledger is bound to now. */
  lost: string[];
  current: string;
}

/**
 * For a master key that is lost for good: destroys the record of what nobody can open, retires that key and binds the ledger to the one at
 * hand. Keys, rotations and the audit are not sealed and stay as they are; what was waiting to be claimed has to be made again. Refusals:
 * `not_allowed` (`administer`), `nothing_lost`, and `wrong_pepper`, which no loss of a master key explains.
 */
export async function abandonSealed(deps: RewrapDeps, origin: Origin & { reason: string }): Promise<Abandoned> {
  return auditRefusal(deps, { origin, what: 'abandon what is sealed' }, async () => {
    await assertMayAdminister(deps, origin);
    const { current, older } = deps.vault.masterKeys();
    const isLost = (masterKey: string) => masterKey !== current && !older.includes(masterKey);
    const proofs = (await deps.ledger.read.vaultProofs()).filter(({ retiredAt }) => retiredAt === null);
    assertPepper(deps, proofs);
    const lost = proofs.map(({ masterKey }) => masterKey).filter(isLost);
    if (lost.length === 0) throw nothingLost(current);
    const { changed: destroyed } = await changeSealed(deps, {
      ...origin,
      change: (sealed) => (isLost(masterKeyIn(sealed.envelope ?? '') ?? '') ? [abandoned(sealed)] : []),
      onPage: () => {},
    });
    await retire(deps, origin, lost);
    await proveVault(deps);
    return { destroyed, lost, current };
  });
}

function abandoned({ id, key, purpose }: SealedSecret): LedgerEvent {
  if (purpose !== 'second_factor') return { type: 'secret_destroyed', secret: id };
  const person = personOf(Actor.parse(key));
  if (person === null) throw new Error(`The seed ${id} belongs to nobody.`);
  return { type: 'totp_removed', person, factor: id, reason: 'its master key is lost; it has to be set up again' };
}

async function retire(
  { ledger, now }: RewrapDeps,
  { actor, channel, reason }: Origin & { reason: string },
  lost: readonly string[],
): Promise<void> {
  const why = `lost: ${reason}`;
  const events = lost.map((masterKey): LedgerEvent => ({ type: 'master_key_retired', masterKey, why }));
  await ledger.record({ at: now(), actor, channel }, async () => ({ events, result: undefined }));
}

function assertPepper({ pepper }: RewrapDeps, proofs: readonly VaultProof[]): void {
  const foreign = proofs.find((proof) => proof.pepper !== pepper.id);
  if (foreign === undefined) return;
  throw new Refusal(
    'wrong_pepper',
    `This ledger's keys were digested with the pepper ${foreign.pepper}, and the keys folder holds ${pepper.id}. Put back pepper.key first: without it no key is known again.`,
  );
}

function nothingLost(current: string): Refusal {
  return new Refusal(
    'nothing_lost',
    `The master key ${current} and the older ones at hand open everything; nothing is to be abandoned.`,
  );
}
