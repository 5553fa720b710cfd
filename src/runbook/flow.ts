import type { OnFailure } from '../domain/plan.ts';
import type { ScopeTypes, VisibleStep } from './scope.ts';
import type { ValueType } from './types.ts';

export interface Passed {
  id: string;
  outputs: ValueType;
  /** The parts of its `when`. */
  facts: readonly string[];
  onFailure: OnFailure;
}

/** Follows the steps in the order in which they run, and knows at each place what came before and how sure it is to be there. */
export interface Flow {
  /** Before a stage: what its steps may look at. */
  enter: (stepIds: readonly string[]) => ScopeTypes;
  /** After a stage. */
  leave: (passed: readonly Passed[]) => void;
  /** A run can end before any of its steps: what runs in every case can rely on none of them. */
  enterFinally: () => void;
}

export function startFlow(inputs: ValueType, everyStep: readonly string[] | null): Flow {
  const visible = new Map<string, VisibleStep>();
  const uncertain = new Set<string>();
  const jumps: { target: string; over: string[] }[] = [];
  return {
    enter: (stepIds) => {
      const landed = jumps.filter((jump) => stepIds.includes(jump.target));
      for (const id of landed.flatMap((jump) => jump.over)) uncertain.add(id);
      return {
        roots: new Map([['inputs', inputs]]),
        steps: new Map(visible),
        uncertain: new Set(uncertain),
        everyStep,
        facts: [],
      };
    },
    leave: (passed) => {
      const ids = passed.map((step) => step.id);
      for (const jump of jumps) jump.over.push(...ids);
      for (const { id, outputs, facts, onFailure } of passed) {
        visible.set(id, { outputs, when: facts });
        if (onFailure.kind === 'continue' || onFailure.kind === 'ask') uncertain.add(id);
        // A failure here goes on at the target: there, this step and all between may have no outputs.
        if (onFailure.kind === 'step') jumps.push({ target: onFailure.step, over: [...ids] });
      }
    },
    enterFinally: () => {
      for (const id of visible.keys()) uncertain.add(id);
    },
  };
}
