import type { RunId } from './ids.ts';
import type { RunOutcome } from './run.ts';

/** How many runs of one `each` are under way: waves of 1, 2, 4 … that each begin when the one before has ended, or so many at once. */
export type Ramp = 'doubling' | number;

/** How many items may fail before no more are started. */
export type MaxFailures = { kind: 'count'; count: number } | { kind: 'percent'; percent: number };

/** More than this is no list that anybody watches. */
export const MOST_ITEMS = 1_000;

/** One item of a list, and the run that takes care of it. */
export interface FanOutItem {
  /** From 1, in the order of the list. */
  index: number;
  /** What people call it: the slug of a key, or the text itself. */
  name: string;
  /** Of what its run is given: by it the same item is known again when the step is tried again. */
  inputsHash: string;
  /** The generation of the step in which it was begun last. */
  tried: number | null;
  run: RunId | null;
  /** That run was open for the key already: it is waited for, and is not this step's to cancel. */
  joined: boolean;
  outcome: ItemOutcome | null;
  /** Why it failed or was not started. */
  why: string | null;
}

/** With how its run has ended by now; null while that runs, and where there is none. */
export type ItemNow = FanOutItem & { ended: RunOutcome | null };

export type ItemOutcome = RunOutcome | 'not_started';

/** What changes for some items at once. */
export interface FanOutChange {
  ended: { index: number; name: string; outcome: ItemOutcome; why: string | null }[];
  started: { index: number; name: string; run: RunId; joined: boolean }[];
}

export interface FanOutRules {
  ramp: Ramp;
  maxFailures: MaxFailures;
  /** Of the step: each one ramps up anew. */
  generation: number;
}

/**
 * What comes next of a fan-out: the items to start now, or those that are not started any more because too many have failed. Both are empty
 * while the ramp has no room, and when there is nothing left to start.
 */
export function nextItems(
  items: readonly FanOutItem[],
  rules: FanOutRules,
): { start: FanOutItem[]; giveUp: FanOutItem[] } {
  const open = items.filter((item) => item.run === null && item.outcome === null);
  if (tooManyFailed(items, rules.maxFailures)) return { start: [], giveUp: open };
  return { start: open.slice(0, roomIn(items, rules)), giveUp: [] };
}

function roomIn(items: readonly FanOutItem[], { ramp, generation }: FanOutRules): number {
  const running = items.filter(isRunning).length;
  if (ramp !== 'doubling') return Math.max(0, ramp - running);
  // After waves of 1, 2, 4 … the next one is as large as all before it together, and one.
  return running > 0 ? 0 : items.filter((item) => item.tried === generation).length + 1;
}

export function isRunning(item: FanOutItem): boolean {
  return item.run !== null && item.outcome === null;
}

export function hasFailed({ outcome }: Pick<FanOutItem, 'outcome'>): boolean {
  return outcome === 'failed' || outcome === 'cancelled';
}

export function tooManyFailed(items: readonly FanOutItem[], maxFailures: MaxFailures): boolean {
  return items.filter(hasFailed).length > allowedFailures(items.length, maxFailures);
}

function allowedFailures(all: number, max: MaxFailures): number {
  return max.kind === 'count' ? max.count : Math.floor((all * max.percent) / 100);
}

export function allEnded(items: readonly FanOutItem[]): boolean {
  return items.every((item) => item.outcome !== null);
}

/** The items with what happened to some of them. */
export function changed(items: readonly FanOutItem[], change: FanOutChange, generation: number): FanOutItem[] {
  const ended = new Map(change.ended.map(({ index, ...end }) => [index, end]));
  const started = new Map(change.started.map(({ index, ...start }) => [index, { ...start, tried: generation }]));
  return items.map((item) => ({ ...item, ...started.get(item.index), ...ended.get(item.index) }));
}

/**
 * The items of a new generation. What has succeeded before, or still runs, is not started again; but when all of it had ended well, a
 * person who wants the step once more wants all of it. The same item twice in a list is one.
 */
export function plannedItems(
  list: readonly Pick<FanOutItem, 'name' | 'inputsHash'>[],
  before: readonly ItemNow[],
  maxFailures: MaxFailures,
): FanOutItem[] {
  const hadEndedWell = allEnded(before) && !tooManyFailed(before, maxFailures);
  const standing = hadEndedWell ? [] : before.map(asItStands);
  const kept = standing.filter((item) => item.outcome === 'succeeded' || isRunning(item));
  const known = new Map(kept.map((item) => [item.inputsHash, item]));
  const first = new Map(list.map((item, at): [string, number] => [item.inputsHash, at]).reverse());
  const unique = list.filter((item, at) => first.get(item.inputsHash) === at);
  return unique.map(({ name, inputsHash }, at) => {
    const fresh = { tried: null, run: null, joined: false, outcome: null, why: null };
    return { ...(known.get(inputsHash) ?? fresh), index: at + 1, name, inputsHash };
  });
}

/** A run that had failed may have been opened again by a person since it was counted: what it is now counts. */
function asItStands({ ended, ...item }: ItemNow): FanOutItem {
  return item.run === null ? item : { ...item, outcome: ended, why: ended === item.outcome ? item.why : null };
}

/** `7 of 20 done, 1 failed, 4 running`: what people read while it goes on, and afterwards. */
export function tallyText(items: readonly FanOutItem[]): string {
  const count = (counts: (item: FanOutItem) => boolean) => items.filter(counts).length;
  const parts = [
    [count(hasFailed), 'failed'],
    [count(isRunning), 'running'],
    [count(({ outcome }) => outcome === 'not_started'), 'not started'],
  ] as const;
  const said = parts.flatMap(([many, what]) => (many === 0 ? [] : [`${many} ${what}`]));
  return [`${count(({ outcome }) => outcome === 'succeeded')} of ${items.length} done`, ...said].join(', ');
}

const NAMED = 3;

/** Why a fan-out as a whole failed, with the first items that did. */
export function failureText(items: readonly FanOutItem[], maxFailures: MaxFailures): string {
  const failed = items.filter(hasFailed);
  const named = failed.slice(0, NAMED).map((item) => `${item.name}: ${(item.why ?? 'failed').replace(/\.$/, '')}`);
  const more = failed.length > NAMED ? `; and ${failed.length - NAMED} more` : '';
  const allowed = allowedFailures(items.length, maxFailures);
  return `${tallyText(items)}, and max_failures allows ${allowed}. ${named.join('; ')}${more}.`;
}
