import type { LedgerEvent } from '../domain/event.ts';
import type { AskId } from '../domain/ids.ts';
import { answerWaiting } from './apply-runs.ts';
import { answerText, askToRow, pushedBackText } from './asks.ts';
import type { AuditContext } from './audit.ts';
import { changeOne } from './change-one.ts';
import { jsonText, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';

type AskEvent = Extract<LedgerEvent, { type: `ask_${string}` }>;

/** What becomes of a question. The tables refuse a second answer, a second escalation and a reminder that was sent. */
export async function applyAskEvent(tx: LedgerDb, event: AskEvent, context: AuditContext): Promise<void> {
  switch (event.type) {
    case 'ask_opened':
      await tx.insertInto('asks').values(askToRow(event.ask)).execute();
      return;
    case 'ask_answered': {
      const { type: _type, ask, ...answer } = event;
      await change(tx, ask, { answer: answerText({ ...answer, at: context.at }) });
      return answerWaiting(tx, ask, stored(context.at));
    }
    case 'ask_marked':
      return mark(tx, event, stored(context.at));
    case 'ask_reminded':
      return change(tx, event.ask, { reminded: event.nth });
    case 'ask_escalated':
      return change(tx, event.ask, { escalation: jsonText({ to: event.to, people: event.people }) });
    case 'ask_handed_over':
      return change(tx, event.ask, { assignee: event.to, assigned: jsonText(event.people) });
    case 'ask_pushed_back': {
      const { to, reason, by } = event;
      return change(tx, event.ask, { pushed_back: pushedBackText({ to, reason, by, at: context.at }) });
    }
    default:
      return event satisfies never;
  }
}

interface Changed {
  answer?: string;
  reminded?: number;
  escalation?: string;
  assignee?: string;
  assigned?: string;
  pushed_back?: string;
}

function change(tx: LedgerDb, ask: AskId, set: Changed): Promise<void> {
  return changeOne(tx.updateTable('asks').set(set).where('id', '=', ask), `question ${ask}`);
}

async function mark(tx: LedgerDb, event: Extract<AskEvent, { type: 'ask_marked' }>, at: string): Promise<void> {
  const { ask, item, reason, by } = event;
  await tx.deleteFrom('ask_marks').where('ask_id', '=', ask).where('item', '=', item).execute();
  if (event.mark === 'open') return;
  const values = { ask_id: ask, item, mark: event.mark, reason, marked_by: by, at };
  await tx.insertInto('ask_marks').values(values).execute();
}
