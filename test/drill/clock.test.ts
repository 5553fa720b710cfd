import { expect, test } from 'vitest';
import { openDrillClock } from '../../src/drill/clock.ts';
import { NOON } from '../support/builders.ts';

const HOUR_MS = 3_600_000;

function aClock() {
  let machineMs = 5_000_000;
  const clock = openDrillClock(NOON, () => machineMs);
  return {
    clock,
    tick: (ms: number) => {
      machineMs += ms;
    },
    machine: () => machineMs,
  };
}

test('begins where it is told to, and ticks as the machine does', () => {
  const { clock, tick } = aClock();
  tick(250);
  expect(clock.now()).toEqual(new Date(NOON.getTime() + 250));
});

test('is set forward and never back', () => {
  const { clock, tick } = aClock();
  clock.travelTo(new Date(NOON.getTime() + HOUR_MS));
  clock.travelTo(NOON);
  tick(1_000);
  expect(clock.now()).toEqual(new Date(NOON.getTime() + HOUR_MS + 1_000));
  expect(clock.travelledMs()).toBe(HOUR_MS);
});

test('tells a queue that goes by the machine when an alarm has to ring', () => {
  const { clock, machine } = aClock();
  clock.travelTo(new Date(NOON.getTime() + HOUR_MS));
  expect(clock.onMachine(new Date(NOON.getTime() + HOUR_MS + 700)).getTime()).toBe(machine() + 700);
});
