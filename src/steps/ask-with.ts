import { z } from 'zod';
import { EvidenceKind, FieldType } from '../domain/ask-form.ts';
import { duration, languageName, peopleText, whoText } from './fields.ts';

/** What a no leads to. */
export const NoOfAsk = z.enum(['fails', 'waits']);

const MOST_ITEMS = 60;
const MOST_FIELDS = 20;
// What Slack takes in one input, and in one line of a menu.
const LONGEST_ANSWER = 3_000;
const LONGEST_OPTION = 75;

const Item = z.strictObject({
  id: languageName.describe('Name of the item; later steps read `steps.<id>.items.<item>`.'),
  text: peopleText.max(300).describe('What has to be done, in one sentence.'),
  required: z.boolean().default(true).describe('The list is done when all required items are.'),
  may_not_apply: z.boolean().default(false).describe('Somebody may say, with a reason, that it does not apply.'),
});

const LIMITED = ['text', 'long_text', 'int', 'url'];

const Field = z
  .strictObject({
    type: FieldType.describe('text, long_text, int, enum, bool, date, url or person.'),
    label: peopleText.max(150).describe('What people read beside the field.'),
    hint: peopleText.max(300).optional().describe('One line of help below it.'),
    required: z.boolean().default(true).describe('Whether the form can be sent without it.'),
    min: z.int().optional().describe('Least number, or least characters of a text.'),
    max: z.int().optional().describe('Greatest number, or most characters of a text.'),
    values: z
      .array(z.string().min(1).max(LONGEST_OPTION))
      .min(2)
      .max(100)
      .optional()
      .describe('The words to choose from, for `type: enum`.'),
  })
  .superRefine(({ type, min, max, values }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (type === 'enum' && values === undefined) refuse('type', 'expected `values` beside `type: enum`');
    if (type !== 'enum' && values !== undefined) refuse('values', 'expected `type: enum` beside `values`');
    if (values !== undefined && new Set(values).size < values.length) refuse('values', 'expected every word once');
    const hasLimit = min !== undefined || max !== undefined;
    if (hasLimit && !LIMITED.includes(type)) refuse('type', `expected ${LIMITED.join(', ')} beside \`min\` or \`max\``);
    if (min !== undefined && max !== undefined && min > max) refuse('max', 'expected at least `min`');
    const longest = max ?? 0;
    if (type !== 'int' && ((min ?? 0) < 0 || longest < 0 || longest > LONGEST_ANSWER))
      refuse(longest > LONGEST_ANSWER ? 'max' : 'min', `expected 0 to ${LONGEST_ANSWER} characters`);
  });
export type Field = z.output<typeof Field>;

export const AskWith = z.strictObject({
  question: peopleText.describe(
    'What is asked; without `checklist` or `form`, something that is answered with yes or no.',
  ),
  checklist: z
    .array(Item)
    .min(1)
    .max(MOST_ITEMS)
    .refine(
      (items) => new Set(items.map(({ id }) => id)).size === items.length,
      'expected an `id` that no other item has',
    )
    .optional()
    .describe('Items to be ticked one by one, by anybody who is asked.'),
  form: z
    .record(languageName, Field)
    .refine((fields) => {
      const count = Object.keys(fields).length;
      return count >= 1 && count <= MOST_FIELDS;
    }, `expected 1 to ${MOST_FIELDS} fields`)
    .optional()
    .describe('Fields to be filled in; later steps read `steps.<id>.answers.<field>`.'),
  assignee: whoText.describe('Who answers: a person, group:<name>, owner or escalation.'),
  evidence: EvidenceKind.default('none').describe(
    'What has to come with a yes: none, text, url (http or https), or file (its name and SHA-256).',
  ),
  no: NoOfAsk.default('fails').describe(
    'What a no leads to. fails: the step fails; waits: the no stays on record and the question is put again.',
  ),
  settles: z
    .enum(['recovery', 'reminder', 'death'])
    .optional()
    .describe(
      'What a yes stands for where Rekey has no proof of its own, under the name of who answers; needs evidence. death: the run’s key was seen rejected.',
    ),
  remind: z
    .array(duration)
    .max(5)
    .default([])
    .describe('How long before `due` people are reminded; besides, they always are when it is due.'),
  again_every: duration.optional().describe('How often they are reminded after it was due.'),
  at_most: z.int().min(1).max(20).default(5).describe('How many reminders `again_every` sends at most.'),
  escalate_to: whoText.optional().describe('Who is asked besides when nobody answers.'),
  escalate_after: duration.optional().describe('How long after `due` that is; at once without it.'),
  push_back_to: z
    .array(z.string())
    .max(10)
    .default([])
    .describe('Earlier steps to which whoever is asked may send the run back, with a comment.'),
});
export type AskWith = z.output<typeof AskWith>;
