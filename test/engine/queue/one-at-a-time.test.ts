import { expect, test, vi } from 'vitest';
import { oneAtATime } from '../../../src/engine/queue/one-at-a-time.ts';
import { aSlowAdvance } from './world.ts';

test('a run taken while it is in hand goes round once more, however often it was taken', async () => {
  const slow = aSlowAdvance();
  const hands = oneAtATime(slow.advance, () => {});

  const first = hands.take('run-a');
  await Promise.all([hands.take('run-a'), hands.take('run-a'), hands.take('run-a')]);
  expect(slow.calls).toHaveLength(1);
  slow.letGo();
  await vi.waitFor(() => expect(slow.calls).toHaveLength(2));
  slow.letGo();
  await first;

  expect(slow.calls).toHaveLength(2);
  expect(hands.count()).toBe(0);
});

test('an execution that throws is reported, and the run can be taken again', async () => {
  const errors: unknown[] = [];
  let executions = 0;
  const hands = oneAtATime(
    async () => {
      executions += 1;
      throw new Error('no');
    },
    (error) => errors.push(error),
  );

  await hands.take('run-a');
  await hands.take('run-a');

  expect(executions).toBe(2);
  expect(errors).toEqual([new Error('no'), new Error('no')]);
});

test('when it is told to stop, the run in hand ends and goes round no more', async () => {
  const slow = aSlowAdvance();
  const hands = oneAtATime(slow.advance, () => {});
  const first = hands.take('run-a');
  await hands.take('run-a');

  hands.stop();
  slow.letGo();
  await first;

  expect(slow.calls).toHaveLength(1);
});
