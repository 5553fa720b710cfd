import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { KeyId, RotationId } from '../domain/ids.ts';
import { instantText } from '../domain/instant.ts';
import { nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { duration, keyRef, peopleText, runbookId, runbookInputs, together } from './fields.ts';

const instant = () => z.iso.datetime({ offset: true, error: 'expected an instant such as 2026-11-21T09:30:00Z' });

const With = z
  .strictObject({
    key: keyRef.describe('The key that is to be replaced.'),
    at: instant().optional().describe('Not before this instant; windows of its class and freezes may move it on.'),
    after: duration.optional().describe('Not before this time has passed.'),
    window: z
      .strictObject({ from: instant().describe('Not before.'), until: instant().describe('And not after.') })
      .optional()
      .describe('Between these instants or not at all.'),
    reason: peopleText.max(500).describe('Why; it stands in the history of the key.'),
    grace_hours: z
      .number()
      .min(0)
      .max(168)
      .optional()
      .describe('How long both keys will work; what its class says when it is left out.'),
    runbook: runbookId
      .optional()
      .describe(
        'For keys that Rekey does not replace itself, such as passphrases: the runbook that people follow then.',
      ),
    inputs: runbookInputs.optional().describe('The inputs of that runbook.'),
  })
  .refine(
    (input) => [input.at, input.after, input.window].filter((one) => one !== undefined).length === 1,
    together('exactly one of `at`, `after` and `window`'),
  )
  .refine(
    (input) => (input.runbook === undefined) === (input.inputs === undefined),
    together('`runbook` and `inputs` together, or neither'),
  )
  .refine(
    (input) => input.runbook === undefined || input.grace_hours === undefined,
    together('`grace_hours` only for a rotation, not beside `runbook`'),
  );
type Input = z.output<typeof With>;

const Outputs = z.strictObject({
  rotation: z.string().nullable().describe('The planned rotation; null where a runbook is scheduled.'),
  scheduled_run: z.string().nullable().describe('The scheduled run; null where a rotation is planned.'),
  at: z.string().describe('When it begins.'),
});

/** In an outage nobody should improvise a rekey: it is put on the calendar, and the approvals of then decide. */
export const scheduleRotation = defineStep({
  uses: 'schedule.rotation',
  summary: 'Plans the rotation of a key, or a run of a runbook that replaces it, for a later time.',
  with: With,
  outputs: Outputs,
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary: 'Takes it off the calendar, as long as it has not begun.',
    undo: async (undoing) => (undoing.outputs === null ? [] : takeOff(Outputs.parse(undoing.outputs), undoing)),
  },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input) => ({
    calls: [
      `ledger: plan ${input.runbook ?? 'a rotation'} of ${input.key === undefined ? 'the key' : nameOf(input.key)}`,
    ],
    people: [],
    notices: [],
    enforcementDelayMs: null,
  }),
  perform: async (input, context) => {
    const when = timesOf(input, context.now());
    const { runbook, inputs } = input;
    if (runbook === undefined || inputs === undefined) return planRotation(input, when, context);
    const scheduled = await context.scheduledRun({ runbook, inputs, reason: input.reason, ...when });
    const outputs = { rotation: null, scheduled_run: scheduled.id, at: scheduled.beginsAt.toISOString() };
    return { kind: 'done', outputs, events: [{ type: 'scheduled_run_planned', scheduled }] };
  },
});

interface When {
  notBefore: Date;
  latestAt: Date | null;
}

function timesOf({ at, after, window }: Input, now: Date): When {
  const notBefore = after === undefined ? new Date(at ?? window?.from ?? now) : new Date(now.getTime() + after);
  const latestAt = window === undefined ? null : new Date(window.until);
  if (latestAt !== null && latestAt <= notBefore)
    throw new PermanentFailure(
      `\`window\` ends at ${instantText(latestAt)}, before it begins at ${instantText(notBefore)}.`,
    );
  const last = latestAt ?? notBefore;
  if (last <= now)
    throw new PermanentFailure(
      `${instantText(last)} is over; a rotation is planned for later. Use key.rotate for now.`,
    );
  // A window that is open already is used from now on.
  return { notBefore: notBefore > now ? notBefore : new Date(now.getTime() + 1), latestAt };
}

async function planRotation(input: Input, { notBefore, latestAt }: When, context: StepContext): Promise<StepResult> {
  const { rotation, events } = await context.rotation({
    key: KeyId.parse(input.key.id),
    mode: 'planned',
    graceHours: input.grace_hours ?? null,
    notBefore,
    reason: input.reason,
    override: null,
    deliver: { to: 'registered' },
  });
  const { scheduledAt } = rotation;
  if (latestAt !== null && scheduledAt > latestAt)
    throw new PermanentFailure(
      `${nameOf(input.key)} can be rotated from ${instantText(scheduledAt)} on, because of windows and freezes, and \`window\` ends at ${instantText(latestAt)}. Choose another time.`,
    );
  return {
    kind: 'done',
    outputs: { rotation: rotation.id, scheduled_run: null, at: scheduledAt.toISOString() },
    events,
  };
}

async function takeOff(made: z.output<typeof Outputs>, { ledger, run }: StepContext): Promise<LedgerEvent[]> {
  const why = `${run.runbook.id} (${run.id}), which had planned it, was taken back.`;
  if (made.scheduled_run !== null) {
    const scheduled = await ledger.scheduledRun(made.scheduled_run);
    if (scheduled?.outcome === 'started') throw begun(`${scheduled.id} began as ${scheduled.run}`);
    if (scheduled?.outcome !== null) return [];
    return [{ type: 'scheduled_run_cancelled', scheduled: scheduled.id, reason: why }];
  }
  const rotation = made.rotation === null ? null : await ledger.rotation(RotationId.parse(made.rotation));
  if (rotation?.state === 'scheduled')
    return [{ type: 'rotation_ended', rotation: rotation.id, outcome: 'cancelled', why }];
  if (rotation === null || rotation.state === 'cancelled' || rotation.state === 'preempted') return [];
  throw begun(`${rotation.id} has begun (${rotation.state})`);
}

function begun(what: string): PermanentFailure {
  return new PermanentFailure(`${what}, and is no longer on the calendar. Cancel it by itself if it should not go on.`);
}
