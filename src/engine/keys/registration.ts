import { type Key, nameOf } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import { assertFacts, assertRequired } from '../../domain/key-facts.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { authorize, authorizeScopes } from './authority.ts';
import type { KeyFacts } from './keys.ts';
import { assertNoSecretIn } from './record-on-key.ts';

export interface Registration {
  facts: KeyFacts;
  origin: Origin;
  policy: Policy;
  rule: ClassRule;
  now: Date;
}

/** What holds for every key that comes into the ledger, minted here or elsewhere: who may, and what has to be said of it. */
export async function assertRegistration(
  read: LedgerReader,
  { facts, origin, policy, rule, now }: Registration,
): Promise<void> {
  await authorize(read, { policy, verb: 'create', origin, subject: facts, now });
  await authorizeScopes(read, { policy, origin, subject: facts, now, scopes: facts.scopes });
  // The last administrator may go when there is another: saying so of a key takes more than making one.
  if (facts.administers !== null) await authorize(read, { policy, verb: 'administer', origin, subject: facts, now });
  assertNoSecretIn({ ...facts });
  assertFacts(facts, policy);
  assertRequired(facts, rule);
}

/** Refusal `slug_taken`: a name means one key for ever, its older versions included, and is never the id of another key. */
export async function assertSlugFree(read: LedgerReader, slug: string): Promise<void> {
  const [newest] = await read.versionsOf(slug);
  if (newest !== undefined)
    throw new Refusal(
      'slug_taken',
      `The name ${slug} is taken: ${nameOf(newest)} of ${newest.service} in ${newest.environment}, ${newest.state}${pendingHint(newest)}. Choose another name, or rotate that key.`,
    );
  const named = (await read.keyByExternalRef('ledger', slug)) ?? (await read.keyByFingerprint(slug));
  if (named !== null)
    throw new Refusal(
      'slug_taken',
      `${slug} already means ${nameOf(named)}: it is its public id or fingerprint. Choose another name.`,
    );
}

function pendingHint({ state }: Pick<Key, 'state'>): string {
  return state === 'pending' ? ' and not handed over yet' : '';
}
