import { z } from 'zod';
import { duration } from '../steps/fields.ts';

const Person = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of policy.yaml, such as alice');
const Reason = z.string().default('').describe('Why, in their words.');
const common = {
  after: duration.default(0).describe('How long after the question.'),
  refused: z.string().optional().describe('Rekey turns it down, with this code (own_request, not_an_approver …).'),
};

/** What one person does at a step. The first key says what. */
export const Answer = z.union([
  z.literal('nobody').describe('Nobody does anything; the clock goes on.'),
  z.strictObject({ approve: Person.describe('Approves.'), reason: Reason, ...common }),
  z.strictObject({ deny: Person.describe('Denies.'), reason: Reason, ...common }),
  z.strictObject({ yes: Person.describe('Answers yes.'), evidence: z.string().default(''), ...common }),
  z.strictObject({ no: Person.describe('Answers no.'), evidence: z.string().default(''), ...common }),
  z.strictObject({ happened: Person.describe('Says that a step in doubt did happen.'), reason: Reason, ...common }),
  z.strictObject({ did_not_happen: Person.describe('Says that it did not.'), reason: Reason, ...common }),
  z.strictObject({ claims: Person.describe('Takes the secret that is offered.'), ...common }),
  z.strictObject({ waives: Person.describe('Lets the old key go although it is used.'), reason: Reason, ...common }),
  z.strictObject({ cancels: Person.describe('Cancels the run here.'), reason: Reason, ...common }),
]);
export type Answer = z.output<typeof Answer>;
export type GivenAnswer = Exclude<Answer, 'nobody'>;

/** One answer or several in turn, by step: `go`, `break_glass.opened`, `rotate[stripe-prod].go`. */
export const Answers = z.record(z.string(), z.union([Answer, z.array(Answer).min(1)]));
export type Answers = z.output<typeof Answers>;
