import type { LedgerEvent } from '../../domain/event.ts';
import { retrospectiveSubject } from '../../domain/follow-up.ts';
import type { NewId, PersonId } from '../../domain/ids.ts';
import { type NagFacts, nagsFor } from '../../domain/nags.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { dayOf } from '../../domain/schedule.ts';
import { isWorkingTime } from '../../domain/working-time.ts';
import type { Ledger, RecordContext } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import { subjectOfIncident } from './record.ts';

export interface Reminding {
  ledger: Pick<Ledger, 'read' | 'record'>;
  newId: NewId;
}

/** How the reminders and reviews of the clock are signed. */
export function asReminders(at: Date): RecordContext {
  return { at, actor: 'schedule:follow-ups', channel: 'engine' };
}

/** Reminds everybody of what they owe, in working hours, with one message a day at most. Returns how many were sent one. */
export async function sendNags(
  { ledger, newId }: Reminding,
  { policy, now }: { policy: Policy; now: Date },
): Promise<number> {
  if (!isWorkingTime(now, policy.team)) return 0;
  // Looked at first without a transaction: mostly nothing is due.
  if ((await nagsNow(ledger.read, policy, now)).size === 0) return 0;
  return ledger.record(asReminders(now), async ({ read }) => {
    const day = dayOf(now, policy.team.time_zone);
    const nags = await nagsNow(read, policy, now);
    const events = [...nags].map(
      ([person, items]): LedgerEvent => ({ type: 'person_nagged', nag: { id: newId('nag'), person, day, items } }),
    );
    return { events, result: events.length };
  });
}

async function nagsNow(read: LedgerReader, policy: Policy, now: Date): Promise<ReturnType<typeof nagsFor>> {
  const nags = nagsFor(await nagFacts(read, policy, now));
  if (nags.size === 0) return nags;
  const had = new Set(await read.naggedOn(dayOf(now, policy.team.time_zone)));
  return new Map([...nags].filter(([person]) => !had.has(person)));
}

async function nagFacts(read: LedgerReader, policy: Policy, now: Date): Promise<NagFacts> {
  const followUps = [];
  for (const followUp of await read.openFollowUps()) {
    const subject = await subjectOfIncident(read, await incidentOrRefuse(read, followUp.incident));
    const people = (names: string[]) => [...peopleNamed(policy, names, subject)].sort();
    followUps.push({ followUp, owners: people([followUp.owner]), escalation: people(['escalation']) });
  }
  const retrospectives = await read.unpublishedRetrospectives();
  const subjects = [
    ...followUps.map(({ followUp }) => followUp.id),
    ...retrospectives.map(({ incident }) => retrospectiveSubject(incident)),
  ];
  const last = new Map(
    (await read.naggedOf(subjects)).map((one) => [placeOf(one.subject, one.sinceAt, one.person), one.nth]),
  );
  const sent = (subject: string, sinceAt: Date, person: PersonId) => last.get(placeOf(subject, sinceAt, person)) ?? 0;
  return { followUps, retrospectives, sent, settings: policy.follow_ups, now };
}

function placeOf(subject: string, sinceAt: Date, person: PersonId): string {
  return JSON.stringify([subject, sinceAt.toISOString(), person]);
}
