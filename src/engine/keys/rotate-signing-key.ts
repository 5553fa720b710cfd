import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { expiryOf } from '../../domain/key-facts.ts';
import { UNTOUCHED } from '../../domain/new-key.ts';
import { Refusal } from '../../errors.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { mintSigner } from './mint.ts';
import { settleOpenRotation } from './open-rotation.ts';
import { asOf, recordOnKey, type Standing } from './record-on-key.ts';
import { revocation } from './revoke.ts';

const HOUR_MS = 3_600_000;

/**
 * One transaction, because nobody has to receive anything: the new version signs, the old one signs no more (its private half is destroyed)
 * and still counts until its grace is over. Returns the new version.
 */
export async function rotateSigningKey(deps: KeysDeps, request: OnKey): Promise<Key> {
  const old = await recordOnKey(deps, request, {
    verb: 'rotate',
    doing: 'rotate',
    decide: async (standing) => {
      assertSigner(standing);
      const { key, read } = standing;
      const why = `${request.actor} rotated ${nameOf(key)} at once: ${request.reason}`;
      const ended = await settleOpenRotation(read, key, why);
      const minted = await mintSigner(deps, await successorOf(deps, standing));
      return [...ended, ...minted.events, ...(await retirement(standing, request.reason))];
    },
  });
  const versions = await deps.ledger.read.versionsOf(old.slug);
  return versions.find((one) => one.predecessor === old.id) ?? old;
}

function assertSigner({ key, now }: Standing): void {
  const { state } = asOf(key, now);
  if (key.publicJwk !== null && state === 'active') return;
  const what = key.publicJwk === null ? 'signs no JWTs' : `is ${state}`;
  throw new Refusal('key_not_rotatable', `${nameOf(key)} ${what}; only the key that signs now is rotated like this.`);
}

async function successorOf({ newId }: KeysDeps, { key, read, rule, now }: Standing): Promise<Key> {
  const [newest = key] = await read.versionsOf(key.slug);
  return {
    ...key,
    ...UNTOUCHED,
    id: KeyId.parse(newId('key')),
    version: newest.version + 1,
    predecessor: key.id,
    state: 'pending',
    createdAt: now,
    activatedAt: null,
    expiresAt: expiryOf(key, rule, { days: null, now }),
  };
}

async function retirement(standing: Standing, reason: string): Promise<LedgerEvent[]> {
  const { key, read } = standing;
  const graceEndsAt = await graceEnd(standing);
  const revoked = await revocation(read, key, reason);
  if (graceEndsAt === null) return revoked;
  const destroyed = revoked.filter(({ type }) => type === 'secret_destroyed');
  return [{ type: 'key_retired', key: key.id, graceEndsAt }, ...destroyed];
}

/**
 * Until the last JWT there is has ended, at most the longest grace and the key's own life; null when there is none to wait for, and for a
 * compromised key: whoever has it would have that time to sign.
 */
async function graceEnd({ key, read, rule, now }: Standing): Promise<Date | null> {
  if (key.compromisedAt !== null) return null;
  const lastJwt = await read.lastExpiryOf('jwt');
  if (lastJwt === null || lastJwt <= now) return null;
  const longest = new Date(now.getTime() + rule.graceHours.longest * HOUR_MS);
  const ends = [lastJwt, longest, ...(key.expiresAt === null ? [] : [key.expiresAt])];
  return new Date(Math.min(...ends.map((end) => end.getTime())));
}
