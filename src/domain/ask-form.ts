import { z } from 'zod';
import { PersonId } from './ids.ts';

/** What can be asked for in one field of a form. */
export const FieldType = z.enum(['text', 'long_text', 'int', 'enum', 'bool', 'date', 'url', 'person']);
export type FieldType = z.infer<typeof FieldType>;

/** `min`, `max`: characters of a text, or the number itself. */
export const FormField = z.object({
  id: z.string(),
  type: FieldType,
  label: z.string(),
  hint: z.string().nullable(),
  required: z.boolean(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** The words to choose from; empty unless it is an `enum`. */
  values: z.array(z.string()),
});
export type FormField = z.infer<typeof FormField>;

// Not `text`: the audit leaves values of that name out.
export const ChecklistItem = z.object({
  id: z.string(),
  label: z.string(),
  required: z.boolean(),
  /** Somebody may say, with a reason, that it does not apply here. */
  mayNotApply: z.boolean(),
});
export type ChecklistItem = z.infer<typeof ChecklistItem>;

/** What people are asked for, with every reference replaced: a run keeps asking what it asked first. */
export const AskForm = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('question') }),
  z.object({ kind: z.literal('checklist'), items: z.array(ChecklistItem) }),
  z.object({ kind: z.literal('form'), fields: z.array(FormField) }),
]);
export type AskForm = z.infer<typeof AskForm>;

export const EvidenceKind = z.enum(['none', 'text', 'url', 'file']);
export type EvidenceKind = z.infer<typeof EvidenceKind>;

/** A file that shows something. The ledger holds its hash; the file itself is where `kept` says. */
export const FileReference = z.object({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Null when only its hash was given. */
  bytes: z.int().min(0).nullable(),
  /** `evidence/<hash>` in the data directory, or what the person said. */
  kept: z.string().min(1).max(300),
});
export type FileReference = z.infer<typeof FileReference>;

/** One answered field. A list and no mapping, so that the order of the form and every name survive. */
export const FieldAnswer = z.object({ field: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) });
export type FieldAnswer = z.infer<typeof FieldAnswer>;

export const MarkKind = z.enum(['done', 'not_applicable']);
export type MarkKind = z.infer<typeof MarkKind>;

/** What somebody said of one item of a checklist; items without a mark are open. */
export interface Mark {
  item: string;
  mark: MarkKind;
  reason: string;
  by: PersonId;
  at: Date;
}

/** When people are reminded of a question; see `remindersOf`. */
export const ReminderRule = z.object({
  beforeMs: z.array(z.number()),
  againMs: z.number().nullable(),
  /** How often at most after it was due. */
  most: z.number(),
  escalateTo: z.string().nullable(),
  escalateAfterMs: z.number().nullable(),
});
export type ReminderRule = z.infer<typeof ReminderRule>;

export const NO_REMINDERS: ReminderRule = {
  beforeMs: [],
  againMs: null,
  most: 0,
  escalateTo: null,
  escalateAfterMs: null,
};

/** Who was asked besides, because the question was overdue. */
export const Escalation = z.object({ to: z.string(), people: z.array(PersonId) });
export type Escalation = z.infer<typeof Escalation>;
