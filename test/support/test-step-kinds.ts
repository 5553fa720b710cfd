import { z } from 'zod';
import type { StepContext, StepKind, StepResult } from '../../src/steps/contract.ts';
import { defineStep } from '../../src/steps/contract.ts';

/** What is outside of Rekey and outlives its processes: how often each token had its effect, and what was taken back. */
export interface Outside {
  effects: Map<string, number>;
  undone: string[];
  /** The same by token, with the input that each was taken back by. */
  undoneBy: { token: string; input: unknown }[];
  /** Called inside a step's attempt, before its effect; it may throw or hang. */
  before: (step: string, context: StepContext) => void | Promise<void>;
  /** After the effect and before the attempt returns: an answer that gets lost on the way. */
  after: (step: string, context: StepContext) => void | Promise<void>;
  beforeUndo: (step: string) => void | Promise<void>;
  /** What the steps return instead of `done`, by step. */
  results: Map<string, (context: StepContext) => StepResult>;
  resumed: string[];
}

export function anOutside(): Outside {
  return {
    effects: new Map(),
    undone: [],
    undoneBy: [],
    before: () => {},
    after: () => {},
    beforeUndo: () => {},
    results: new Map(),
    resumed: [],
  };
}

/** Counts one more effect of this step's token; the steps themselves never look whether there was one before. */
async function effect(outside: Outside, context: StepContext): Promise<StepResult> {
  const { id, token } = context.step;
  await outside.before(id, context);
  outside.effects.set(token, (outside.effects.get(token) ?? 0) + 1);
  await outside.after(id, context);
  return outside.results.get(id)?.(context) ?? { kind: 'done', outputs: { token }, events: [] };
}

export function testStepKinds(outside: Outside): StepKind[] {
  const common = {
    summary: 'Has an effect that is counted.',
    with: z.object({}),
    outputs: z.object({ token: z.string().optional() }),
    effect: 'writes',
    timeoutMs: 10_000,
    rehearsal: 'real',
    perform: async (_input: unknown, context: StepContext) => effect(outside, context),
    resume: async (_input: unknown, context: StepContext): Promise<StepResult> => {
      await outside.before(context.step.id, context);
      outside.resumed.push(context.step.id);
      return { kind: 'done', outputs: { token: context.step.token }, events: [] };
    },
  } as const;
  const nothing = { kind: 'nothing', why: 'A test.' } as const;
  const undo = {
    kind: 'undo',
    summary: 'Takes it back.',
    undo: async ({ step, input }: StepContext & { input: unknown }) => {
      await outside.beforeUndo(step.id);
      outside.undone.push(step.id);
      outside.undoneBy.push({ token: step.token, input });
      return [];
    },
  } as const;
  return [
    defineStep({ ...common, uses: 'test.safe', repeat: 'safe', undo: nothing }),
    defineStep({ ...common, uses: 'test.undoable', repeat: 'safe', undo }),
    defineStep({ ...common, uses: 'test.ask', repeat: 'ask', undo: nothing }),
    defineStep({ ...common, uses: 'test.final', repeat: 'safe', undo: { kind: 'point_of_no_return', why: 'A test.' } }),
    defineStep({
      ...common,
      uses: 'test.probe',
      repeat: 'probe',
      undo: nothing,
      probe: async (_input, { step }) =>
        outside.effects.has(step.token)
          ? { kind: 'done', outputs: { token: step.token }, events: [] }
          : 'did_not_happen',
    }),
  ];
}
