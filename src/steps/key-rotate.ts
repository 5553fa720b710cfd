import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { KeyId, RotationId } from '../domain/ids.ts';
import { nameOf } from '../domain/key.ts';
import { isEnded, type Rotation } from '../domain/rotation.ts';
import type { Run, Waiting } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult, type StillGoesOn } from './contract.ts';
import { keyRef, keyRefOf, peopleText } from './fields.ts';
import { foreseen, foreseenDelay, foreseenName, foreseenRow } from './forecast.ts';
import { rotationIdOf } from './later.ts';

const LOOK_AGAIN_MS = 5 * 60_000;
const LOOK_SOON_MS = 15_000;

const With = z.strictObject({
  key: keyRef.describe('The key that gets a successor.'),
  mode: z
    .enum(['planned', 'suspected', 'extended', 'exploited'])
    .default('planned')
    .describe(
      'planned; suspected (somebody may have it); extended (the same, a longer grace); exploited (it was used).',
    ),
  grace_hours: z
    .number()
    .min(0)
    .max(168)
    .optional()
    .describe('How long both keys work; what mode and class say when it is left out.'),
  reason: peopleText.max(500).describe('Why; it stands in the history of the key.'),
  deliver_to: z
    .enum(['registered', 'owner', 'escalation'])
    .default('registered')
    .describe('registered: the place that its caller reads; owner or escalation: an offer that they claim.'),
  override: peopleText
    .max(500)
    .optional()
    .describe('Why the minimum interval between two rotations, or a freeze, does not count this time.'),
});
type Input = z.output<typeof With>;

/**
 * Everything from the new key to the proof that the old one is dead, under the rules and approvals of the key's class: a run of R-ROTATE under
 * this one. A rotation of this key that is open already and does as much is waited for instead, whoever asked for it; cancelling this run
 * leaves that one alone.
 */
export const keyRotate = defineStep({
  uses: 'key.rotate',
  summary: 'Replaces a key, from the new one to the proof that the old one is dead, and waits for the end of it.',
  with: With,
  outputs: z.strictObject({
    rotation: z.string(),
    replacement: keyRef.nullable().describe('The key that took its place.'),
    outcome: z.enum(['completed']).describe('A rotation that ends in another way fails this step.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary:
      'Cancels the rotation; once it has begun, its own run takes it back, as far as that is possible, and is waited for.',
    undo: async (undoing) => takeBack(await own(undoing), undoing),
  },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const asked = With.safeParse(input).data;
    const { events } = asked === undefined ? { events: [] } : await context.rotation(askedBy(asked));
    const runs = events.flatMap((event) => (event.type === 'run_started' ? [event.run] : []));
    const name = foreseenName(input.key);
    // While another rotation is open, or the key is not known yet, there is no run to look into; what it will come to is known all the same.
    const then = `then: mint a replacement, put it where its callers read it, accept both for the grace, revoke ${name}`;
    return foreseen({
      calls: [
        `ledger: rotate ${name} (${input.mode ?? 'planned'}) by R-ROTATE`,
        ...(runs.length === 0 ? [`${then}; its people: rekey runbooks plan R-ROTATE`] : []),
      ],
      enforcementDelayMs: foreseenDelay(key, context),
      runs,
    });
  },
  perform: async (input, context) => {
    const { rotation, events } = (await again(context)) ?? (await context.rotation(askedBy(input)));
    return follow(rotation, events, context);
  },
  resume: async (input, context) => {
    const rotation = await waitedFor(input, context);
    if (rotation === null) throw new PermanentFailure('The rotation that this step waited for is not in the ledger.');
    return follow(rotation, [], context);
  },
});

function askedBy(input: Input): Parameters<StepContext['rotation']>[0] {
  const { key, mode, reason, deliver_to: to } = input;
  return {
    key: KeyId.parse(key.id),
    mode,
    graceHours: input.grace_hours ?? null,
    notBefore: null,
    reason,
    override: input.override ?? null,
    deliver: to === 'registered' ? { to } : { to: 'claim', recipient: to },
  };
}

function own({ ledger, step }: StepContext): Promise<Rotation | null> {
  return ledger.rotation(RotationId.parse(rotationIdOf(step.token)));
}

/** An attempt that failed after it was recorded finds what it began. */
async function again(context: StepContext): Promise<{ rotation: Rotation; events: LedgerEvent[] } | null> {
  const rotation = await own(context);
  return rotation === null ? null : { rotation, events: [] };
}

async function waitedFor(input: Input, context: StepContext & { waiting: Waiting }): Promise<Rotation | null> {
  const { waiting, ledger } = context;
  if (waiting.kind === 'run') return ledger.rotationOfRun(waiting.id);
  // On the calendar, where it has no run yet: its own, or the newest of this version of the key.
  const newestFirst = await ledger.rotationsOf(input.key.slug, 20);
  return (await own(context)) ?? newestFirst.find(({ key }) => key === input.key.id) ?? null;
}

async function follow(rotation: Rotation, events: LedgerEvent[], context: StepContext): Promise<StepResult> {
  const run = runIn(events) ?? rotation.run;
  // Its run has people to tell after the rotation itself is over.
  const isOver = run === null ? isEnded(rotation) : (await context.ledger.run(run))?.finishedAt != null;
  if (isOver) return endOf(rotation, events, context);
  if (run !== null) return { kind: 'wait', waiting: { kind: 'run', id: run, until: null }, events };
  const soonest = context.now().getTime() + LOOK_AGAIN_MS;
  const until = new Date(Math.max(rotation.scheduledAt.getTime(), soonest));
  return { kind: 'wait', waiting: { kind: 'time', until }, events };
}

function runIn(events: readonly LedgerEvent[]) {
  return events.find((event) => event.type === 'rotation_started')?.run ?? null;
}

async function endOf(rotation: Rotation, events: LedgerEvent[], { ledger }: StepContext): Promise<StepResult> {
  const { id, slug, state, why } = rotation;
  if (state !== 'completed')
    return { kind: 'failed', error: `The rotation ${id} of ${slug} is ${state}: ${why ?? 'nobody said why'}`, events };
  const replacement = rotation.replacement === null ? null : await ledger.key(rotation.replacement);
  const outputs = { rotation: id, replacement: replacement === null ? null : keyRefOf(replacement), outcome: state };
  return { kind: 'done', outputs, events };
}

/** What it asked for is taken back by the run of the rotation: this is over when that is, and says what came of it. */
async function takeBack(rotation: Rotation | null, context: StepContext): Promise<LedgerEvent[] | StillGoesOn> {
  if (rotation === null) return [];
  if (rotation.state === 'completed')
    throw new PermanentFailure(
      `The rotation ${rotation.id} of ${rotation.slug} is completed: its old key is dead and does not come back.`,
    );
  const { run: above } = context;
  const why = `${above.runbook.id} (${above.id}), which had asked for it, was taken back.`;
  if (rotation.state === 'scheduled')
    return [{ type: 'rotation_ended', rotation: rotation.id, outcome: 'cancelled', why }];
  const run = rotation.run === null ? null : await context.ledger.run(rotation.run);
  if (run === null) return [];
  if (run.finishedAt === null) return stopping(run, why, context.now());
  await assertTakenBack(rotation, run, context);
  return [];
}

/** Soon at first: most are taken back at once. One that people have to see to is looked at every few minutes. */
function stopping(run: Run, why: string, now: Date): StillGoesOn {
  const { cancelRequestedAt } = run;
  const forMs = cancelRequestedAt === null ? 0 : now.getTime() - cancelRequestedAt.getTime();
  const until = new Date(now.getTime() + Math.min(Math.max(forMs, LOOK_SOON_MS), LOOK_AGAIN_MS));
  return {
    until,
    events: cancelRequestedAt === null ? [{ type: 'run_cancel_requested', run: run.id, reason: why }] : [],
  };
}

/** Its run has ended: calling it undone must be true of both keys. */
async function assertTakenBack(rotation: Rotation, run: Run, { ledger }: StepContext): Promise<void> {
  const { id, slug } = rotation;
  if (rotation.revokedAt !== null)
    throw new PermanentFailure(
      `The rotation ${id} of ${slug} had begun to revoke the old key, which does not come back; it is ${rotation.state}.`,
    );
  const left = Object.values(run.steps).find((record) => record.undoError !== null);
  if (left !== undefined)
    throw new PermanentFailure(
      `The rotation ${id} of ${slug} is ${rotation.state}, and its step ${left.step} (${run.id}) could not be taken back: ${left.undoError}`,
    );
  const replacement = rotation.replacement === null ? null : await ledger.key(rotation.replacement);
  if (replacement?.state !== 'active') return;
  throw new PermanentFailure(
    `The rotation ${id} of ${slug} is ${rotation.state}, and its replacement ${nameOf(replacement)} is still active: ${run.id} was past the point where it could be taken back.`,
  );
}
