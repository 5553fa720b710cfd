import { z } from 'zod';
import { FieldType } from '../domain/ask-form.ts';
import type { JsonObject } from '../domain/run.ts';
import { languageName } from './fields.ts';

const answered = {
  yes: z.boolean().describe('The answer; always true for a checklist or form.'),
  evidence: z.string().describe('What the person gave as evidence; empty when none was asked for.'),
  by: z.string().describe('Who answered; for a checklist, who ticked the last item.'),
};

const ItemState = z.enum(['done', 'not_applicable', 'open']);

/** Of every question; what a checklist or form gives on besides depends on its `with`. */
export const AskOutputs = z.strictObject({
  ...answered,
  items: z.record(z.string(), ItemState).optional().describe('For a checklist: what became of each item.'),
  answers: z.record(z.string(), z.json()).optional().describe('For a form: what was filled in, by field.'),
});

// What decides on types, and nothing else: labels and limits may be wrong or hold references, and are checked elsewhere.
const TypedField = z.looseObject({
  type: FieldType,
  required: z.boolean().default(true),
  values: z.array(z.string()).min(1).optional(),
});
const Checklist = z.array(z.looseObject({ id: languageName })).min(1);
const Form = z.record(languageName, z.unknown());

/** The outputs of a question with this `with`: one for each item of its checklist, one typed value for each field of its form. */
export function askOutputsOf(written: JsonObject): z.ZodType {
  const checklist = Checklist.safeParse(written.checklist);
  const form = Form.safeParse(written.form);
  if (checklist.success) {
    const items = Object.fromEntries(checklist.data.map(({ id }) => [id, ItemState]));
    return z.strictObject({ ...answered, items: z.strictObject(items) });
  }
  if (form.success) {
    const answers = Object.fromEntries(Object.entries(form.data).map(([name, field]) => [name, typeOfField(field)]));
    return z.strictObject({ ...answered, answers: z.strictObject(answers) });
  }
  return z.strictObject(answered);
}

function typeOfField(field: unknown): z.ZodType {
  const read = TypedField.safeParse(field);
  if (!read.success) return z.json();
  const { type, required, values } = read.data;
  const typed = type === 'int' ? z.int() : type === 'bool' ? z.boolean() : wordsOf(type, values);
  return required ? typed : typed.nullable();
}

function wordsOf(type: FieldType, values: readonly string[] | undefined): z.ZodType {
  return type === 'enum' && values !== undefined ? z.enum(values) : z.string();
}
