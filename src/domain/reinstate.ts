import { Refusal } from '../errors.ts';
import { type Key, nameOf } from './key.ts';

/**
 * What a suspended key becomes when it is reinstated: active, or beside its replacement for what is left of the grace, unless that was revoked
 * meanwhile. `versions`: all of its name. Refusal `illegal_transition` when it does not come back.
 */
export function reinstatedTo(key: Key, versions: readonly Key[], now: Date): 'active' | 'retiring' {
  const isTheKeyAgain = hasLostItsReplacement(key, versions);
  const why = whyNot(key, isTheKeyAgain, now);
  if (why !== null) throw new Refusal('illegal_transition', why);
  return key.graceEndsAt === null || isTheKeyAgain ? 'active' : 'retiring';
}

/** What was to take its place was revoked. One that leaked counts still: who has it may well have the version before it. */
function hasLostItsReplacement(key: Key, versions: readonly Key[]): boolean {
  if (key.supersededAt !== null) return false;
  return versions.filter(({ version }) => version > key.version).every(({ compromisedAt }) => compromisedAt === null);
}

function whyNot(key: Key, isTheKeyAgain: boolean, now: Date): string | null {
  const name = nameOf(key);
  const { state, expiresAt, compromisedAt, graceEndsAt, supersededAt } = key;
  if (state !== 'suspended') return `${name} is ${state}, not suspended; there is nothing to reinstate.`;
  if (expiresAt !== null && expiresAt <= now)
    return `${name} expired while it was suspended. Rotate it: a new version takes its place.`;
  if (compromisedAt !== null)
    return `${name} was marked as compromised at ${compromisedAt.toISOString()}; somebody else may have it, so it does not come back. Rotate it.`;
  if (graceEndsAt !== null && graceEndsAt <= now && !isTheKeyAgain)
    return `The grace of ${name} ended at ${graceEndsAt.toISOString()}; its replacement is the key now.`;
  if (graceEndsAt === null && supersededAt !== null)
    return `${name} was replaced at ${supersededAt.toISOString()} without a grace; its replacement is the key now.`;
  return null;
}
