import { z } from 'zod';
import { duration } from '../steps/fields.ts';

const Person = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of policy.yaml, such as alice');
const why = { reason: z.string().default('said in a rehearsal').describe('Why, in their words.') };
const shown = { evidence: z.string().default('').describe('What they give as evidence.') };
const common = {
  after: duration.default(0).describe('How long after the question.'),
  refused: z
    .string()
    .optional()
    .describe('Rekey is expected to turn it down, with this code: own_request, not_an_approver …'),
};

/** What one person does at a step. The first key says what. */
export const Answer = z.union([
  z.literal('nobody').describe('Nobody does anything; the clock goes on.'),
  z.strictObject({ approve: Person.describe('Approves.'), ...why, ...common }),
  z.strictObject({ deny: Person.describe('Denies.'), ...why, ...common }),
  z.strictObject({ delegate: Person.describe('Gives their voice to somebody else.'), to: Person, ...why, ...common }),
  z.strictObject({ breaks_glass: Person.describe('Decides alone.'), ...why, ...common }),
  z.strictObject({ yes: Person.describe('Answers yes.'), ...shown, ...common }),
  z.strictObject({ no: Person.describe('Answers no.'), ...shown, ...common }),
  z.strictObject({
    ticks: Person.describe('Ticks items of a checklist.'),
    items: z.array(z.string()).min(1).describe('Ids of the items that are done.'),
    ...shown,
    ...common,
  }),
  z.strictObject({
    not_applicable: Person.describe('Says of items of a checklist that they do not apply.'),
    items: z.array(z.string()).min(1),
    ...why,
    ...shown,
    ...common,
  }),
  z.strictObject({
    fills: Person.describe('Fills in a form.'),
    fields: z.record(z.string(), z.string()).describe('Text by field.'),
    ...shown,
    ...common,
  }),
  z.strictObject({
    pushes_back: Person.describe('Sends it back.'),
    to: z.string().describe('A step.'),
    ...why,
    ...common,
  }),
  z.strictObject({ hands_over: Person.describe('Lets somebody else answer.'), to: z.string(), ...why, ...common }),
  z.strictObject({ happened: Person.describe('Says that a step in doubt did happen.'), ...why, ...common }),
  z.strictObject({ did_not_happen: Person.describe('Says that it did not.'), ...why, ...common }),
  z.strictObject({ claims: Person.describe('Takes the secret that is offered.'), ...common }),
  z.strictObject({
    waives: Person.describe('Lets the old key go although it is used, or goes on without a peer.'),
    peer: z.string().optional().describe('At a re-pin board: which peer stays behind.'),
    ...why,
    ...common,
  }),
  z.strictObject({
    sees: Person.describe('Says how far a peer has come.'),
    peer: z.string(),
    state: z.enum(['acknowledged', 'pinned', 'pulled']).default('pinned'),
    evidence: z.string().default('seen in a rehearsal').describe('What shows it.'),
    ...common,
  }),
  z.strictObject({ skips: Person.describe('Leaves the step out.'), ...why, ...common }),
  z.strictObject({ retries: Person.describe('Has what failed begun again.'), ...why, ...common }),
  z.strictObject({ pauses: Person.describe('Pauses the run here.'), ...why, ...common }),
  z.strictObject({ resumes: Person.describe('Lets it go on.'), ...why, ...common }),
  z.strictObject({ cancels: Person.describe('Cancels the run here.'), ...why, ...common }),
]);
export type Answer = z.output<typeof Answer>;
export type GivenAnswer = Exclude<Answer, 'nobody'>;

/** One answer or several in turn, by step: `go`, `break_glass.opened`, `rotate[stripe-prod].go`. */
export const Answers = z.record(z.string(), z.union([Answer, z.array(Answer).min(1)]));
export type Answers = z.output<typeof Answers>;
