import type { LedgerEvent } from '../../domain/event.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import { type KeyedVault, masterKeyIn } from '../../providers/vault.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { authorize } from './authority.ts';
import { changeSealed, type Walked } from './change-sealed.ts';
import type { ClaimsDeps } from './claims.ts';
import { type ProofDeps, proveVault } from './prove-vault.ts';

export type RewrapDeps = Pick<ClaimsDeps, 'ledger' | 'policy' | 'now' | 'log'> & Pick<ProofDeps, 'vault' | 'pepper'>;

export interface Rewrapped {
  /** What was wrapped anew this time, and everything that is sealed. */
  rewrapped: number;
  sealed: number;
  /** The master key of today, and those under which nothing is sealed any more: only backups from before still need them. */
  current: string;
  unneeded: string[];
}

/**
 * Wraps everything that is sealed under the master key of today. The others are retired first, so that no process that still has one in
 * memory seals with it behind this one's back. After a crash every secret opens with exactly one of the keys, and the next call goes on. Refusals: `not_allowed` (`administer`), `master_key_missing`, and those of proveVault.
 */
export async function rewrap(
  deps: RewrapDeps,
  { onProgress, ...origin }: Origin & { onProgress: (done: { looked: number; rewrapped: number }) => void },
): Promise<Rewrapped> {
  return auditRefusal(deps, { origin, what: 'rewrap' }, async () => {
    await assertMayAdminister(deps, origin);
    await proveVault(deps);
    const { current } = deps.vault.masterKeys();
    await retireOthers(deps, origin, current);
    const change = (sealed: SealedSecret) => rewrapped(sealed, { vault: deps.vault, current, now: deps.now() });
    const onPage = ({ looked, changed }: Walked) => onProgress({ looked, rewrapped: changed });
    const { looked, changed } = await changeSealed(deps, { ...origin, change, onPage });
    const proofs = await deps.ledger.read.vaultProofs();
    const unneeded = proofs.filter(({ retiredAt }) => retiredAt !== null).map(({ masterKey }) => masterKey);
    return { rewrapped: changed, sealed: looked, current, unneeded };
  });
}

export async function assertMayAdminister({ ledger, policy, now }: RewrapDeps, origin: Origin): Promise<void> {
  const subject = { owner: null, escalation: null, service: null };
  const { policy: rules } = await policy();
  await authorize(ledger.read, { policy: rules, verb: 'administer', subject, now: now(), origin });
}

async function retireOthers({ ledger, now }: RewrapDeps, { actor, channel }: Origin, current: string): Promise<void> {
  await ledger.record({ at: now(), actor, channel }, async ({ read }) => {
    const living = (await read.vaultProofs()).filter(
      (proof) => proof.masterKey !== current && proof.retiredAt === null,
    );
    const why = `replaced by ${current}`;
    const events = living.map(({ masterKey }): LedgerEvent => ({ type: 'master_key_retired', masterKey, why }));
    return { events, result: undefined };
  });
}

function rewrapped(
  sealed: SealedSecret,
  { vault, current, now }: { vault: KeyedVault; current: string; now: Date },
): LedgerEvent[] {
  const from = masterKeyIn(sealed.envelope ?? '') ?? 'unknown';
  if (from === current) return [];
  if (!vault.masterKeys().older.includes(from)) throw missing(sealed, from);
  const { id, key, purpose } = sealed;
  const { envelope } = vault.seal(vault.open(sealed), { id, key, purpose, now });
  if (envelope === null) throw new Error('The vault sealed nothing.');
  const to = masterKeyIn(envelope) ?? current;
  if (purpose === 'second_factor') return [{ type: 'totp_rewrapped', factor: id, envelope, from, to }];
  return [{ type: 'secret_rewrapped', secret: id, envelope, from, to }];
}

function missing({ id, key }: SealedSecret, from: string): Refusal {
  return new Refusal(
    'master_key_missing',
    `The sealed secret ${id} of ${key} is under the master key ${from}, which is not at hand. Put it back as master-${from}.key beside master.key and run this again; what was wrapped until here stays so.`,
  );
}
