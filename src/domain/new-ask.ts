import { NO_REMINDERS } from './ask-form.ts';
import type { Ask } from './incident.ts';

/** What has to be said of every new question; the rest is as it is when it is put unless given. Lines of an older Rekey say no more. */
type Put = Pick<
  Ask,
  | 'id'
  | 'run'
  | 'step'
  | 'incident'
  | 'question'
  | 'assignee'
  | 'assigned'
  | 'evidence'
  | 'token'
  | 'createdAt'
  | 'dueAt'
> &
  Partial<Ask>;

/** A yes-or-no question that was just put: nobody has answered, nobody was reminded. */
export function newAsk(put: Put): Ask {
  return {
    form: { kind: 'question' },
    marks: [],
    reminders: NO_REMINDERS,
    reminded: 0,
    escalation: null,
    pushBackTo: [],
    pushedBack: null,
    answer: null,
    ...put,
  };
}
