import type { RotationId } from '../../domain/ids.ts';
import type { Notice } from '../../domain/incident.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { asSchedule, type Look, ruleFor, type SchedulerDeps } from './deps.ts';

const HOUR_MS = 3_600_000;
const MOST_UPCOMING = 1_000;

/** What this process has told already; the ledger knows it too, this only spares it the question at every look. */
export type Told = Set<RotationId>;

/** Tells the owner of a key that its rotation is about to begin: once, as early as the class says, or at once when it was asked for later. */
export async function giveLeadNotices(deps: SchedulerDeps, look: Look, told: Told): Promise<void> {
  const longestMs = Math.max(...[...look.rules.values()].map(({ leadHours }) => leadHours)) * HOUR_MS;
  const until = new Date(look.now.getTime() + longestMs);
  // Behind the ones whose time has come, which a freeze may hold in any number.
  const upcoming = await deps.ledger.read.dueRotations(until, MOST_UPCOMING, { at: look.now, id: '' });
  const ids = new Set(upcoming.map(({ id }) => id));
  for (const id of told) if (!ids.has(id)) told.delete(id);
  for (const rotation of upcoming.filter(({ id, scheduledAt }) => !told.has(id) && scheduledAt > look.now)) {
    const key = await deps.ledger.read.key(rotation.key);
    if (key === null || !isTime(rotation, ruleFor(key.class, look).leadHours, look.now)) continue;
    await tell(deps, look, { rotation, key });
    told.add(rotation.id);
  }
}

function isTime({ scheduledAt }: Rotation, leadHours: number, now: Date): boolean {
  return scheduledAt.getTime() - now.getTime() <= leadHours * HOUR_MS;
}

async function tell(
  { ledger, newId }: SchedulerDeps,
  { now, policy }: Look,
  { rotation, key }: { rotation: Rotation; key: Key },
): Promise<void> {
  const subject = `rotation:${rotation.id}`;
  await ledger.record(asSchedule(now), async ({ read, seen, remember }) => {
    const isTold = (await seen('lead_notice', rotation.id)) !== null;
    const isScheduled = (await read.rotation(rotation.id))?.state === 'scheduled';
    if (isTold || !isScheduled) return { events: [], result: undefined };
    await remember('lead_notice', rotation.id, { run: null, incident: null, subject });
    const notices = recipients(policy, key).map((recipient) =>
      noticeTo(recipient, { id: newId('ntc'), rotation, key, now }),
    );
    return { events: notices.map((notice) => ({ type: 'notice_issued', notice })), result: undefined };
  });
}

/** Its owner; where nobody owns it, whoever it escalates to. */
function recipients(policy: Policy, key: Key): string[] {
  const owners = peopleNamed(policy, ['owner'], key);
  const people = owners.size > 0 ? owners : peopleNamed(policy, ['escalation'], key);
  return [...people].sort().map((person) => `person:${person}`);
}

function noticeTo(
  recipient: string,
  { id, rotation, key, now }: { id: string; rotation: Rotation; key: Key; now: Date },
): Notice {
  const which = `${nameOf(key)} of ${key.service} in ${key.environment}`;
  const place = key.delivery === null ? 'handed over' : `delivered by ${key.delivery.sink} to ${key.delivery.target}`;
  return {
    id,
    incident: null,
    run: null,
    recipient,
    key: key.id,
    template: 'rotation-planned',
    facts: {
      whichKey: `The rotation of ${which} begins at ${instantText(rotation.scheduledAt)} (${rotation.id}).`,
      replacementAvailable: `The new key is ${place} then; the old one goes on working beside it for ${rotation.graceMs / HOUR_MS} h.`,
      dataIntegrity: 'No data is at risk: the rotation was planned.',
    },
    createdAt: now,
  };
}
