import { IncidentId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { RetrospectiveCard } from '../views/retrospective.ts';
import { displayNames } from './names.ts';

export async function loadRetrospective(sources: Sources, subject: string): Promise<RetrospectiveCard | null> {
  const id = IncidentId.parse(subject);
  const incident = await sources.ledger.incident(id);
  const found = await sources.ledger.retrospective(id);
  if (incident === null || found === null) return null;
  const name = await displayNames(sources);
  const { dueAt, people, published } = found;
  return {
    ...{ incident: id, title: incident.title, dueAt },
    people: people.map(name),
    published: published === null ? null : { ...published, by: name(published.by) },
  };
}
