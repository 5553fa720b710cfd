import { expect } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import type { JsonObject, Waiting } from '../../src/domain/run.ts';
import type { StepContext, StepKind, StepResult } from '../../src/steps/contract.ts';
import { CANARY, type StepWorld } from './a-step-context.ts';
import { aStep } from './builders.ts';

/** Runs one step as the engine would: input and outputs through their schemas, events into the ledger, and no secret in either. */
export async function play(world: StepWorld, kind: StepKind, input: JsonObject): Promise<StepResult> {
  return recorded(world, kind, await kind.perform(kind.with.parse(input), world.context));
}

export async function resume(
  world: StepWorld,
  kind: StepKind,
  waited: { input: JsonObject; waiting: Waiting },
): Promise<StepResult> {
  if (kind.resume === undefined) throw new Error(`${kind.uses} cannot be resumed`);
  const result = await kind.resume(kind.with.parse(waited.input), withWaiting(world.context, waited.waiting));
  return recorded(world, kind, result);
}

/** Goes on at once where a step only waits for its events to be recorded. */
export async function playThrough(world: StepWorld, kind: StepKind, input: JsonObject): Promise<StepResult> {
  let result = await play(world, kind, input);
  while (result.kind === 'wait') result = await resume(world, kind, { input, waiting: result.waiting });
  return result;
}

export async function probe(
  world: StepWorld,
  kind: StepKind,
  input: JsonObject,
): Promise<StepResult | 'did_not_happen'> {
  if (kind.probe === undefined) throw new Error(`${kind.uses} has no probe`);
  const result = await kind.probe(kind.with.parse(input), world.context);
  return result === 'did_not_happen' ? result : recorded(world, kind, result);
}

export async function undo(
  world: StepWorld,
  kind: StepKind,
  done: { input: JsonObject; outputs: JsonObject | null },
): Promise<LedgerEvent[]> {
  if (kind.undo.kind !== 'undo') throw new Error(`${kind.uses} has no undo`);
  const events = await kind.undo.undo(Object.assign(Object.create(world.context), done));
  if (!Array.isArray(events)) throw new Error(`${kind.uses} is not taken back yet`);
  expectNoSecretIn(events);
  world.ledger.apply(events, world.context.now());
  return events;
}

/** The result, when it is what the test needs to go on with. */
export function done(result: StepResult): JsonObject {
  if (result.kind !== 'done') throw new Error(`expected the step to be done, it is: ${JSON.stringify(result)}`);
  return result.outputs;
}

export function waiting(result: StepResult): Waiting {
  if (result.kind !== 'wait') throw new Error(`expected the step to wait, it is: ${JSON.stringify(result)}`);
  return result.waiting;
}

export function failure(result: StepResult): string {
  if (result.kind !== 'failed') throw new Error(`expected the step to fail, it is: ${JSON.stringify(result)}`);
  return result.error;
}

export const typesOf = (events: readonly LedgerEvent[]) => events.map((event) => event.type);

function recorded(world: StepWorld, kind: StepKind, result: StepResult): StepResult {
  expectNoSecretIn(result);
  if (result.kind === 'done') expect(kind.outputs.parse(result.outputs)).toEqual(result.outputs);
  world.ledger.apply(result.events, world.context.now());
  if (result.kind === 'done') keep(world, result.outputs);
  return result;
}

function keep(world: StepWorld, outputs: JsonObject): void {
  const { run, step } = world.context;
  const record = aStep(step.id, { state: 'done', outputs });
  world.ledger.apply([{ type: 'step_recorded', run: run.id, record }], world.context.now());
}

export function expectNoSecretIn(value: unknown): void {
  expect(JSON.stringify(value)).not.toContain(CANARY);
}

// The context has getters that look at the ledger as it is now; a spread would freeze them.
function withWaiting(context: StepContext, waitingFor: Waiting): StepContext & { waiting: Waiting } {
  return Object.assign(Object.create(context), { waiting: waitingFor });
}
