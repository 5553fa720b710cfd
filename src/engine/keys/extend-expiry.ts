import type { PersonId } from '../../domain/ids.ts';
import type { Notice } from '../../domain/incident.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { asOf, recordOnKey, type Standing } from './record-on-key.ts';

const DAY_MS = 24 * 3_600_000;
const MOST_EXTENSIONS = 2;

type Request = OnKey & { expiresAt: Date; approvedBy: PersonId };

/**
 * Only before it expires, by Rekey as its issuer, with a reason and a second person, at most twice (design/keys.md). That the second person
 * agreed is what the first one states; the second one is told of it, so that it cannot be stated behind their back.
 */
export async function extendExpiry(deps: KeysDeps, request: Request): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'extend',
    doing: 'extend',
    decide: (standing) => {
      assertExtendable(standing);
      assertLater(standing, request.expiresAt);
      assertApprover(standing, request);
      const { expiresAt, reason, approvedBy } = request;
      const notice = noticeTo(approvedBy, { id: deps.newId('ntc'), standing, request });
      return [
        { type: 'key_expiry_extended', key: standing.key.id, expiresAt, reason, approvedBy },
        { type: 'notice_issued', notice },
      ];
    },
  });
}

function noticeTo(
  person: PersonId,
  { id, standing: { key, now }, request }: { id: string; standing: Standing; request: Request },
): Notice {
  const until = instantText(request.expiresAt);
  return {
    id,
    incident: null,
    run: null,
    recipient: `person:${person}`,
    key: key.id,
    template: 'expiry-extended',
    facts: {
      whichKey: `${request.actor} moved the expiry of ${nameOf(key)} of ${key.service} in ${key.environment} to ${until}, and stated that you agreed: ${request.reason}`,
      replacementAvailable: `The key goes on working until then. If you did not agree, say so now: suspend ${key.slug} or have it rotated, and tell its owner${key.owner === null ? '' : `, ${key.owner}`}.`,
      dataIntegrity: 'No data is at risk: the same key lives longer.',
    },
    createdAt: now,
  };
}

function assertExtendable({ key, now }: Standing): void {
  const name = nameOf(key);
  const { state } = asOf(key, now);
  if (state === 'expired')
    throw new Refusal(
      'expired_not_extended',
      `${name} has expired, and an expired key is never extended. Rotate it: a new version takes its place.`,
    );
  if (state !== 'active')
    throw new Refusal('illegal_transition', `${name} is ${state}; only the expiry of an active key is extended.`);
  if (key.compromisedAt !== null)
    throw new Refusal('illegal_transition', `${name} was marked as compromised; it does not get more time. Rotate it.`);
  if (key.provider !== 'ledger')
    throw new Refusal(
      'not_our_key',
      `${name} was issued by ${key.provider}; its expiry is extended there, not in Rekey's ledger.`,
    );
  if (key.class === 'jwt')
    throw new Refusal('signed_expiry', `The expiry of ${name} is signed into it. Rotate it: the new one ends later.`);
  if (key.expiryExtensions >= MOST_EXTENSIONS)
    throw new Refusal(
      'extended_twice',
      `The expiry of ${name} was extended ${MOST_EXTENSIONS} times, which is the most. Rotate it.`,
    );
}

function assertLater({ key, rule, now }: Standing, expiresAt: Date): void {
  const latest = rule.maxAgeDays === null ? null : new Date(now.getTime() + rule.maxAgeDays * DAY_MS);
  const isLater = key.expiresAt !== null && expiresAt > key.expiresAt;
  if (isLater && latest !== null && expiresAt <= latest) return;
  const from = key.expiresAt === null ? 'it has no expiry' : `expected after ${key.expiresAt.toISOString()}`;
  const to = latest === null ? 'its class has no max age' : `at the latest ${latest.toISOString()}`;
  throw new Refusal(
    'bad_lifetime',
    `The expiry of ${nameOf(key)} cannot be moved to ${expiresAt.toISOString()}: ${from}, ${to}.`,
  );
}

function assertApprover({ key, policy }: Standing, { actor, approvedBy }: Request): void {
  const from = Object.hasOwn(policy.rules, 'rotate') ? (policy.rules.rotate?.from ?? []) : [];
  const allowed = [...peopleNamed(policy, from, key)].filter((person) => actor !== `person:${person}`).sort();
  if (allowed.includes(approvedBy)) return;
  const who = allowed.join(', ') || 'nobody yet: the rule `rotate` in policy.yaml names them';
  throw new Refusal(
    'not_an_approver',
    `${approvedBy} cannot be named as who agreed that ${nameOf(key)} lives longer. Who can, besides whoever asks: ${who}.`,
  );
}
