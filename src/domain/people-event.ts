import type { FieldAnswer, FileReference, MarkKind } from './ask-form.ts';
import type { AskId, PersonId, StepId } from './ids.ts';
import type { Ask } from './incident.ts';

/** What happens to a question that people are asked. */
export type PeopleEvent =
  | { type: 'ask_opened'; ask: Ask }
  | {
      type: 'ask_answered';
      ask: AskId;
      yes: boolean;
      evidence: string;
      by: PersonId;
      answers?: FieldAnswer[];
      file?: FileReference;
    }
  /** `open`: a mark was taken back. */
  | { type: 'ask_marked'; ask: AskId; item: string; mark: MarkKind | 'open'; reason: string; by: PersonId }
  /** `nth`: counts the reminders of `remindersOf` that are behind it, this one included. */
  | { type: 'ask_reminded'; ask: AskId; nth: number; people: PersonId[] }
  /** Overdue: these people are asked besides. */
  | { type: 'ask_escalated'; ask: AskId; to: string; people: PersonId[] }
  | { type: 'ask_handed_over'; ask: AskId; to: string; people: PersonId[]; reason: string; by: PersonId }
  | { type: 'ask_pushed_back'; ask: AskId; to: StepId; reason: string; by: PersonId };
