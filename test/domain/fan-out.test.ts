import { describe, expect, test } from 'vitest';
import {
  failureText,
  type ItemNow,
  nextItems,
  plannedItems,
  type Ramp,
  tallyText,
  tooManyFailed,
} from '../../src/domain/fan-out.ts';
import { RunId } from '../../src/domain/ids.ts';

const NONE = { kind: 'count', count: 0 } as const;

function anItem(index: number, overrides: Partial<ItemNow> = {}): ItemNow {
  const fresh = { tried: null, run: null, joined: false, outcome: null, why: null, ended: null };
  return { index, name: `item-${index}`, inputsHash: `hash-${index}`, ...fresh, ...overrides };
}

/** `srf.`: succeeded, running, failed, not begun. */
function itemsIn(states: string): ItemNow[] {
  return [...states].map((state, at) => {
    const run = state === '.' ? null : RunId.parse(`run-${at + 1}`);
    const outcome = state === 's' ? 'succeeded' : state === 'f' ? 'failed' : null;
    return { ...anItem(at + 1, { run, outcome, tried: run === null ? null : 1 }), ended: outcome };
  });
}

describe('what a fan-out does next', () => {
  test.each<[string, string, Ramp, string]>([
    ['begins with one', '.......', 'doubling', '1'],
    ['goes on with two', 's......', 'doubling', '2,3'],
    ['then four', 'sss....', 'doubling', '4,5,6,7'],
    ['or what is left', 'sss..', 'doubling', '4,5'],
    ['waits for the whole wave', 'srs....', 'doubling', ''],
    ['starts as many as may run', '.......', 3, '1,2,3'],
    ['fills up what has ended', 'srsr...', 3, '5'],
    ['waits while all are running', 'rrr....', 3, ''],
    ['has nothing to do at the end', 'sss', 3, ''],
  ])('%s: %s with %s', (_name, states, ramp, started) => {
    const { start, giveUp } = nextItems(itemsIn(states), { ramp, maxFailures: NONE, generation: 1 });
    expect(start.map((item) => item.index).join(',')).toBe(started);
    expect(giveUp).toEqual([]);
  });

  test('more failures than allowed give up the rest and leave what is running alone', () => {
    const next = nextItems(itemsIn('sfr..'), { ramp: 3, maxFailures: NONE, generation: 1 });
    expect(next.start).toEqual([]);
    expect(next.giveUp.map((item) => item.index)).toEqual([4, 5]);
  });

  test('as many failures as allowed stop nothing', () => {
    const next = nextItems(itemsIn('sfs..'), { ramp: 3, maxFailures: { kind: 'count', count: 1 }, generation: 1 });
    expect(next.start.map((item) => item.index)).toEqual([4, 5]);
  });

  test('a second try ramps up anew', () => {
    const items = itemsIn('ssss').concat([anItem(5), anItem(6)]);
    const next = nextItems(items, { ramp: 'doubling', maxFailures: NONE, generation: 2 });
    expect(next.start.map((item) => item.index)).toEqual([5]);
  });
});

test.each([
  [20, 10, 2, false],
  [20, 10, 3, true],
  // A share of a small list is rounded down: 20 % of 4 is none.
  [20, 4, 1, true],
  [100, 4, 4, false],
  [0, 4, 1, true],
])('%i %% of %i items allow %i failures: too many is %s', (percent, all, failed, tooMany) => {
  const items = itemsIn('f'.repeat(failed) + 's'.repeat(all - failed));
  expect(tooManyFailed(items, { kind: 'percent', percent })).toBe(tooMany);
});

describe('a second try', () => {
  const list = ['item-1', 'item-2', 'item-3', 'item-4'].map((name, at) => ({ name, inputsHash: `hash-${at + 1}` }));

  test('keeps what succeeded and what still runs, and begins the rest', () => {
    const before = [...itemsIn('sfr'), anItem(4, { outcome: 'not_started', why: 'too many had failed' })];
    const planned = plannedItems(list, before, NONE);
    expect(planned.map(({ run, outcome }) => [run, outcome])).toEqual([
      ['run-1', 'succeeded'],
      [null, null],
      ['run-3', null],
      [null, null],
    ]);
    const { ended: _, ...fresh } = anItem(4);
    expect(planned[3]).toEqual(fresh);
  });

  test('counts what a person has brought to a good end since', () => {
    const [first, second] = itemsIn('ff');
    if (first === undefined || second === undefined) throw new Error('two items are there');
    const planned = plannedItems(list.slice(0, 2), [{ ...first, ended: 'succeeded' }, second], NONE);
    expect(planned.map(({ run, outcome }) => [run, outcome])).toEqual([
      ['run-1', 'succeeded'],
      [null, null],
    ]);
  });

  test('knows an item again wherever it stands in a new list', () => {
    const planned = plannedItems(list.toReversed(), itemsIn('sffs'), NONE);
    expect(planned.map(({ index, name, run }) => [index, name, run])).toEqual([
      [1, 'item-4', 'run-4'],
      [2, 'item-3', null],
      [3, 'item-2', null],
      [4, 'item-1', 'run-1'],
    ]);
  });

  test('of what had ended well does all of it again', () => {
    expect(plannedItems(list, itemsIn('ssss'), NONE).every((item) => item.run === null)).toBe(true);
  });

  test('an item that stands in the list twice is one', () => {
    const planned = plannedItems([...list, ...list], [], NONE);
    expect(planned.map((item) => item.index)).toEqual([1, 2, 3, 4]);
  });
});

test('says in one sentence how far it is', () => {
  expect(tallyText(itemsIn('sssssssfrrrr........'))).toBe('7 of 20 done, 1 failed, 4 running');
  expect(tallyText([...itemsIn('s'), anItem(2, { outcome: 'not_started' })])).toBe('1 of 2 done, 1 not started');
  expect(tallyText([])).toBe('0 of 0 done');
});

test('names the first that failed, and why', () => {
  const failed = [1, 2, 3, 4].map((at) => anItem(at, { outcome: 'failed', why: `no ${at}.` }));
  expect(failureText(failed, { kind: 'count', count: 1 })).toBe(
    '0 of 4 done, 4 failed, and max_failures allows 1. item-1: no 1; item-2: no 2; item-3: no 3; and 1 more.',
  );
});
