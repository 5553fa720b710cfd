import { expect, test } from 'vitest';
import { ApprovalId } from '../../src/domain/ids.ts';
import { nextDeadline } from '../../src/domain/next-deadline.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Run, StepRecord } from '../../src/domain/run.ts';
import { aRun, aStep, MINUTE, minutesAfter, NOON } from '../support/builders.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

function aPlanWith({ step, phase, run }: { step?: number; phase?: number; run?: number }): Plan {
  const plan = aPlan([
    [aPlannedStep('go', { uses: 'approve', deadlineMs: step === undefined ? null : step * MINUTE })],
  ]);
  return {
    ...plan,
    deadlinesMs: {
      ...(phase !== undefined && { recover: phase * MINUTE }),
      ...(run !== undefined && { run: run * MINUTE }),
    },
  };
}

const approval = (until: number | null, answered = false): StepRecord =>
  aStep(
    'go',
    {
      state: 'waiting',
      waiting: {
        kind: 'approval',
        id: ApprovalId.parse('apr-1'),
        until: until === null ? null : minutesAfter(NOON, until),
      },
      answered,
    },
    { startedAt: NOON, endedAt: null },
  );

const runWith = (record: StepRecord, more: Partial<Run> = {}) =>
  aRun({ startedAt: NOON, steps: { go: record }, ...more });

test.each<[string, Plan, Run, string | null]>([
  [
    'the step, when that is first',
    aPlanWith({ step: 5, phase: 9, run: 20 }),
    runWith(approval(30)),
    'deadline of go (5m)',
  ],
  [
    'its phase, when that is first',
    aPlanWith({ step: 15, phase: 9, run: 20 }),
    runWith(approval(30)),
    'deadline of recover (9m)',
  ],
  [
    'the run, when that is first',
    aPlanWith({ step: 15, phase: 9, run: 2 }),
    runWith(approval(30)),
    'deadline of the run (2m)',
  ],
  [
    'the offer to people, when that is first',
    aPlanWith({ run: 20 }),
    runWith(approval(10)),
    'of the approval go: who is asked next, or its end',
  ],
  ['not an offer that was taken', aPlanWith({ run: 20 }), runWith(approval(10, true)), 'deadline of the run (20m)'],
  ['nothing where there is none', aPlanWith({}), runWith(approval(null)), null],
  ['nothing of the run once it stops', aPlanWith({ run: 20 }), runWith(approval(null), { stoppedAt: NOON }), null],
  [
    'nothing after the end',
    aPlanWith({ run: 20 }),
    runWith(approval(10), { finishedAt: NOON, outcome: 'failed' }),
    null,
  ],
])('what ends first is %s', (_what, plan, run, name) => {
  expect(nextDeadline(plan, run)?.name ?? null).toBe(name);
});
