import { z } from 'zod';
import { ERROR_CLASSES } from '../error-class.ts';

const Failure = z.strictObject({
  error: z.string().min(1).describe('What it says.'),
  class: z
    .enum([...ERROR_CLASSES, 'permanent', 'other'])
    .default('other')
    .describe('permanent: trying again cannot help; other: of no class that `retry.on` knows.'),
  times: z.int().min(1).max(20).default(1).describe('So many attempts in a row fail like this.'),
});
export type Failure = z.output<typeof Failure>;

const Response = z.strictObject({
  status: z.int().min(100).max(599).default(200).describe('Status of the answer.'),
  json: z
    .unknown()
    .optional()
    .describe('Its body. A text such as <+2h> stands for that instant, from the start of the case.'),
});
export type Response = z.output<typeof Response>;

/** What the world outside answers when a step asks it. */
export const Reply = z.union([
  z.strictObject({ outputs: z.record(z.string(), z.unknown()).describe('What comes back, as the step gives it on.') }),
  z.strictObject({ responds: Response.describe('What the connection answers; the last one is repeated.') }),
  z.strictObject({ fails: Failure.describe('The call fails.') }),
  z.strictObject({ undo_fails: Failure.describe('Taking it back fails.') }),
]);
export type Reply = z.output<typeof Reply>;

/** One reply or several in turn, by step; once they are used up, a step that needs none runs as it is. */
export const Outside = z.record(z.string(), z.union([Reply, z.array(Reply).min(1)]));
export type Outside = z.output<typeof Outside>;
