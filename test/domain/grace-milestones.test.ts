import { expect, test } from 'vitest';
import { dueMilestone, milestonesOf, nextMilestoneAt } from '../../src/domain/grace-milestones.ts';
import { HOUR, NOON } from '../support/builders.ts';

const inHours = (hours: number) => new Date(NOON.getTime() + hours * HOUR);
const grace = (hours: number) => ({ retiringAt: NOON, graceEndsAt: inHours(hours) });
const told = (hours: number) => milestonesOf(grace(hours)).map(({ template, at }) => [template, at]);

test.each([
  [72, ['grace-began', 'grace-24h', 'grace-1h', 'grace-over'], [0, 48, 71, 72]],
  [24, ['grace-began', 'grace-1h', 'grace-over'], [0, 23, 24]],
  [4, ['grace-began', 'grace-1h', 'grace-over'], [0, 3, 4]],
  [1, ['grace-began', 'grace-over'], [0, 1]],
  [0.5, ['grace-began', 'grace-over'], [0, 0.5]],
])('a grace of %d hours is announced in good time (S3-19)', (hours, templates, at) => {
  expect(told(hours)).toEqual(templates.map((template, index) => [template, inHours(at[index] ?? 0)]));
});

test('after a stop people hear how it stands now, once, and not everything that was missed', () => {
  expect(dueMilestone(grace(72), inHours(71.5))?.template).toBe('grace-1h');
  expect(dueMilestone(grace(72), inHours(90))?.template).toBe('grace-over');
  expect(dueMilestone(grace(72), inHours(-1))).toBeNull();
});

test('the next look is at the next announcement, and there is none after the end', () => {
  expect(nextMilestoneAt(grace(72), NOON)).toEqual(inHours(48));
  expect(nextMilestoneAt(grace(72), inHours(48))).toEqual(inHours(71));
  expect(nextMilestoneAt(grace(72), inHours(72))).toBeNull();
});
