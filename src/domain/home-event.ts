import type { PersonId } from './ids.ts';
import type { Told } from './told.ts';

/** What people say of their Home tab. */
export type HomeEvent =
  /** They have seen the first-week checklist and want it out of the way; whether it is done is read from the ledger. */
  { type: 'checklist_dismissed'; person: PersonId };

export type ToldOfHome = Extract<Told, { type: HomeEvent['type'] }>;

export function isAboutHome(event: Told): event is ToldOfHome {
  return event.type === 'checklist_dismissed';
}

export function sentenceForHome(event: ToldOfHome): string {
  return `${event.person} put the first-week checklist away.`;
}
