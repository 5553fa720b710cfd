import { eligibleFor } from '../../domain/approval/eligible.ts';
import { runAt } from '../../domain/approval/run-at.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { nameOf } from '../../domain/key.ts';
import { peopleNamed } from '../../domain/policy.ts';
import type { Sources } from '../deps.ts';
import type { Home } from '../views/home.ts';
import { displayNames } from './names.ts';
import { openIncidents } from './open-incidents.ts';

const AHEAD_MS = 30 * 24 * 3_600_000;

/** What waits for this person and what is going on, as their Home tab shows it. */
export async function loadHome(sources: Sources, person: PersonId): Promise<Home> {
  const { ledger, now } = sources;
  const { policy } = await sources.policy();
  const name = await displayNames(sources);
  const incidents = await openIncidents(ledger);
  const approvals = (await Promise.all(incidents.map(({ id }) => ledger.approvalsOfIncident(id)))).flat();
  const asks = (await Promise.all(incidents.map(({ id }) => ledger.asksOfIncident(id)))).flat();
  const expiring = await ledger.keysExpiringBefore(new Date(now().getTime() + AHEAD_MS));
  // Only keys that this person may read: the owner of one key need not know of the others.
  const readable = expiring.filter((key) => peopleNamed(policy, policy.may.read ?? [], key).has(person));
  return {
    name: name(person),
    incidents,
    approvals: approvals.filter(
      (one) =>
        one.outcome === null &&
        one.expiresAt > now() &&
        eligibleFor(one, { policy, runAt: runAt(one, now()) }).has(person) &&
        one.votes.every((vote) => vote.person !== person),
    ),
    asks: asks.filter((ask) => isOpen(ask) && askedOf(ask).includes(person)),
    expiring: readable.flatMap((key) =>
      key.expiresAt === null
        ? []
        : [{ name: nameOf(key), owner: key.owner === null ? null : name(key.owner), expiresAt: key.expiresAt }],
    ),
    now: now(),
  };
}

function isOpen({ answer, pushedBack }: Ask): boolean {
  return answer === null && pushedBack === null;
}

function askedOf({ assigned, escalation }: Ask): readonly PersonId[] {
  return [...assigned, ...(escalation?.people ?? [])];
}
