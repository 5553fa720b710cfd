import { assertTransition, type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { assertNotLastAdmin } from '../rotations/lock-out.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { asOf, recordOnKey, type Standing } from './record-on-key.ts';

/** Refused everywhere from the moment that this returns, until it is reinstated. */
export async function suspend(deps: KeysDeps, request: OnKey): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'suspend',
    doing: 'suspend',
    decide: async ({ key, read, now }) => {
      assertTransition(asOf(key, now), 'suspended');
      await assertNotLastAdmin(read, key, now, 'suspend');
      return [{ type: 'key_suspended', key: key.id, reason: request.reason }];
    },
  });
}

/** Back to where it was: active, or beside its replacement for what is left of the grace, unless that was revoked meanwhile. */
export async function reinstate(deps: KeysDeps, request: OnKey): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'suspend',
    doing: 'reinstate',
    decide: async (standing) => {
      const { key } = standing;
      const isTheKeyAgain = await hasLostItsReplacement(standing);
      assertReinstatable(standing, isTheKeyAgain);
      const to = key.graceEndsAt === null || isTheKeyAgain ? 'active' : 'retiring';
      return [{ type: 'key_reinstated', key: key.id, to, reason: request.reason }];
    },
  });
}

/** What was to take its place was revoked. One that leaked counts still: who has it may well have the version before it. */
async function hasLostItsReplacement({ key, read }: Standing): Promise<boolean> {
  if (key.supersededAt !== null) return false;
  const newer = (await read.versionsOf(key.slug)).filter(({ version }) => version > key.version);
  return newer.every(({ compromisedAt }) => compromisedAt === null);
}

function assertReinstatable({ key, now }: Standing, isTheKeyAgain: boolean): void {
  const name = nameOf(key);
  if (key.state !== 'suspended')
    throw new Refusal('illegal_transition', `${name} is ${key.state}, not suspended; there is nothing to reinstate.`);
  if (asOf(key, now).state === 'expired')
    throw new Refusal(
      'illegal_transition',
      `${name} expired while it was suspended. Rotate it: a new version takes its place.`,
    );
  if (key.compromisedAt !== null)
    throw new Refusal(
      'illegal_transition',
      `${name} was marked as compromised at ${key.compromisedAt.toISOString()}; somebody else may have it, so it does not come back. Rotate it.`,
    );
  if (key.graceEndsAt !== null && key.graceEndsAt <= now && !isTheKeyAgain)
    throw new Refusal(
      'illegal_transition',
      `The grace of ${name} ended at ${key.graceEndsAt.toISOString()}; its replacement is the key now.`,
    );
  if (key.graceEndsAt === null && key.supersededAt !== null)
    throw new Refusal(
      'illegal_transition',
      `${name} was replaced at ${key.supersededAt.toISOString()} without a grace; its replacement is the key now.`,
    );
}
