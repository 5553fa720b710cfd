import { KeyId, SecretId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PRODUCTION } from '../domain/key-facts.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { Secret } from '../secret.ts';
import { allowedHost } from './allowed-host.ts';
import type { IssuedMaterial, ListedKey, Probe, Provider, Verdict } from './contract.ts';
import { mintJwt } from './jwt-mint.ts';
import { type Verified, verifyMaterial } from './jwt-verify.ts';
import { mintKey } from './key-format.ts';
import { get } from './outgoing.ts';
import type { Pepper } from './pepper.ts';
import { PROBE_CALLER } from './probe-caller.ts';
import type { Vault } from './vault.ts';
import { isUsable, verdictOn } from './verify-key.ts';

export interface LedgerProviderDeps {
  ledger: Pick<LedgerReader, 'keyByDigest' | 'key' | 'signingKeys' | 'secretsOfKey' | 'keysOfProvider'>;
  pepper: Pepper;
  vault: Vault;
  /** What a probe may call, see allowedHost. */
  probeHosts: readonly string[];
  now: () => Date;
}

/** Keys that Rekey issues itself. The ledger's row is the key: revoking the row is revoking the key. */
export function ledgerProvider(deps: LedgerProviderDeps): Provider {
  const { ledger, pepper, now } = deps;
  // A mistyped entry is found at start and not in the middle of an incident.
  for (const entry of deps.probeHosts) allowedHost(entry);
  return {
    name: 'ledger',
    capabilities: { custody: 'rekey', overlap: true, revokeNow: true, suspend: true, enforcementDelayMs: 0 },
    probeAdmin: () => probeAdmin(deps),
    // Nothing exists until the step's outcome is recorded: after a crash it mints again, and what the first try made was never a key.
    create: async ({ replaces, expiresAt }) => {
      if (replaces.class === 'issuer_key') throw notHere(replaces);
      if (replaces.class !== 'jwt') return mintApiKey(replaces, pepper);
      return mintJwt(deps, { of: replaces, claims: replaces.claims ?? {}, expiresAt });
    },
    probe: async (key, secret, signal) => {
      if (key.probeUrl !== null)
        return secret === null ? notAtHand(key, now()) : callProbe(deps, { url: key.probeUrl, secret, signal });
      const at = now();
      if (secret !== null)
        return recordProbe(key, await verifyMaterial({ ledger, pepper, now: at }, secret.reveal()), at);
      const found = await ledger.key(key.id);
      return recordProbe(key, { ...verdictOn(found, at), key: found }, at);
    },
    // The ledger change that the step records is the revocation itself, and so it is with the others.
    revoke: async () => {},
    suspend: async () => {},
    reinstate: async () => {},
    list: ({ expiringBefore }) => ownKeys(deps, expiringBefore),
    matches: (key, secret) => {
      assertPepper(key, pepper);
      return key.digest !== null && pepper.matches(key.digest, secret.reveal());
    },
  };
}

const PAGE = 500;

/** The ledger is its own record: what stands there, as a verifier would judge it now. */
async function* ownKeys({ ledger, now }: LedgerProviderDeps, expiringBefore: Date | null): AsyncGenerator<ListedKey> {
  for (let after: string | null = null; ; ) {
    const page = await ledger.keysOfProvider({ provider: 'ledger', expiringBefore, after, limit: PAGE });
    for (const key of page)
      if (key.externalRef !== null)
        yield { externalRef: key.externalRef, expiresAt: key.expiresAt, isAccepted: isUsable(verdictOn(key, now())) };
    after = page.at(-1)?.externalRef ?? null;
    if (page.length < PAGE || after === null) return;
  }
}

/** A key of the ledger's own format: `live` in production, `test` everywhere else. */
export function mintApiKey({ environment }: Pick<Key, 'environment'>, pepper: Pepper): IssuedMaterial {
  const { secret, publicId, last4 } = mintKey(environment === PRODUCTION ? 'live' : 'test');
  return { secret, externalRef: publicId, digest: pepper.digestOf(secret.reveal()), pepperId: pepper.id, last4 };
}

// It signs from the moment it exists and is delivered to nobody, so there is nothing that a run could distribute.
function notHere(key: Key): PermanentFailure {
  return new PermanentFailure(
    `${nameOf(key)} signs JWTs and never leaves Rekey; no run replaces it. Ask for it directly: rekey keys rotate ${key.slug}.`,
  );
}

// "No" would be a wrong answer here: it would be taken for a file that holds something else.
function assertPepper(key: Key, pepper: Pepper): void {
  if (key.digest === null || key.pepperId === pepper.id) return;
  throw new PermanentFailure(
    `${nameOf(key)} was digested with the pepper ${key.pepperId ?? 'of another system'} and this Rekey has ${pepper.id}, so nothing can be compared with it. Put back the pepper file that was in use then.`,
  );
}

const ROUND_TRIP = 'probe-admin-round-trip';

/** The admin access to this provider is Rekey's own master key and ledger. */
async function probeAdmin({ ledger, vault, now }: LedgerProviderDeps): Promise<{ available: boolean; how: string }> {
  const [id, key] = [SecretId.parse('sec-probe'), KeyId.parse('key-probe')];
  try {
    const sealed = vault.seal(new Secret(ROUND_TRIP), { id, key, purpose: 'evidence', now: now() });
    if (vault.open(sealed).reveal() !== ROUND_TRIP) throw new Error('a sealed value came back altered');
    await ledger.key(key);
    return { available: true, how: 'sealed and opened a value with the master key, and read the ledger' };
  } catch (error) {
    return { available: false, how: `sealing a value or reading the ledger failed: ${sentenceOf(error)}` };
  }
}

/** A real call with the key itself, to where the key is really used. */
async function callProbe(
  { probeHosts, now }: LedgerProviderDeps,
  { url, secret, signal }: { url: string; secret: Secret; signal: AbortSignal },
): Promise<Probe> {
  const asked = `GET ${withoutQuery(url)}`;
  try {
    // Named, so that an API can tell Rekey's own look from its callers' traffic.
    const headers = { authorization: `Bearer ${secret.reveal()}`, 'user-agent': PROBE_CALLER };
    const { status } = await get(url, { allow: probeHosts, headers, signal });
    return { verdict: verdictOf(status), how: `${asked} → ${status}`, at: now() };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return { verdict: 'unreachable', how: `${asked} → no answer: ${sentenceOf(error)}`, at: now() };
  }
}

// Anything else says nothing about the key: a 404 or 500 is an API that is down, a 302 may be a login page.
function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'accepted';
  return status === 401 || status === 403 ? 'rejected' : 'unreachable';
}

function withoutQuery(text: string): string {
  if (!URL.canParse(text)) return text;
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

// Where the key is really used has the last word: the own row would prove what the API may not have noticed.
function notAtHand(key: Key, now: Date): Probe {
  return { verdict: 'unreachable', how: `${nameOf(key)} was not tried: its material is not at hand`, at: now };
}

function recordProbe(key: Key, { key: found, ...verified }: Verified, now: Date): Probe {
  const { status } = verified;
  const verdict = isUsable(verified) ? 'accepted' : 'rejected';
  const record =
    found === null || found.id === key.id ? nameOf(key) : `${nameOf(key)}, whose material is that of ${nameOf(found)},`;
  return { verdict, how: `the ledger verifies ${record} as ${status}`, at: now };
}
