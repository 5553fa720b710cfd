import { randomBytes } from 'node:crypto';
import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId, SecretId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerReader, VaultProof } from '../../ledger/reader.ts';
import type { Pepper } from '../../providers/pepper.ts';
import { type KeyedVault, masterKeyIn } from '../../providers/vault.ts';
import { Secret } from '../../secret.ts';

export interface ProofDeps {
  ledger: Pick<Ledger, 'record'>;
  vault: KeyedVault;
  pepper: Pepper;
  now: () => Date;
}

/**
 * Shows at the start that this master key and this pepper belong to this ledger: with a foreign one every verification would say "not found"
 * and every sealed secret would be lost without a word. The first start binds them. A new master key is let in by an older one that is at
 * hand and opens its own proof. Throws Refusal `wrong_master_key`, `master_key_retired` or `wrong_pepper` that names both ids.
 */
export async function proveVault({ ledger, vault, pepper, now }: ProofDeps): Promise<void> {
  const { current, older } = vault.masterKeys();
  const context = { at: now(), actor: 'system:engine', channel: 'engine' } as const;
  await ledger.record(context, async ({ read }) => {
    const bound = await boundTo(read);
    const known = bound.proofs.filter(({ masterKey }) => masterKey === current || older.includes(masterKey));
    for (const proof of known) assertOpens(proof, { vault, pepper });
    const own = known.find(({ masterKey }) => masterKey === current);
    if (own?.retiredAt != null) throw retired(own, bound.living);
    // A retired one vouches for nothing: whoever has only that one has not the one that came after it.
    if (bound.living.length > 0 && ![current, ...older].some((id) => bound.living.includes(id)))
      throw wrongMasterKey(current, bound.living);
    return { events: own === undefined ? [adopted({ vault, pepper, now })] : [], result: undefined };
  });
}

interface Bound {
  proofs: VaultProof[];
  /** The master keys under which something may be sealed. */
  living: string[];
}

async function boundTo(read: LedgerReader): Promise<Bound> {
  const proofs = await read.vaultProofs();
  if (proofs.length > 0)
    return { proofs, living: proofs.filter(({ retiredAt }) => retiredAt === null).map(({ masterKey }) => masterKey) };
  // An older Rekey bound nothing; what it sealed tells as much of the master key.
  const [sealed] = await read.sealedSecrets('', 1);
  const masterKey = masterKeyIn(sealed?.envelope ?? '');
  return { proofs, living: masterKey === null ? [] : [masterKey] };
}

const ABOUT = { id: SecretId.parse('sec-proof'), key: KeyId.parse('key-proof'), purpose: 'proof' } as const;

function adopted({ vault, pepper, now }: Omit<ProofDeps, 'ledger'>): LedgerEvent {
  const proof = new Secret(randomBytes(32).toString('base64url'));
  const { envelope } = vault.seal(proof, { ...ABOUT, now: now() });
  if (envelope === null) throw new Error('The vault sealed nothing.');
  const masterKey = vault.masterKeys().current;
  return {
    type: 'master_key_adopted',
    masterKey,
    pepper: pepper.id,
    envelope,
    digest: pepper.digestOf(proof.reveal()),
  };
}

function assertOpens(
  { masterKey, envelope, ...proof }: VaultProof,
  { vault, pepper }: Omit<ProofDeps, 'ledger' | 'now'>,
) {
  if (proof.pepper !== pepper.id)
    throw new Refusal(
      'wrong_pepper',
      `This ledger's keys were digested with the pepper ${proof.pepper}, and the keys folder holds ${pepper.id}; no key would be known again. Put back the pepper.key that belongs to this ledger.`,
    );
  if (pepper.matches(proof.digest, opened({ masterKey, envelope }, vault))) return;
  throw new Refusal(
    'wrong_pepper',
    `The pepper ${pepper.id} is called like the one of this ledger (${proof.pepper}) and digests otherwise. Put back the pepper.key that belongs to this ledger.`,
  );
}

function opened({ masterKey, envelope }: Pick<VaultProof, 'masterKey' | 'envelope'>, vault: KeyedVault): string {
  try {
    return vault.open({ ...ABOUT, envelope, createdAt: new Date(0), destroyedAt: null }).reveal();
  } catch (cause) {
    throw new Refusal(
      'wrong_master_key',
      `The master key ${vault.masterKeys().current} does not open what was sealed under ${masterKey} when this ledger was bound to it. Put back the master key that belongs to this ledger.`,
      { cause },
    );
  }
}

function wrongMasterKey(current: string, living: readonly string[]): Refusal {
  return new Refusal(
    'wrong_master_key',
    `This ledger was sealed under the master key ${living.join(' or ')}, and the one at hand is ${current}. Put back master.key; if ${current} is to replace it, keep the old one beside it as master-${living[0]}.key.`,
  );
}

function retired({ masterKey, retiredAt }: VaultProof, living: readonly string[]): Refusal {
  return new Refusal(
    'master_key_retired',
    `The master key ${masterKey} was retired at ${retiredAt?.toISOString()}; what is sealed now is sealed under ${living.join(' or ')}. Put that one back as master.key.`,
  );
}
