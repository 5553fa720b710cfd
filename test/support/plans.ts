import { StepId } from '../../src/domain/ids.ts';
import type { Plan, PlannedStep, Stage } from '../../src/domain/plan.ts';
import { stepsOf } from '../../src/domain/plan.ts';

/** `aPlannedStep('mint', { undo: 'undo' })`: a step that can be repeated, with three attempts a second apart. */
export function aPlannedStep(id: string, overrides: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: StepId.parse(id),
    phase: 'recover',
    uses: 'test.safe',
    effect: 'writes',
    repeat: 'safe',
    undo: 'nothing',
    timeoutMs: 10_000,
    deadlineMs: null,
    retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 300_000, jitter: true, on: null },
    onFailure: { kind: 'stop' },
    dueMs: null,
    assignee: null,
    when: null,
    resolve: () => ({}),
    each: null,
    needs: new Set(),
    conditions: new Map(),
    line: 1,
    ...overrides,
  };
}

/** `aPlan([[a], [b, c]], [[last]])`: a, then b and c at once, and in every case last. */
export function aPlan(stages: readonly Stage[], last: readonly Stage[] = []): Plan {
  const plan = {
    id: 'R-KEY-EXPIRY',
    title: 'Test',
    owner: 'carol',
    waived: {},
    openRuns: 'one_per_key' as const,
    deadlinesMs: {},
    hosts: [],
    stages,
    finally: last,
  };
  const ids = stepsOf({ ...plan, hash: '' }).map((step) => step.id);
  if (new Set(ids).size !== ids.length) throw new Error(`two steps share an id: ${ids}`);
  return { ...plan, hash: 'a'.repeat(64) };
}
