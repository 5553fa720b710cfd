import { z } from 'zod';
import { type Canary, failuresAllowed, numbersOf, roundsIn } from '../domain/canary.ts';
import { durationText } from '../domain/duration.ts';
import { SecretId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { beginCanary, deliverCanary } from './canary-delivery.ts';
import { type CanaryInput, canaryInput } from './canary-input.ts';
import { lookAtCanary } from './canary-look.ts';
import { returnCanary, withdrawCanary } from './canary-return.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { writtenPath } from './http-fields.ts';
import { currentKey } from './look-up.ts';

/**
 * The new key to a few places first. What is there is sealed and on record before anything is overwritten, and the decision to put it back is
 * on record before it is put back: a crash in between repeats the one or the other and can never take the returned key for a healthy one.
 */
export const canary = defineStep({
  uses: 'canary',
  summary:
    'Delivers a new key to a few places first, watches them, and puts the previous one back when the threshold is missed.',
  with: canaryInput,
  outputs: z.strictObject({
    healthy: z.boolean().describe('Always true: otherwise the step fails.'),
    probes: z.int().describe('How many probes were made, over all members.'),
    failures: z.int().describe('How many of them failed.'),
    cohort: z.array(z.string()).describe('Who has the new key now.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary:
      'Puts back what each member of the cohort had before, unless the new key works and the old one cannot be used any more.',
    undo: withdrawCanary,
  },
  timeoutMs: 120_000,
  rehearsal: 'real',
  calls: ({ cohort, watch }) => {
    const http = isMap(watch) && isMap(watch.http) ? watch.http : null;
    const path = http === null ? null : writtenPath(http);
    if (path === null || !Array.isArray(cohort)) return [];
    return cohort.flatMap((member) =>
      isMap(member) && typeof member.connection === 'string'
        ? [{ connection: member.connection, method: 'GET', path } as const]
        : [],
    );
  },
  forecast: async ({ cohort = [], watch, key }) => {
    const placed = cohort.map(({ name, sink, target }) => `${sink}: put ${foreseenName(key)} at ${target} for ${name}`);
    if (watch === undefined) return foreseen({ calls: placed });
    const watched = `watch it for ${durationText(watch.for)}, then keep it or put back what was there`;
    return foreseen({ calls: [...placed, watched], atLeastMs: watch.for });
  },
  perform: async (input, context) => advance(input, context),
  resume: async (input, context) => advance(input, context),
});

async function advance(input: CanaryInput, context: StepContext): Promise<StepResult> {
  const key = await currentKey(context, input.key);
  const found = await context.ledger.canary(context.step.token);
  if (found === null) return beginCanary(input, key, context);
  if (found.outcome === 'healthy') return healthy(found);
  if (found.outcome === 'returned')
    return {
      kind: 'failed',
      error: `The canary of ${nameOf(key)} was put back: ${found.missed ?? 'it was taken back'}.`,
      events: [],
    };
  if (found.missed !== null) return returnCanary(found, { key, why: found.missed }, context);
  if (found.deliveredAt === null)
    return deliverCanary(
      found,
      { key, secret: SecretId.parse(input.secret.secret), everyMs: input.watch.every },
      context,
    );
  return watch(found, { key, input, deliveredAt: found.deliveredAt }, context);
}

async function watch(
  before: Canary,
  { key, input, deliveredAt }: { key: Key; input: CanaryInput; deliveredAt: Date },
  context: StepContext,
): Promise<StepResult> {
  const { watch: watched, cohort } = input;
  const looked = await lookAtCanary({ key, cohort, watch: watched, since: deliveredAt }, context);
  const after = {
    ...before,
    rounds: before.rounds + 1,
    probes: before.probes + cohort.length,
    failures: before.failures + looked.failed.length,
  };
  const rounds = roundsIn(watched.for, watched.every);
  const allowed = failuresAllowed(watched.max_failures, rounds * cohort.length);
  const probed = {
    type: 'canary_probed',
    canary: before.id,
    key: key.id,
    probes: cohort.length,
    failures: looked.failed.length,
    failed: looked.failed,
  } as const;
  const isLast = after.rounds >= rounds;
  const why =
    after.failures > allowed
      ? `${numbersOf(after, allowed)} (${looked.failed.join('; ')})`
      : (looked.rejected ?? (isLast ? looked.silent : null));
  if (why !== null)
    return waitUntil(context.now(), [probed, { type: 'canary_missed', canary: before.id, key: key.id, why }]);
  if (!isLast) return waitUntil(new Date(context.now().getTime() + watched.every), [probed]);
  const ended = {
    type: 'canary_ended',
    canary: before.id,
    key: key.id,
    outcome: 'healthy',
    why: numbersOf(after, allowed),
  } as const;
  return { ...healthy(after), events: [probed, ended] };
}

function healthy({ probes, failures, members }: Canary): Extract<StepResult, { kind: 'done' }> {
  const cohort = members.map((member) => member.name);
  return { kind: 'done', outputs: { healthy: true, probes, failures, cohort }, events: [] };
}

function waitUntil(until: Date, events: Extract<StepResult, { kind: 'wait' }>['events']): StepResult {
  return { kind: 'wait', waiting: { kind: 'time', until }, events };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
