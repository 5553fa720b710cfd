import { z } from 'zod';
import { durationText } from '../domain/duration.ts';
import { instantText } from '../domain/instant.ts';
import type { Key } from '../domain/key.ts';
import type { JsonObject } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { duration, keyRef, liveCondition, together } from './fields.ts';
import { foreseen } from './forecast.ts';
import { KeyFacts, keyFacts } from './live-facts.ts';
import { currentKey, keyOfRun } from './look-up.ts';

const LOOK_EVERY_MS = 60_000;
const MOST_OFTEN_MS = 10_000;

const With = z
  .strictObject({
    for: duration.optional().describe('How long, from the beginning of this step.'),
    at: z.iso
      .datetime({ offset: true, error: 'expected an instant such as 2026-11-21T09:30:00Z' })
      .optional()
      .describe('Until this instant.'),
    until: liveCondition.optional().describe(
      `A condition (CEL) on inputs, steps and the key as it is at each look: ${Object.keys(KeyFacts.shape)
        .map((fact) => `\`key.${fact}\``)
        .join(', ')}.`,
    ),
    key: keyRef.optional().describe('Whose facts `until` looks at; the key of the run when it is left out.'),
    deadline: duration.optional().describe('How long `until` may take; the step fails when it does not hold by then.'),
    check_every: duration
      .refine((ms) => ms >= MOST_OFTEN_MS, 'expected at least 10s')
      .optional()
      .describe('How often `until` is looked at; 1m when it is left out.'),
  })
  .refine(
    (input) => [input.for, input.at, input.until].filter((one) => one !== undefined).length === 1,
    together('exactly one of `for`, `at` and `until`'),
  )
  .refine(
    (input) => input.until === undefined || input.deadline !== undefined,
    together('`deadline` beside `until`: nothing waits for ever'),
  )
  .refine(
    (input) => input.until !== undefined || (input.deadline ?? input.check_every ?? input.key) === undefined,
    together('`deadline`, `check_every` and `key` only beside `until`'),
  );
type Input = z.output<typeof With>;

/** Waits for a span of time, for an instant, or for a condition. Meanwhile the run holds no job and no worker, and a restart changes nothing. */
export const wait = defineStep({
  uses: 'wait',
  summary: 'Waits for a span of time, until an instant, or until a condition holds.',
  with: With,
  outputs: z.strictObject({
    waited_until: z.string().describe('The instant at which the wait was over.'),
    holds_since: z.string().nullable().describe('When `until` was first seen to hold; null for `for` and `at`.'),
    looked: z.string().describe('What `until` looked at last, and what it was; empty for `for` and `at`.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only waits.' },
  timeoutMs: 15_000,
  retry: { attempts: 5, backoffMs: 3_000 },
  rehearsal: 'real',
  forecast: async (input, { now }) => foreseen({ calls: [forecast(input, now())], atLeastMs: shortest(input, now()) }),
  perform: async (input, context) => lookOnce(input, context),
  resume: async (input, context) => lookOnce(input, context),
});

async function lookOnce(input: Input, context: StepContext): Promise<StepResult> {
  if (input.until !== undefined) return lookAt(input, context);
  const until = input.for === undefined ? new Date(input.at ?? '') : endOf(input.for, context);
  if (until > context.now()) return { kind: 'wait', waiting: { kind: 'time', until }, events: [] };
  return { kind: 'done', outputs: { waited_until: until.toISOString(), holds_since: null, looked: '' }, events: [] };
}

async function lookAt(input: Input, context: StepContext): Promise<StepResult> {
  const now = context.now();
  const { text, holds, looked } = context.decide('until', await factsFor(input, context));
  const at = now.toISOString();
  // A last look that finds it holding is no failure, however late it comes: going on is what the runbook waits for.
  if (holds) return { kind: 'done', outputs: { waited_until: at, holds_since: at, looked }, events: [] };
  const { deadline = 0, check_every: everyMs = LOOK_EVERY_MS } = input;
  const until = endOf(deadline, context);
  if (until > now) return { kind: 'wait', waiting: { kind: 'look', until, everyMs }, events: [] };
  return {
    kind: 'failed',
    error: `${text} did not hold by ${instantText(until)} (deadline ${durationText(deadline)}): ${looked}.`,
    events: [],
  };
}

function endOf(ms: number, { step }: StepContext): Date {
  return new Date(step.startedAt.getTime() + ms);
}

async function factsFor(input: Input, context: StepContext): Promise<JsonObject> {
  const key: Key | null = input.key === undefined ? await keyOfRun(context) : await currentKey(context, input.key);
  if (key !== null) return { key: await keyFacts(key, context) };
  if (/(^|[^.\w])key\./.test(input.until ?? ''))
    throw new PermanentFailure(
      'This run is about no key, so there is nothing that `key` could mean. Write `key:` in `with`.',
    );
  return {};
}

/** A condition may hold at the first look. */
function shortest({ for: span, at }: Partial<Input>, now: Date): number {
  return span ?? (at === undefined ? 0 : Math.max(0, new Date(at).getTime() - now.getTime()));
}

function forecast(input: Partial<Input>, now: Date): string {
  if (input.for !== undefined)
    return `waits ${durationText(input.for)}, if it began now until ${instantText(new Date(now.getTime() + input.for))}`;
  if (input.at !== undefined) return `waits until ${instantText(new Date(input.at))}`;
  if (input.until === undefined) return 'waits';
  const every = durationText(input.check_every ?? LOOK_EVERY_MS);
  return `waits until ${input.until}, looks every ${every}, at most ${durationText(input.deadline ?? 0)}`;
}
