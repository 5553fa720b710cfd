import { expect, it } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { ROTATION_ENDS } from '../../src/domain/rotation.ts';
import { stuckBecause } from '../../src/domain/stuck-rotation.ts';
import { aRotation, daysAfter, minutesAfter, NOON } from '../support/builders.ts';

const run = RunId.parse('run-1');
const hours = (n: number) => minutesAfter(NOON, n * 60);
const under = { run, startedAt: NOON };
const ended = { ...under, graceEndsAt: hours(24), graceStartedAt: NOON };

it.each([
  ['was not begun a day after its time', aRotation({ scheduledAt: NOON }), hours(24)],
  ['waits for approval for a day', aRotation({ ...under, state: 'awaiting_approval' }), hours(24)],
  ['delivers for a day', aRotation({ ...under, state: 'distributing' }), hours(24)],
  ['is in a grace that was over an hour ago', aRotation({ ...ended, state: 'grace' }), hours(25)],
  ['waits for callers for three days', aRotation({ ...ended, state: 'usage_gate' }), hours(24 + 72)],
  ['proves for two hours', aRotation({ ...ended, state: 'proving', revokedAt: hours(24) }), hours(26)],
])('says so of a rotation that %s, and not before', (_what, rotation, patience) => {
  expect(stuckBecause(rotation, { finishedAt: null }, patience)).toBeNull();
  const late = minutesAfter(patience, 1);
  expect(stuckBecause(rotation, { finishedAt: null }, late)).toContain(`is ${rotation.state} and should have gone on`);
});

it('says so at once when its run has ended without it', () => {
  const rotation = aRotation({ ...under, state: 'verifying' });
  expect(stuckBecause(rotation, { finishedAt: NOON }, NOON)).toContain(
    'its run run-1 ended at 2027-03-10 12:00:00 UTC',
  );
});

it('never says so of one that has ended', () => {
  for (const state of ROTATION_ENDS)
    expect(stuckBecause(aRotation({ state, endedAt: NOON }), null, daysAfter(NOON, 900))).toBeNull();
});
