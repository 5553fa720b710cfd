import type { Announcement, Surface } from './announce.ts';
import type { PersonId } from './ids.ts';

/** One message to each of them. */
export function direct(surface: Surface, subject: string, people: readonly PersonId[]): Announcement[] {
  return people.map((person) => ({ surface, subject, address: { kind: 'person', person } }));
}
