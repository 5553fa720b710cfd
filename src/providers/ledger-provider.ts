import { KeyId, SecretId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { Secret } from '../secret.ts';
import type { Probe, Provider } from './contract.ts';
import { mintKey } from './key-format.ts';
import { get } from './outgoing.ts';
import type { Pepper } from './pepper.ts';
import type { Vault } from './vault.ts';
import { verdictOn } from './verify-key.ts';

export interface LedgerProviderDeps {
  ledger: Pick<LedgerReader, 'keyByDigest' | 'key'>;
  pepper: Pepper;
  vault: Vault;
  /** `host` or `host:port` that a probe may call. */
  probeHosts: readonly string[];
  now: () => Date;
}

/** Keys that Rekey issues itself. The ledger's row is the key: revoking the row is revoking the key. */
export function ledgerProvider(deps: LedgerProviderDeps): Provider {
  const { ledger, pepper, vault, now } = deps;
  return {
    name: 'ledger',
    capabilities: { custody: 'rekey', overlap: true, revokeNow: true, suspend: true, enforcementDelayMs: 0 },
    probeAdmin: async () => {
      const about = {
        id: SecretId.parse('probe'),
        key: KeyId.parse('probe'),
        purpose: 'evidence',
        now: now(),
      } as const;
      const works =
        vault.open(vault.seal(new Secret('probe-admin-round-trip'), about)).reveal() === 'probe-admin-round-trip';
      await ledger.key(KeyId.parse('probe'));
      return { available: works, how: 'sealed and opened a value with the master key, and read the ledger' };
    },
    // Nothing exists until the step's outcome is recorded: after a crash it mints again, and what the first try made was never a key.
    create: async ({ replaces }) => {
      const minted = mintKey(replaces.environment === 'production' ? 'live' : 'test');
      return {
        secret: minted.secret,
        externalRef: minted.publicId,
        digest: pepper.digestOf(minted.secret.reveal()),
        pepperId: pepper.id,
        last4: minted.last4,
      };
    },
    probe: (key, secret, signal) =>
      secret !== null && key.probeUrl !== null
        ? probeCall(deps, { url: key.probeUrl, secret, signal })
        : probeRecord(deps, key),
    // The ledger change that the step records is the revocation itself.
    revoke: async () => {},
    matches: (key, secret) => key.digest !== null && pepper.matches(key.digest, secret.reveal()),
  };
}

/** A real call with the key itself, to where the key is really used. */
async function probeCall(
  { probeHosts, now }: LedgerProviderDeps,
  { url, secret, signal }: { url: string; secret: Secret; signal: AbortSignal },
): Promise<Probe> {
  try {
    const { status } = await get(url, {
      allow: probeHosts,
      headers: { authorization: `Bearer ${secret.reveal()}` },
      signal,
    });
    const verdict =
      status >= 200 && status < 300 ? 'accepted' : status === 401 || status === 403 ? 'rejected' : 'unreachable';
    return { verdict, how: `GET ${url} answered ${status}`, at: now() };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return { verdict: 'unreachable', how: `GET ${url} did not answer: ${sentenceOf(error)}`, at: now() };
  }
}

async function probeRecord({ ledger, now }: LedgerProviderDeps, key: Key): Promise<Probe> {
  const { status } = verdictOn(await ledger.key(key.id), now());
  const verdict = status === 'valid' || status === 'retiring' ? 'accepted' : 'rejected';
  return { verdict, how: `the ledger verifies it as ${status}`, at: now() };
}
