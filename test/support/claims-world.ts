import { randomBytes } from 'node:crypto';
import { type Claim, openClaim } from '../../src/domain/claim.ts';
import { KeyId, RunId, SecretId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { ClaimsDeps } from '../../src/engine/keys/claims.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { newClaimToken } from '../../src/providers/claim-token.ts';
import { mintKey } from '../../src/providers/key-format.ts';
import { openVault } from '../../src/providers/seal.ts';
import { randomId } from '../../src/random-id.ts';
import type { Secret } from '../../src/secret.ts';
import { aKey, aPolicy, daysAfter, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';

export interface ClaimsWorld {
  file: string;
  ledger: Ledger;
  deps: ClaimsDeps;
  masterKey: { id: string; bytes: Uint8Array };
  setNow: (now: Date) => void;
  setPolicy: (policy: Policy) => void;
  /** Runs that were woken, in order. */
  woken: RunId[];
  /** A pending key whose secret is sealed and offered to this recipient. */
  offer: (recipient: string, about?: { run?: RunId; key?: Partial<Key> }) => Promise<OfferedSecret>;
}

export interface OfferedSecret {
  claim: Claim;
  token: Secret;
  key: Key;
  /** What the claimer has to get. */
  material: string;
}

/** A real ledger and vault, with a clock that stands at noon and the policy of the builders. */
export async function aClaimsWorld(): Promise<ClaimsWorld> {
  let [time, rules] = [NOON, aPolicy()];
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file, () => time);
  const masterKey = { id: 'aaaa1111', bytes: randomBytes(32) };
  const vault = openVault(masterKey);
  const woken: RunId[] = [];
  const deps: ClaimsDeps = {
    ledger,
    vault,
    queue: { wake: async (run) => void woken.push(RunId.parse(run)), alarm: async () => {} },
    policy: async () => ({ policy: rules, hash: 'b'.repeat(64) }),
    now: () => time,
    newId: randomId,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
  const offer: ClaimsWorld['offer'] = async (recipient, { run = null, key: overrides = {} } = {}) => {
    const { secret: material, publicId, last4 } = mintKey('live');
    const key = aKey({
      id: KeyId.parse(randomId('key')),
      slug: randomId('slug'),
      version: 1,
      externalRef: publicId,
      digest: randomBytes(32).toString('hex'),
      last4,
      state: 'pending',
      activatedAt: null,
      provedLiveAt: null,
      expiresAt: daysAfter(NOON, 90),
      ...overrides,
    });
    const sealed = vault.seal(material, {
      id: SecretId.parse(randomId('sec')),
      key: key.id,
      purpose: 'new_key',
      now: time,
    });
    const token = newClaimToken();
    const by = { recipient, offeredBy: 'person:alice' } as const;
    const claim = openClaim({ secret: sealed, run, ...by, token: token.reveal(), now: time, newId: randomId });
    await recordEvents(ledger, [
      { type: 'key_issued', key },
      { type: 'secret_sealed', secret: sealed },
      { type: 'claim_opened', claim },
    ]);
    return { claim, token, key, material: material.reveal() };
  };
  const setNow = (next: Date) => {
    time = next;
  };
  const setPolicy = (policy: Policy) => {
    rules = policy;
  };
  return { file, ledger, deps, masterKey, setNow, setPolicy, woken, offer };
}
