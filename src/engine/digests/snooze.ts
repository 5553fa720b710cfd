import { assertSnooze, SNOOZE_DAYS, snoozeEnd } from '../../domain/digest/snooze.ts';
import { Refusal } from '../../errors.ts';
import { recordOnKey } from '../keys/record-on-key.ts';
import type { DigestsDeps } from './deps.ts';
import type { OnDigestKey } from './digests.ts';
import { assertCurrent, personOrRefuse } from './on-key.ts';

/** Returns until when it is out of the digest. */
export async function snooze(deps: DigestsDeps, request: OnDigestKey & { days: number }): Promise<Date> {
  const by = personOrRefuse(request);
  if (!Number.isInteger(request.days) || request.days < 1)
    throw new Refusal('snooze_too_long', `Expected ${SNOOZE_DAYS.join(', ')} days; got ${request.days}.`);
  const key = await recordOnKey(
    deps,
    { ...request, reason: `snoozed for ${request.days} days from the digest` },
    {
      verb: 'rotate',
      doing: 'snooze',
      decide: async ({ key, policy, rule, now }) => {
        assertCurrent(key);
        const until = snoozeEnd(request.days, now, policy.team.time_zone);
        assertSnooze(key, until, { rule, now });
        return [{ type: 'digest_key_snoozed', snooze: { key: key.id, until, by, at: now } }];
      },
    },
  );
  const { policy } = await deps.policy();
  const kept = await deps.ledger.read.expirySnooze(key.id);
  return kept?.until ?? snoozeEnd(request.days, deps.now(), policy.team.time_zone);
}
