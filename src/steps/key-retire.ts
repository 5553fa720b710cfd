import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { graceEnd } from '../domain/grace.ts';
import { instantText } from '../domain/instant.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { type KeyRef, keyRef } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { isHandedOver } from './handed-over.ts';
import { expiryOf } from './key-classify.ts';
import { linesSinceGrace } from './lines-of-key.ts';
import { currentKey } from './look-up.ts';
import { notItself } from './not-itself.ts';

const MINUTE_MS = 60_000;
const LONGEST_MINUTES = 168 * 60;

const With = z.strictObject({
  key: keyRef.describe('The key that is replaced.'),
  replaced_by: keyRef.describe('Its replacement, which has to be in use and proved to work.'),
  grace_minutes: z
    .int()
    .min(1)
    .max(LONGEST_MINUTES)
    .describe('How long both are accepted, in minutes; never longer than the old key lives.'),
});

/**
 * Begins the grace: both keys are accepted until its end, and only the new one after it, whether or not anything runs then. The revoking
 * is a step of its own, because callers may still need the old key (usage.gate).
 */
export const keyRetire = defineStep({
  uses: 'key.retire',
  summary: 'Begins the grace in which a key and its proved replacement are both accepted.',
  with: With,
  outputs: z.strictObject({ grace_ends_at: z.string().describe('Until when both are accepted.') }),
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary:
      'Ends the grace and makes the old key active again, unless it is over or another rotation has begun its own. A suspended key stays suspended.',
    undo: async (undoing) => {
      const input = With.safeParse(undoing.input);
      return input.success ? reinstate(input.data.key, undoing) : [];
    },
  },
  complaintsOf: notItself('replaced_by'),
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const name = foreseenName(input.key);
    if (key === null || input.grace_minutes === undefined)
      return foreseen({ calls: [`ledger: begin the grace of ${name}`] });
    const end = graceEnd(context.now(), input.grace_minutes * MINUTE_MS, key);
    return foreseen({
      calls: [`ledger: accept ${name} beside its replacement, if that began now until ${instantText(end)}`],
      outputs: { grace_ends_at: end.toISOString() },
    });
  },
  perform: async (input, context) => {
    const replacement = await currentKey(context, input.replaced_by);
    await assertReady(replacement, context);
    const key = await currentKey(context, input.key);
    return retire(key, input.grace_minutes * MINUTE_MS, context);
  },
});

async function assertReady(replacement: Key, context: StepContext): Promise<void> {
  const refuse = (why: string) => {
    throw new PermanentFailure(`No grace was begun: the replacement ${nameOf(replacement)} ${why}.`);
  };
  if (replacement.state !== 'active') refuse(`is ${replacement.state}, and would not be accepted`);
  if (replacement.provedLiveAt === null) refuse('was never proved to work; prove it with key.prove_live first');
  if (!(await isHandedOver(replacement, context)))
    refuse('is not where its caller reads it; somebody replaced it there');
}

function retire(key: Key, graceMs: number, context: StepContext): StepResult {
  const now = context.now();
  const end = graceEnd(now, graceMs, key);
  switch (key.state) {
    case 'active':
      return end > now ? begun(end, [retired(key, end)]) : begun(now, expiryOf(key, context));
    case 'retiring':
      return begunAnew(key, end);
    case 'pending':
      throw new PermanentFailure(`${nameOf(key)} was never in use, so there is nothing to retire. Revoke it instead.`);
    case 'suspended':
    case 'expired':
    case 'revoked':
      // It is refused everywhere already, and a grace would bring a suspended key back.
      return begun(now, []);
    default:
      return key.state satisfies never;
  }
}

/** An emergency that took the place of a planned rotation never makes its grace longer. */
function begunAnew(key: Key, asked: Date): StepResult {
  const end = key.graceEndsAt !== null && key.graceEndsAt < asked ? key.graceEndsAt : asked;
  const over: LedgerEvent = {
    type: 'key_reinstated',
    key: key.id,
    to: 'active',
    reason: 'another rotation begins its own grace',
  };
  return begun(end, [over, retired(key, end)]);
}

function retired(key: Key, graceEndsAt: Date): LedgerEvent {
  return { type: 'key_retired', key: key.id, graceEndsAt };
}

function begun(end: Date, events: LedgerEvent[]): StepResult {
  return { kind: 'done', outputs: { grace_ends_at: end.toISOString() }, events };
}

async function reinstate(ref: KeyRef, context: StepContext): Promise<LedgerEvent[]> {
  const key = await currentKey(context, ref);
  if (key.graceEndsAt === null || !(await isOwnGrace(key, context))) return [];
  const reason = 'its rotation was taken back';
  if (key.state === 'retiring') return [{ type: 'key_reinstated', key: key.id, to: 'active', reason }];
  // Whoever suspended it decides whether it comes back; what its replacement's end would mean for it is over.
  return key.state === 'suspended' ? [{ type: 'key_grace_taken_back', key: key.id, reason }] : [];
}

/** A rotation that was pre-empted takes its work back while the next one is under way: the grace may be the other's by then. */
async function isOwnGrace(key: Key, context: StepContext): Promise<boolean> {
  for await (const line of linesSinceGrace(key, context))
    if (line.action === 'key_retired') return line.run === context.run.id;
  return false;
}
