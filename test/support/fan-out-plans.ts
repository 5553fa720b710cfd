import { StepId } from '../../src/domain/ids.ts';
import type { Plan, PlannedEach, PlannedStep } from '../../src/domain/plan.ts';
import { aPlan, aPlannedStep } from './plans.ts';

export const FAN = StepId.parse('fan');

/** `each` over these names, one run of R-CHILD for each. */
export function eachOf(names: readonly string[], overrides: Partial<PlannedEach> = {}): PlannedEach {
  return {
    items: () => names.map((name) => ({ name, inputs: { name } })),
    list: () => [...names],
    ramp: 'doubling',
    maxFailures: { kind: 'count', count: 0 },
    ...overrides,
  };
}

export function fanStep(each: PlannedEach, overrides: Partial<PlannedStep> = {}): PlannedStep {
  return aPlannedStep(FAN, {
    uses: 'runbook.start',
    resolve: () => ({ runbook: 'R-CHILD', inputs: {} }),
    each,
    ...overrides,
  });
}

/** A run that has one effect for one item and then comes to a verdict, which `outside.results.get('verdict')` says. */
export const aChildPlan = (overrides: Partial<Plan> = {}) => ({
  ...aPlan([[aPlannedStep('inner', { uses: 'test.probe', repeat: 'probe' })], [aPlannedStep('verdict')]]),
  id: 'R-CHILD',
  hash: 'c'.repeat(64),
  ...overrides,
});
