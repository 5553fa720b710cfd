import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId, type PersonId, personOf, SecretId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { newSeed, seedUri } from '../../providers/totp.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import type { SecondFactorDeps } from './deps.ts';
import type { Enrolled } from './second-factors.ts';
import { openStepUp } from './step-up.ts';

/** Begins an app of one's own. It decides nothing before its first code was seen, and until then the one before it counts. */
export async function enrol(deps: SecondFactorDeps, request: Origin & { code?: Secret }): Promise<Enrolled> {
  const person = personAsking(request);
  return auditRefusal(deps, { origin: request, what: `second factor of ${person}` }, async () => {
    const { policy } = await deps.policy();
    assertKnown(Object.keys(policy.people), person);
    const { actor, channel, code } = request;
    const at = deps.now();
    const proven =
      code === undefined
        ? []
        : (await openStepUp(deps).prove(person, code, { at, actor, channel, what: 'another app' })).events;
    const made = makeSeed(deps, person, at);
    await deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      if (proven.length === 0) await assertNone(read, person);
      const begun: LedgerEvent = { type: 'totp_enrolled', factor: made.factor, invite: null };
      return { events: [...proven, begun], result: undefined };
    });
    return made.enrolled;
  });
}

/** A fresh seed, and what the ledger keeps of it. */
export function makeSeed(
  { vault, newId }: Pick<SecondFactorDeps, 'vault' | 'newId'>,
  person: PersonId,
  at: Date,
): { enrolled: Enrolled; factor: Extract<LedgerEvent, { type: 'totp_enrolled' }>['factor'] } {
  const seed = newSeed();
  const id = newId('fac');
  const about = { id: SecretId.parse(id), key: KeyId.parse(`person:${person}`), purpose: 'second_factor' } as const;
  const { envelope } = vault.seal(seed, { ...about, now: at });
  if (envelope === null) throw new Error('The vault sealed nothing.');
  return {
    enrolled: { person, seed, uri: seedUri(seed, person) },
    factor: { id, person, envelope, enrolledAt: at },
  };
}

export function personAsking({ actor }: Pick<Origin, 'actor'>): PersonId {
  const person = personOf(actor);
  if (person === null) throw new Refusal('not_allowed', `${actor} is no person, and only people have codes.`);
  return person;
}

export function assertKnown(people: readonly string[], person: PersonId): void {
  if (people.includes(person)) return;
  throw new Refusal(
    'unknown_person',
    `policy.yaml does not know ${person}. Who can have a code: ${people.join(', ') || 'nobody yet'}.`,
  );
}

export async function assertNone(
  read: Pick<SecondFactorDeps['ledger']['read'], 'secondFactorOf'>,
  person: PersonId,
): Promise<void> {
  if ((await read.secondFactorOf(person)) === null) return;
  throw new Refusal(
    'already_enrolled',
    `${person} has an authenticator app already. To change it, ${person} gives a code of it (rekey second-factor enrol) or a recovery code (rekey second-factor recover); if both are lost, an administrator types: rekey second-factor remove ${person}`,
  );
}
