import { z } from 'zod';

const Failure = z.strictObject({
  error: z.string().min(1).describe('What it says.'),
  class: z
    .string()
    .default('server_error')
    .describe('permanent: trying again cannot help; every other word is a class of `retry.on`.'),
  times: z.int().min(1).max(20).default(1).describe('So many attempts in a row fail like this.'),
});
export type Failure = z.output<typeof Failure>;

/** What the world outside answers when a step asks it. */
export const Reply = z.union([
  z.strictObject({ outputs: z.record(z.string(), z.unknown()).describe('What comes back, as the step gives it on.') }),
  z.strictObject({ fails: Failure.describe('The call fails.') }),
  z.strictObject({ undo_fails: Failure.describe('Taking it back fails.') }),
]);
export type Reply = z.output<typeof Reply>;

/** One reply or several in turn, by step; once they are used up, a step that needs none runs as it is. */
export const Outside = z.record(z.string(), z.union([Reply, z.array(Reply).min(1)]));
export type Outside = z.output<typeof Outside>;
