import { type PersonId, personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import { updateDue } from '../../domain/incident-updates.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

const MOST = 200;

/** Asks whoever leads an incident for news, where nobody has said for too long how it stands. Returns how many were asked. */
export async function remindOfUpdates(
  ledger: Pick<Ledger, 'read' | 'record'>,
  { policy, now }: { policy: Policy; now: Date },
): Promise<number> {
  const { read } = ledger;
  let asked = 0;
  for (const { id } of await read.openIncidents(MOST)) {
    const context = { at: now, actor: 'schedule:updates', channel: 'engine', incident: id } as const;
    // Looked at first without a transaction: mostly nothing is due.
    if ((await dueFor(read, await read.incident(id), { policy, now })) === null) continue;
    asked += await ledger.record(context, async (tx) => {
      const due = await dueFor(tx.read, await tx.read.incident(id), { policy, now });
      return due === null
        ? { events: [], result: 0 }
        : { events: [{ type: 'incident_update_asked', incident: id, ...due }], result: 1 };
    });
  }
  return asked;
}

async function dueFor(
  read: LedgerReader,
  incident: Incident | null,
  { policy, now }: { policy: Policy; now: Date },
): Promise<{ number: number; person: PersonId } | null> {
  if (incident === null) return null;
  const commander = (await read.rolesOf(incident.id)).find(({ role }) => role === 'commander');
  const person = commander?.person ?? personOf(incident.openedBy);
  const reminders = await read.updateRemindersOf(incident.id);
  const saidAt = (await read.situationOf(incident.id))?.at ?? null;
  const number = updateDue({ incident, saidAt, person, reminders, policy, now });
  return number === null || person === null ? null : { number, person };
}
