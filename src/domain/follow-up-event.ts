import type { FollowUp, Nag, Retrospective } from './follow-up.ts';
import type { IncidentId, PersonId } from './ids.ts';
import type { Review } from './review.ts';
import type { Told } from './told.ts';

/** What comes after an incident: follow-ups, its retrospective, its summary drawn again, and the reviews of every week, month and quarter. */
export type FollowUpEvent =
  | { type: 'follow_up_added'; followUp: FollowUp }
  | { type: 'follow_up_done'; followUp: string; note: string; by: PersonId }
  | { type: 'follow_up_handed_over'; followUp: string; to: string; reason: string; by: PersonId }
  | { type: 'follow_up_moved'; followUp: string; dueAt: Date; reason: string; by: PersonId }
  | { type: 'follow_up_dropped'; followUp: string; reason: string; by: PersonId }
  | { type: 'person_nagged'; nag: Nag }
  | { type: 'retrospective_due'; retrospective: Retrospective }
  | { type: 'retrospective_published'; incident: IncidentId; words: string; by: PersonId }
  /** Something was learned after it was posted. The version that was posted is kept beside this one. */
  | { type: 'summary_redrawn'; incident: IncidentId; hash: string; markdown: string; json: string }
  | { type: 'review_opened'; review: Review }
  | { type: 'review_ticked'; review: string; item: string; note: string; by: PersonId }
  | { type: 'review_nagged'; review: Review['id']; channel: string | null }
  | { type: 'review_finished'; review: string };

export type ToldOfFollowUp = Extract<Told, { type: FollowUpEvent['type'] }>;

const ABOUT_FOLLOW_UPS = /^(follow_up_|retrospective_|review_|person_nagged$|summary_redrawn$)/;

export function isAboutFollowUp(event: Told): event is ToldOfFollowUp {
  return ABOUT_FOLLOW_UPS.test(event.type);
}

/** `name`: what a follow-up is about, by its id. */
export function sentenceForFollowUp(event: ToldOfFollowUp, name: (id: string) => string): string {
  switch (event.type) {
    case 'follow_up_added':
      return `Follow-up for ${event.followUp.owner} until ${event.followUp.dueAt.slice(0, 10)}: ${event.followUp.what}`;
    case 'follow_up_done':
      return `${event.by} did the follow-up "${name(event.followUp)}"${because(event.note)}.`;
    case 'follow_up_handed_over':
      return `${event.by} handed the follow-up "${name(event.followUp)}" to ${event.to}${because(event.reason)}.`;
    case 'follow_up_moved':
      return `${event.by} moved the follow-up "${name(event.followUp)}" to ${event.dueAt.slice(0, 10)}${because(event.reason)}.`;
    case 'follow_up_dropped':
      return `${event.by} dropped the follow-up "${name(event.followUp)}"${because(event.reason)}.`;
    case 'person_nagged':
      return `${event.nag.person} was reminded of ${event.nag.items.length} open ${event.nag.items.length === 1 ? 'point' : 'points'}.`;
    case 'retrospective_due':
      return `A retrospective is to be published; ${event.retrospective.people.join(', ') || 'nobody'} is reminded from ${event.retrospective.dueAt.slice(0, 10)} on.`;
    case 'retrospective_published':
      return `${event.by} published the retrospective: ${event.words}`;
    case 'summary_redrawn':
      return `The summary was drawn again with what was learned since (SHA-256 ${event.hash.slice(0, 12)}…).`;
    case 'review_opened':
      return `The ${event.review.kind} review ${event.review.id} was opened with ${event.review.items.length} points.`;
    case 'review_ticked':
      return `${event.by} ticked "${event.item}" of ${event.review}${because(event.note)}.`;
    case 'review_nagged':
      return `${event.review} was not finished, and the team was reminded once.`;
    case 'review_finished':
      return `${event.review} is finished: every point was looked at.`;
    default:
      return event satisfies never;
  }
}

function because(text: string): string {
  return text.trim() === '' ? '' : `: ${text.trim().replace(/\.$/, '')}`;
}
