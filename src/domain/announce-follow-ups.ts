import type { Announcement } from './announce.ts';
import { direct } from './direct.ts';
import type { LedgerEvent } from './event.ts';
import type { Review } from './review.ts';

type Announced = Extract<
  LedgerEvent,
  { type: 'follow_up_added' | 'person_nagged' | 'retrospective_due' | 'review_opened' | 'review_nagged' }
>;

export function isAboutWhatFollows(event: LedgerEvent): event is Announced {
  return (
    event.type === 'follow_up_added' ||
    event.type === 'person_nagged' ||
    event.type === 'retrospective_due' ||
    event.type === 'review_opened' ||
    event.type === 'review_nagged'
  );
}

/** A follow-up has one card, in its incident's thread; whoever has to do something gets one message a day about all of it. */
export function announcementsOfWhatFollows(event: Announced): Announcement[] {
  switch (event.type) {
    case 'follow_up_added': {
      const { id, incident } = event.followUp;
      return [{ surface: 'follow_up', subject: id, address: { kind: 'incident_channel', incident, thread: true } }];
    }
    case 'person_nagged':
      return direct('follow_up_nag', event.nag.id, [event.nag.person]);
    case 'retrospective_due': {
      const { incident } = event.retrospective;
      return [
        { surface: 'retrospective', subject: incident, address: { kind: 'incident_channel', incident, thread: true } },
      ];
    }
    case 'review_opened':
      return [{ surface: 'review', subject: event.review.id, address: placeOfReview(event.review) }];
    case 'review_nagged':
      // A message of its own: an edit of the one that is there would tell nobody.
      return [{ surface: 'review_reminder', subject: event.review, address: placeOfReview(event) }];
    default:
      return event satisfies never;
  }
}

function placeOfReview({ channel }: Pick<Review, 'channel'>): Announcement['address'] {
  return channel === null ? { kind: 'team_channel' } : { kind: 'channel', channel };
}
