import type { ExpressionBuilder } from 'kysely';
import { Surface } from '../domain/announce.ts';
import { stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerTables } from './schema.ts';

/** What stands at this place in Slack, and in the thread that begins there. */
export async function shownAt(
  db: LedgerDb,
  { channel, ts }: { channel: string; ts: string },
): Promise<{ surface: Surface; subject: string }[]> {
  const rows = await db
    .selectFrom('messages')
    .leftJoin('messages as parent', 'parent.id', 'messages.thread_of')
    .select(['messages.surface', 'messages.subject'])
    .where((eb) =>
      eb.or([
        eb.and([eb('messages.channel', '=', channel), eb('messages.ts', '=', ts)]),
        eb.and([eb('parent.channel', '=', channel), eb('parent.ts', '=', ts)]),
        eb('messages.address', '=', askedIn({ channel, thread: ts })),
      ]),
    )
    .orderBy('messages.created_at')
    .execute();
  return rows.map(({ surface, subject }) => ({ surface: Surface.parse(surface), subject }));
}

/** Where somebody asked for something, which is neither an incident's channel nor the team's. Slack's ids hold no colon. */
export function askedIn({ channel, thread }: { channel: string; thread: string | null }): string {
  return `asked:${channel}:${thread ?? ''}`;
}

/** Marks what people may still press on to be drawn again now. */
export async function redrawOpen(
  db: LedgerDb,
  { now, surfaces }: { now: Date; surfaces: readonly Surface[] },
): Promise<void> {
  const open = db
    .selectFrom('messages')
    .select('id')
    .where('surface', 'in', surfaces)
    .where('ts', 'is not', null)
    .where(showsWhatIsOpen);
  await db
    .updateTable('outbox')
    .set({ redraw_at: stored(now) })
    .where('message_id', 'in', open)
    .where('gave_up_at', 'is', null)
    .execute();
}

/** A run, approval, question or incident that is not over: somebody may still look for its message. */
export function showsWhatIsOpen(eb: ExpressionBuilder<LedgerTables, 'messages'>) {
  return eb.or([
    eb('subject', 'in', eb.selectFrom('runs').select('runs.id').where('finished_at', 'is', null)),
    eb('subject', 'in', eb.selectFrom('approvals').select('approvals.id').where('outcome', 'is', null)),
    eb('subject', 'in', openAsks(eb)),
    eb('subject', 'in', eb.selectFrom('incidents').select('incidents.id').where('closed_at', 'is', null)),
  ]);
}

// A question without an answer whose run has ended is over, too.
function openAsks(eb: ExpressionBuilder<LedgerTables, 'messages'>) {
  return eb
    .selectFrom('asks')
    .innerJoin('runs', 'runs.id', 'asks.run_id')
    .select('asks.id')
    .where('asks.answer', 'is', null)
    .where('runs.finished_at', 'is', null);
}
