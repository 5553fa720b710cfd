import { z } from 'zod';
import { KeyState } from '../domain/key.ts';

/** How a step ended. `undo_failed`: it was to be taken back and could not be. */
export const EndState = z.enum([
  'done',
  'skipped',
  'failed',
  'undone',
  'undo_failed',
  'waiting',
  'in_doubt',
  'started',
]);
export type EndState = z.output<typeof EndState>;

const KeyFacts = z.strictObject({
  state: KeyState.optional(),
  at_place: z.boolean().optional().describe('Its caller has it.'),
  proved_live: z.boolean().optional(),
  proved_dead: z.boolean().optional(),
  quarantined: z.boolean().optional(),
  compromised: z.boolean().optional(),
});
export type KeyFacts = z.output<typeof KeyFacts>;

const Told = z.strictObject({
  to: z.string().min(1).describe('carol, caller:payments-worker, peer:node-b, or incident for its channel.'),
  says: z.string().min(1).describe('Words that have to stand in one message to them.'),
});

const IncidentFacts = z.strictObject({
  contained: z.boolean().optional(),
  recovered: z.boolean().optional(),
  closed: z.boolean().optional().describe('true: closed with nothing left open.'),
  open_points: z.array(z.string()).optional().describe('Words of each point that is left open; [] for none.'),
});

/** What has to come out of a case. Only `path` and `outcome` are compared when the rest is left out. */
export const Expectation = z.strictObject({
  reviewed: z.literal(false).optional().describe('`--update` wrote this: read it, then remove this line.'),
  outcome: z.enum(['succeeded', 'failed', 'cancelled', 'waiting']).optional().describe('How the run ends.'),
  path: z
    .record(z.string(), EndState)
    .optional()
    .describe(
      'Every step in the order in which they began, and how each ended. Steps of a run that a step started: step.inner.',
    ),
  because: z
    .record(z.string(), z.string())
    .optional()
    .describe('Words of the reason why a step failed, was skipped or is in doubt.'),
  undone: z.array(z.string()).optional().describe('Steps that were taken back, in the order in which that happened.'),
  told: z.array(Told).optional().describe('Who was told which words.'),
  not_told: z.array(z.string()).optional().describe('Who was told nothing.'),
  keys: z
    .record(z.string(), z.union([KeyState, KeyFacts]))
    .optional()
    .describe('Keys at the end: payments-prod v3: revoked.'),
  incident: IncidentFacts.optional().describe('The incident at the end.'),
});
export type Expectation = z.output<typeof Expectation>;
