import type { FollowUp, Nag } from '../domain/follow-up.ts';
import type { FollowUpEvent } from '../domain/follow-up-event.ts';
import type { Review } from '../domain/review.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

export async function applyFollowUpEvent(tx: LedgerDb, event: FollowUpEvent, context: AuditContext): Promise<void> {
  const at = stored(context.at);
  switch (event.type) {
    case 'follow_up_added':
      return add(tx, event.followUp);
    case 'follow_up_done':
      return end(tx, event.followUp, { how: 'done', note: event.note, by: event.by, at });
    case 'follow_up_dropped':
      return end(tx, event.followUp, { how: 'dropped', note: event.reason, by: event.by, at });
    case 'follow_up_handed_over':
      return change(tx, event.followUp, { owner: event.to });
    case 'follow_up_moved':
      return change(tx, event.followUp, { due_at: stored(event.dueAt), since_at: at });
    case 'person_nagged':
      return nag(tx, event.nag, at);
    case 'retrospective_due': {
      const { incident, dueAt, people } = event.retrospective;
      const row = { incident_id: incident, due_at: stored(dueAt), people: jsonText(people) };
      await tx.insertInto('retrospectives').values(row).execute();
      return;
    }
    case 'retrospective_published':
      return changeOne(
        tx
          .updateTable('retrospectives')
          .set({ published_words: event.words, published_by: event.by, published_at: at })
          .where('incident_id', '=', event.incident),
        `retrospective of ${event.incident}`,
      );
    case 'summary_redrawn':
      return keepSummary(tx, { ...event, run: null, posted: 0, at });
    case 'review_opened':
      return openReview(tx, event.review);
    case 'review_ticked': {
      const { review, item, note, by } = event;
      await tx.insertInto('review_ticks').values({ review_id: review, item, by_person: by, at, note }).execute();
      return;
    }
    case 'review_nagged':
      return changeReview(tx, event.review, { nagged_at: at });
    case 'review_finished':
      return changeReview(tx, event.review, { finished_at: at });
    default:
      return event satisfies never;
  }
}

async function add(tx: LedgerDb, followUp: FollowUp): Promise<void> {
  const { id, incident, what, owner, dueAt, rule, addedBy, addedAt, sinceAt } = followUp;
  const times = { due_at: stored(dueAt), added_at: stored(addedAt), since_at: stored(sinceAt) };
  await tx
    .insertInto('follow_ups')
    .values({ id, incident_id: incident, what, owner, rule, added_by: addedBy, ...times })
    .execute();
}

async function end(
  tx: LedgerDb,
  id: string,
  { how, note, by, at }: { how: 'done' | 'dropped'; note: string; by: string; at: string },
): Promise<void> {
  await change(tx, id, { ended_how: how, ended_by: by, ended_at: at, ended_note: note });
}

async function change(tx: LedgerDb, id: string, set: Record<string, string>): Promise<void> {
  await changeOne(
    tx.updateTable('follow_ups').set(set).where('id', '=', id).where('ended_how', 'is', null),
    `open follow-up ${id}`,
  );
}

async function nag(tx: LedgerDb, { id, person, day, items }: Nag, at: string): Promise<void> {
  await tx.insertInto('nags').values({ id, person, day, at }).execute();
  const rows = items.map(({ subject, sinceAt, nth, escalated }) => ({
    nag_id: id,
    person,
    subject,
    since_at: stored(sinceAt),
    nth,
    escalated: escalated ? 1 : 0,
  }));
  await tx.insertInto('nag_items').values(rows).execute();
}

/** One more version, the first of which is the one that was posted first. The hash is of the JSON text, which the audit leaves out. */
export async function keepSummary(
  tx: LedgerDb,
  version: {
    incident: string;
    run: string | null;
    posted: 0 | 1;
    hash: string | null;
    markdown: string;
    json: string;
    at: string;
  },
): Promise<void> {
  const { incident, run, posted, hash, markdown, json, at } = version;
  const { last } = await tx
    .selectFrom('summary_versions')
    .where('incident_id', '=', incident)
    .select((eb) => eb.fn.max('version').as('last'))
    .executeTakeFirstOrThrow();
  const row = { incident_id: incident, version: (last ?? 0) + 1, run_id: run, posted };
  await tx
    .insertInto('summary_versions')
    .values({ ...row, hash, markdown, json, drawn_at: at })
    .execute();
}

async function openReview(tx: LedgerDb, review: Review): Promise<void> {
  await tx
    .insertInto('reviews')
    .values({
      id: review.id,
      kind: review.kind,
      from_at: stored(review.fromAt),
      to_at: stored(review.toAt),
      opened_at: stored(review.openedAt),
      channel: review.channel,
      items: jsonText(review.items),
      left_over: review.leftOver === null ? null : jsonText(review.leftOver),
    })
    .execute();
}

async function changeReview(
  tx: LedgerDb,
  id: string,
  set: { nagged_at: string } | { finished_at: string },
): Promise<void> {
  await changeOne(
    tx.updateTable('reviews').set(set).where('id', '=', id).where('finished_at', 'is', null),
    `open review ${id}`,
  );
}
