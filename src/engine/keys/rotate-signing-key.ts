import type { LedgerEvent } from '../../domain/event.ts';
import { graceMs } from '../../domain/grace.ts';
import { KeyId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { expiryOf } from '../../domain/key-facts.ts';
import { UNTOUCHED } from '../../domain/new-key.ts';
import { assertInterval, isEmergency } from '../../domain/rotation-rules.ts';
import { Refusal } from '../../errors.ts';
import type { RotationRequest } from '../rotations/rotations.ts';
import type { KeysDeps } from './deps.ts';
import type { Keys } from './keys.ts';
import { mintSigner } from './mint.ts';
import { settleOpenRotation } from './open-rotation.ts';
import { asOf, recordOnKey, type Standing } from './record-on-key.ts';
import { revocation } from './revoke.ts';

const HOUR_MS = 3_600_000;

type Asked = Parameters<Keys['rotateSigningKey']>[0];

/**
 * One transaction, because nobody has to receive anything: the new version signs, the old one signs no more (its private half is destroyed)
 * and still counts until its grace is over. Returns the new version.
 */
export async function rotateSigningKey(deps: KeysDeps, { mode = 'planned', ...request }: Asked): Promise<Key> {
  const old = await recordOnKey(deps, request, {
    // What signs decides what is believed: as with making one, it takes more than rotating other keys, and is never for a token.
    verb: 'administer',
    doing: 'rotate',
    decide: async (standing) => {
      assertSigner(standing);
      const { key, read } = standing;
      if (!isEmergency(mode) && key.compromisedAt === null) await assertSpaced(standing);
      const why = `${request.actor} rotated ${nameOf(key)} at once: ${request.reason}`;
      const ended = await settleOpenRotation(read, key, why);
      const minted = await mintSigner(deps, await successorOf(deps, standing));
      return [...ended, ...minted.events, ...(await retirement(standing, { mode, reason: request.reason }))];
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

/** Refusal `too_soon`: each version ends what the one before it signed, and stays in the JWKS of everybody who verifies. */
async function assertSpaced({ key, read, policy, now }: Standing): Promise<void> {
  const rotations = (await read.versionsOf(key.slug))
    .filter(({ predecessor }) => predecessor !== null)
    .map(({ id, slug, createdAt }) => ({ id, slug, state: 'completed', startedAt: createdAt }) as const);
  const hours = policy.rotations.minimum_interval_hours;
  const otherwise = 'say that somebody else may have it (--mode suspected)';
  assertInterval(rotations, { hours, at: now, override: null, otherwise });
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

async function retirement(
  standing: Standing,
  { mode, reason }: Required<Pick<Asked, 'mode' | 'reason'>>,
): Promise<LedgerEvent[]> {
  const { key, read } = standing;
  const graceEndsAt = await graceEnd(standing, mode);
  const revoked = await revocation(read, key, reason);
  if (graceEndsAt === null) return revoked;
  const destroyed = revoked.filter(({ type }) => type === 'secret_destroyed');
  return [{ type: 'key_retired', key: key.id, graceEndsAt }, ...destroyed];
}

/**
 * Until the last JWT there is has ended, at most the longest grace (in an emergency: its own) and the key's own life; null when there is none to wait for, and for a
 * compromised key: whoever has it would have that time to sign.
 */
async function graceEnd({ key, read, rule, now }: Standing, mode: RotationRequest['mode']): Promise<Date | null> {
  const longestMs = isEmergency(mode) ? graceMs({ mode, hours: null, rule }) : rule.graceHours.longest * HOUR_MS;
  if (key.compromisedAt !== null || longestMs === 0) return null;
  const lastJwt = await read.lastExpiryOf('jwt');
  if (lastJwt === null || lastJwt <= now) return null;
  const longest = new Date(now.getTime() + longestMs);
  const ends = [lastJwt, longest, ...(key.expiresAt === null ? [] : [key.expiresAt])];
  return new Date(Math.min(...ends.map((end) => end.getTime())));
}
