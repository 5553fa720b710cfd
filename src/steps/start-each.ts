import { contentHash } from '../domain/canonical.ts';
import type { LedgerEvent } from '../domain/event.ts';
import {
  allEnded,
  changed,
  type FanOutChange,
  type FanOutItem,
  failureText,
  hasFailed,
  type ItemNow,
  isRunning,
  nextItems,
  plannedItems,
  tooManyFailed,
} from '../domain/fan-out.ts';
import { type RunId, StepId } from '../domain/ids.ts';
import type { Json, JsonObject, Run } from '../domain/run.ts';
import { PermanentFailure, Refusal, sentenceOf } from '../errors.ts';
import type { StepContext, StepResult } from './contract.ts';
import { keyRef } from './fields.ts';
import { runToJoin } from './join-run.ts';
import { assertPinned, endText, type Started } from './started-run.ts';

type EachContext = StepContext & { each: NonNullable<StepContext['each']> };

interface FanOut {
  what: Started;
  context: EachContext;
  /** The inputs of each item's run, by their hash. */
  inputs: ReadonlyMap<string, JsonObject>;
}

/** The list as it is for this generation, and the first runs of it. Nothing starts when too many could not. */
export async function beginEach(what: Started, context: EachContext): Promise<StepResult> {
  const list = context.each.items().map((one) => ({ ...one, inputsHash: hashOf(one.inputs) }));
  const fanOut = { what, context, inputs: new Map(list.map((one) => [one.inputsHash, one.inputs])) };
  const items = plannedItems(list, await itemsNow(context), context.each.maxFailures);
  await assertEnoughCanStart(fanOut, items);
  const planned: LedgerEvent = { type: 'fan_out_planned', ...placeOf(context), items };
  return goOn(fanOut, items, { events: [planned], ended: [] });
}

/** Counts the runs that have ended, and starts what there is room for. */
export async function countEach(what: Started, context: EachContext): Promise<StepResult> {
  const list = context.each.items().map(({ inputs }): [string, JsonObject] => [hashOf(inputs), inputs]);
  const items = await itemsNow(context);
  const ended: FanOutChange['ended'] = [];
  for (const item of items) {
    if (!isRunning(item) || item.ended === null) continue;
    const run = item.ended === 'succeeded' || item.run === null ? null : await context.ledger.run(item.run);
    const { index, name } = item;
    ended.push({ index, name, outcome: item.ended, why: run === null ? null : endText(run) });
  }
  return goOn({ what, context, inputs: new Map(list) }, items, { events: [], ended });
}

async function goOn(
  fanOut: FanOut,
  items: readonly FanOutItem[],
  { events, ended }: { events: LedgerEvent[]; ended: FanOutChange['ended'] },
): Promise<StepResult> {
  const { context } = fanOut;
  const { ramp, maxFailures } = context.each;
  const { generation } = context.step;
  const change: FanOutChange = { ended: [...ended], started: [] };
  const runs: Run[] = [];
  for (;;) {
    const now = changed(items, change, generation);
    const { start, giveUp } = nextItems(now, { ramp, maxFailures, generation });
    for (const { index, name } of giveUp)
      change.ended.push({ index, name, outcome: 'not_started', why: 'too many had failed before it' });
    for (const item of start) await startItem(fanOut, item, { change, runs });
    if (start.length === 0) break;
  }
  const moved: LedgerEvent[] =
    change.ended.length + change.started.length === 0
      ? []
      : [{ type: 'fan_out_moved', ...placeOf(context), generation, ...change }];
  const started = runs.map((run): LedgerEvent => ({ type: 'run_started', run }));
  return resultOf(changed(items, change, generation), context, [...events, ...started, ...moved]);
}

function resultOf(items: readonly FanOutItem[], { each }: EachContext, events: LedgerEvent[]): StepResult {
  if (!allEnded(items)) return { kind: 'wait', waiting: { kind: 'each', until: null }, events };
  if (tooManyFailed(items, each.maxFailures))
    return { kind: 'failed', error: failureText(items, each.maxFailures), events };
  const failed = items.filter(hasFailed).length;
  const shown = items.map(({ name, run, outcome }) => ({ name, run, outcome }));
  return { kind: 'done', outputs: { succeeded: items.length - failed, failed, items: shown }, events };
}

async function startItem(
  fanOut: FanOut,
  item: FanOutItem,
  { change, runs }: { change: FanOutChange; runs: Run[] },
): Promise<void> {
  const { index, name } = item;
  try {
    const child = await childOf(fanOut, item);
    const open = await runToJoin(fanOut.context, child);
    if (open === null) runs.push(child);
    change.started.push({ index, name, run: open ?? child.id, joined: open !== null });
  } catch (error) {
    if (!isClear(error)) throw error;
    change.ended.push({ index, name, outcome: 'failed', why: sentenceOf(error) });
  }
}

async function childOf({ what, context, inputs }: FanOut, item: FanOutItem): Promise<Run> {
  assertPinned(what, context);
  const given = inputs.get(item.inputsHash);
  if (given === undefined)
    throw new PermanentFailure(`${item.name} is no longer in the list that ${context.step.id} began with.`);
  return context.childRun(what.runbook, given, item);
}

/** Better nothing than the first half: what would have to stop for too many failures does not begin. */
async function assertEnoughCanStart(fanOut: FanOut, items: readonly FanOutItem[]): Promise<void> {
  const refused = new Map<number, string>();
  for (const item of items.filter(({ run, outcome }) => run === null && outcome === null))
    await childOf(fanOut, item).catch((error) => {
      if (!isClear(error)) throw error;
      refused.set(item.index, sentenceOf(error));
    });
  const then = items.map((item): FanOutItem => {
    const why = refused.get(item.index);
    return why === undefined ? item : { ...item, outcome: 'failed', why };
  });
  const { maxFailures } = fanOut.context.each;
  if (refused.size === 0 || !tooManyFailed(then, maxFailures)) return;
  throw new PermanentFailure(
    `Nothing was started, because ${refused.size} of ${items.length} cannot be: ${failureText(then, maxFailures)}`,
  );
}

function isClear(error: unknown): boolean {
  return error instanceof Refusal || error instanceof PermanentFailure;
}

function itemsNow({ ledger, run, step }: EachContext): Promise<ItemNow[]> {
  return ledger.fanOutItems(run.id, StepId.parse(step.id));
}

function placeOf({ run, step }: EachContext): { run: RunId; step: StepId } {
  return { run: run.id, step: StepId.parse(step.id) };
}

/** Without what changes on a key while nothing changes in what is to be done: it is the same item by its id. */
function hashOf(inputs: JsonObject): string {
  return contentHash(named(inputs));
}

function named(value: Json): Json {
  const ref = keyRef.safeParse(value);
  if (ref.success) return { key: ref.data.id };
  if (Array.isArray(value)) return value.map(named);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, named(inner)]));
}
