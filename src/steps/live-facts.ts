import { z } from 'zod';
import { healthOf, type Key, KeyState } from '../domain/key.ts';
import type { StepContext } from './contract.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Ten years: what a key without an expiry still has. */
const NEVER_MINUTES = 5_256_000;

/** What a condition that is looked at again and again may ask about the key, besides inputs and steps: always there, never null. */
export const KeyFacts = z.strictObject({
  state: KeyState.describe('As the ledger has it.'),
  health: z.enum(['healthy', 'expiring', 'expired', 'revoked']).describe('By the clock.'),
  version: z.int(),
  expires_in_minutes: z.int().describe('0 or less once it has expired; 5256000 (ten years) when it never does.'),
  grace_left_minutes: z
    .int()
    .describe('How long it is still accepted beside its replacement; 0 when it is in no grace.'),
  calls_last_hour: z.int().describe('Attempts that were refused count too: somebody still has the key.'),
  rejected_last_hour: z.int(),
  callers_last_hour: z.int().describe('How many different callers those calls came from.'),
  replaced: z.boolean().describe('true: a newer version is in use.'),
  proved_live: z.boolean(),
  proved_dead: z.boolean(),
  quarantined: z.boolean(),
  compromised: z.boolean(),
});

/** One look at the key as it is now: its row and the counters of the last hour. */
export async function keyFacts(
  key: Key,
  context: Pick<StepContext, 'ledger' | 'now'>,
): Promise<z.output<typeof KeyFacts>> {
  const now = context.now();
  const usage = await context.ledger.usageOf(key.id, new Date(now.getTime() - HOUR_MS));
  const rejected = sum(usage.map((one) => one.rejected));
  return {
    state: key.state,
    health: healthOf(key, now),
    version: key.version,
    expires_in_minutes: key.expiresAt === null ? NEVER_MINUTES : minutesUntil(key.expiresAt, now),
    grace_left_minutes:
      key.state === 'retiring' && key.graceEndsAt !== null ? Math.max(0, minutesUntil(key.graceEndsAt, now)) : 0,
    calls_last_hour: rejected + sum(usage.map((one) => one.accepted)),
    rejected_last_hour: rejected,
    callers_last_hour: new Set(usage.map((one) => one.caller)).size,
    replaced: key.supersededAt !== null,
    proved_live: key.provedLiveAt !== null,
    proved_dead: key.provedDeadAt !== null,
    quarantined: key.quarantinedAt !== null,
    compromised: key.compromisedAt !== null,
  };
}

// Rounded up: a key that has a second left has not expired.
function minutesUntil(at: Date, now: Date): number {
  return Math.ceil((at.getTime() - now.getTime()) / MINUTE_MS);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
