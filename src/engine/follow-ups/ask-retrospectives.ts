import type { IncidentId, PersonId } from '../../domain/ids.ts';
import { personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { workingDaysAfter } from '../../domain/working-time.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { subjectOfIncident } from './record.ts';
import { asReminders, type Reminding } from './send-nags.ts';

// An incident that was closed long before anybody asked for retrospectives is left in peace.
const LOOK_BACK_MS = 30 * 86_400_000;

/** Each incident that was closed gets a retrospective to be written, and people who are reminded of it. */
export async function askRetrospectives(
  { ledger }: Pick<Reminding, 'ledger'>,
  { policy, now }: { policy: Policy; now: Date },
): Promise<void> {
  const since = new Date(now.getTime() - LOOK_BACK_MS);
  for (const { id } of await ledger.read.closedWithoutRetrospective(since)) await ask(ledger, id, { policy, now });
}

async function ask(
  ledger: Reminding['ledger'],
  id: IncidentId,
  { policy, now }: { policy: Policy; now: Date },
): Promise<void> {
  await ledger.record(asReminders(now), async ({ read }) => {
    const incident = await read.incident(id);
    if (incident === null || incident.closedAt === null || (await read.retrospective(id)) !== null)
      return { events: [], result: undefined };
    const days = policy.follow_ups.retrospective_after_working_days;
    const dueAt = workingDaysAfter(incident.closedAt, days, policy.team.time_zone);
    const people = await peopleFor(read, policy, incident);
    return {
      events: [{ type: 'retrospective_due', retrospective: { incident: id, dueAt, people, published: null } }],
      result: undefined,
    };
  });
}

/** Who led it; where nobody did, the owner of the key, and where there is none either, who opened it. */
async function peopleFor(read: LedgerReader, policy: Policy, incident: Incident): Promise<PersonId[]> {
  const commander = (await read.rolesOf(incident.id)).find(({ role }) => role === 'commander')?.person;
  const subject = await subjectOfIncident(read, incident);
  const owners = [...peopleNamed(policy, ['owner'], subject)].sort();
  if (commander !== undefined) return [commander];
  if (owners.length > 0) return owners;
  const opener = personOf(incident.openedBy);
  return opener === null ? [...peopleNamed(policy, ['escalation'], subject)].sort() : [opener];
}
