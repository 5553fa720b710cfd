import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WEEKDAYS, type Window } from '../../src/domain/key-class.ts';
import { freezeAt, nextStart, type StartRules } from '../../src/domain/windows.ts';

const MINUTE = 60_000;
const SEARCHED = 9 * 24 * 60;
const AROUND = 4 * 60;

/** Zones and nights on which their clocks are changed: by an hour, by half of one, at midnight, or never. */
const CHANGES: readonly (readonly [string, readonly string[]])[] = [
  ['Europe/Berlin', ['2027-03-28T01:00Z', '2027-10-31T01:00Z']],
  ['America/New_York', ['2027-03-14T07:00Z', '2027-11-07T06:00Z']],
  ['Australia/Lord_Howe', ['2027-04-03T15:00Z', '2027-10-02T15:30Z']],
  ['Africa/Cairo', ['2027-04-29T22:00Z', '2027-10-28T21:00Z']],
  ['America/Santiago', ['2027-04-04T03:00Z', '2027-09-05T04:00Z']],
  ['Pacific/Chatham', ['2027-04-03T14:00Z', '2027-09-25T14:00Z']],
  ['Asia/Kathmandu', ['2027-06-01T00:00Z']],
  ['UTC', ['2027-03-28T01:00Z']],
];

const clock = fc.integer({ min: 0, max: 24 * 12 }).map((fives) => clockText(fives * 5));
const window: fc.Arbitrary<Window> = fc
  .tuple(fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1, maxLength: 5 }), clock, clock)
  .filter(([, a, b]) => a !== b)
  .map(([days, a, b]) => (a < b ? { days, from: a, to: b } : { days, from: b, to: a }));

const situation = fc
  .constantFrom(...CHANGES)
  .chain(([timeZone, changes]) => fc.tuple(fc.constant(timeZone), fc.constantFrom(...changes)))
  .chain(([timeZone, change]) => {
    const around = (minutes: number) =>
      fc.integer({ min: -minutes, max: minutes }).map((off) => new Date(Date.parse(change) + off * MINUTE));
    // On the wall of a zone that is not asked: near the change, whatever the zone.
    const wall = around(16 * 60).map((at) => wallTexts(timeZone).minuteOf(at));
    const freeze = fc
      .tuple(wall, wall)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => (a < b ? { name: 'f', from: a, to: b } : { name: 'f', from: b, to: a }));
    return fc.record({
      at: around(20 * 60),
      rules: fc.record<StartRules>({
        timeZone: fc.constant(timeZone),
        environment: fc.constant('production'),
        windows: fc.array(window, { maxLength: 3 }),
        freezes: fc.array(freeze, { maxLength: 2 }),
      }),
    });
  });

it('finds the minute that a walk along the wall clock finds, on the nights when clocks are changed', () => {
  fc.assert(
    fc.property(situation, ({ at, rules }) => {
      const walked = walk(at, rules);
      const found = nextStart(at, rules);
      if (walked === null) expect(found.at.getTime()).toBeGreaterThan(at.getTime() + (SEARCHED - 1) * MINUTE);
      else expect(found.at.toISOString()).toBe(walked.toISOString());
      expect(found.held === null).toBe(found.at.getTime() === at.getTime());
      expect(freezeAt(found.at, rules)).toBeNull();
    }),
    { numRuns: 80 },
  );
});

it('asked again at the start it named, names it again', () => {
  fc.assert(
    fc.property(situation, ({ at, rules }) => {
      const once = nextStart(at, rules);
      expect(nextStart(once.at, rules)).toEqual({ at: once.at, held: null });
    }),
    { numRuns: 200 },
  );
});

/** Independent of the code under test: reads the wall clock minute by minute from Intl and never reckons with offsets. */
function walk(at: Date, { windows, freezes, timeZone }: StartRules): Date | null {
  const texts = wallTexts(timeZone);
  const shown: { minute: string; day: string }[] = [];
  for (let minute = -AROUND; minute < SEARCHED + AROUND; minute++) {
    const instant = new Date(at.getTime() + minute * MINUTE);
    shown.push({ minute: texts.minuteOf(instant), day: texts.dayOf(instant) });
  }
  const highest = scan(
    shown.map(({ minute }) => minute),
    (text, best) => text > best,
  );
  const lowest = scan(shown.map(({ minute }) => minute).reverse(), (text, best) => text < best).reverse();
  for (let index = AROUND; index < SEARCHED + AROUND; index++) {
    const { minute, day } = shown[index] ?? { minute: '', day: '' };
    const isHeld = freezes.some(({ from, to }) => (highest[index] ?? '') >= from && (lowest[index] ?? '') < to);
    const time = minute.slice(11);
    const isOpen =
      windows.length === 0 ||
      windows.some((one) => one.days.some((name) => name === day) && one.from <= time && time < one.to);
    if (!isHeld && isOpen) return new Date(at.getTime() + (index - AROUND) * MINUTE);
  }
  return null;
}

function scan(texts: readonly string[], isBetter: (text: string, best: string) => boolean): string[] {
  let best = texts[0] ?? '';
  return texts.map((text) => {
    if (isBetter(text, best)) best = text;
    return best;
  });
}

const made = new Map<string, ReturnType<typeof makeTexts>>();

function wallTexts(timeZone: string) {
  const known = made.get(timeZone) ?? makeTexts(timeZone);
  made.set(timeZone, known);
  return known;
}

function makeTexts(timeZone: string) {
  // Swedish dates are written as ISO writes them.
  const minute = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short' });
  return {
    minuteOf: (at: Date) => minute.format(at).replace(' ', 'T'),
    dayOf: (at: Date) => day.format(at).toLowerCase(),
  };
}

function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
