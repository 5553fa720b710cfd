import { type FollowUp, isOverdue, retrospectiveSubject } from '../../domain/follow-up.ts';
import { IncidentId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { FollowUpCard } from '../views/follow-up.ts';
import type { NagCard, NagLine } from '../views/follow-up-nag.ts';
import { actorText, displayNames, type NameOf } from './names.ts';

export async function loadFollowUp(sources: Sources, subject: string): Promise<FollowUpCard | null> {
  const followUp = await sources.ledger.followUp(subject);
  return followUp === null ? null : cardOf(followUp, { name: await displayNames(sources), now: sources.now() });
}

/** When it becomes overdue, which nothing else would show. */
export function whenFollowUpOverdue({ ended, overdue, dueAt }: FollowUpCard): Date | null {
  return ended !== null || overdue ? null : dueAt;
}

function cardOf(followUp: FollowUp, { name, now }: { name: NameOf; now: Date }): FollowUpCard {
  const { id, incident, what, owner, dueAt, addedBy, ended } = followUp;
  return {
    ...{ id, incident, what, dueAt },
    owner: name(owner),
    overdue: isOverdue(followUp, now),
    addedBy: actorText(addedBy, name),
    ended: ended === null ? null : { ...ended, by: name(ended.by) },
  };
}

export async function loadFollowUpNag(sources: Sources, subject: string): Promise<NagCard | null> {
  const nag = await sources.ledger.nag(subject);
  if (nag === null) return null;
  const seen = { name: await displayNames(sources), now: sources.now() };
  const lines: NagLine[] = [];
  for (const { subject: about, escalated } of nag.items) {
    const retrospective = await retrospectiveLine(sources, about, seen.name);
    if (retrospective !== null) lines.push(retrospective);
    const followUp = await sources.ledger.followUp(about);
    if (followUp !== null) lines.push({ kind: 'follow_up', escalated, ...cardOf(followUp, seen) });
  }
  return { id: nag.id, lines };
}

async function retrospectiveLine({ ledger }: Sources, subject: string, name: NameOf): Promise<NagLine | null> {
  const prefix = retrospectiveSubject(IncidentId.parse(''));
  if (!subject.startsWith(prefix)) return null;
  const id = IncidentId.parse(subject.slice(prefix.length));
  const [incident, found] = [await ledger.incident(id), await ledger.retrospective(id)];
  if (incident === null || found === null) return null;
  const published = found.published === null ? null : { by: name(found.published.by) };
  return { kind: 'retrospective', incident: id, title: incident.title, published };
}
