import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extendedGrace, graceEnd, graceMs } from '../../src/domain/grace.ts';
import { RotationMode } from '../../src/domain/rotation.ts';
import { Refusal } from '../../src/errors.ts';
import { isUsable, verdictOn } from '../../src/providers/verify-key.ts';
import { aClassRule, aKey, HOUR, MINUTE, NOON } from '../support/builders.ts';

const at = (minutes: number) => new Date(NOON.getTime() + minutes * MINUTE);
const orRefused = <T>(work: () => T): T | 'refused' => {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return 'refused';
    throw error;
  }
};

// The rules of design/keys.md once more, as the sets of minutes that may be asked for.
const ALLOWED: Record<RotationMode, (minutes: number, longestHours: number) => boolean> = {
  planned: (minutes, longestHours) => minutes >= 60 && minutes <= 168 * 60 && minutes <= longestHours * 60,
  expired: (minutes) => minutes === 0,
  exploited: (minutes) => minutes === 0,
  suspected: (minutes) => minutes >= 1 && minutes <= 60,
  extended: (minutes) => minutes >= 1 && minutes <= 240,
};

test('exactly the hours that the mode and the class allow are granted, and as many as were asked for (S1-02)', () => {
  const minutes = fc.oneof(fc.integer({ min: -60, max: 300 }), fc.integer({ min: 0, max: 200 * 60 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...RotationMode.options),
      minutes,
      fc.integer({ min: 1, max: 200 }),
      (mode, asked, longest) => {
        const rule = aClassRule({ graceHours: { default: 1, longest } });
        const granted = orRefused(() => graceMs({ mode, hours: asked / 60, rule }));
        if (ALLOWED[mode](asked, longest)) expect(granted).toBe(asked * MINUTE);
        else expect(granted).toBe('refused');
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a grace lasts for the minutes that were granted and in which the key still lives, and for no other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: -50, max: 350 }), (granted, life) => {
      const alive = Array.from({ length: granted }, (_, minute) => minute).filter((minute) => minute < life);
      expect(graceEnd(NOON, granted * MINUTE, { expiresAt: at(life) })).toEqual(at(alive.length));
    }),
  );
});

/** Minutes after which an extended grace ends, found by trying each one against each rule by itself. */
function longestEnd(of: { original: number; life: number; now: number }): number | null {
  for (let end = 168 * 60; end > Math.max(of.original, of.now); end--) {
    const added = end - Math.max(of.original, of.now);
    if (2 * added <= of.original && end <= of.life) return end;
  }
  return null;
}

test('an extension is granted if and only if it is short enough, in all not too long, and within the life of the key (S3-21)', () => {
  const grace = fc.record({
    original: fc.integer({ min: 1, max: 168 * 60 }),
    life: fc.integer({ min: 1, max: 200 * 60 }),
    now: fc.integer({ min: 0, max: 200 * 60 }),
    asked: fc.integer({ min: -5, max: 90 * 60 }),
  });
  fc.assert(
    fc.property(grace, ({ original, life, now, asked }) => {
      fc.pre(life >= original);
      const key = aKey({ state: 'retiring', retiringAt: NOON, graceEndsAt: at(original), expiresAt: at(life) });
      const granted = orRefused(() => extendedGrace(key, { mode: 'planned', hours: asked / 60, now: at(now) }));
      const longest = longestEnd({ original, life, now });
      const wanted = Math.max(original, now) + asked;
      if (asked > 0 && longest !== null && wanted <= longest && granted !== 'refused')
        expect(Math.abs(granted.getTime() - at(wanted).getTime())).toBeLessThan(2);
      else expect([granted, asked > 0 && longest !== null && wanted <= longest]).toEqual(['refused', false]);
    }),
    { numRuns: 2_000 },
  );
});

test('before the grace the old key is accepted, in it both are, after it only the new one (S1-01)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 168 * 60 }), fc.integer({ min: -500, max: 200 * 60 }), (minutes, moment) => {
      const now = at(moment);
      const graceEndsAt = graceEnd(NOON, minutes * MINUTE, { expiresAt: null });
      const begun = moment >= 0;
      const old = aKey(
        begun
          ? { state: 'retiring', retiringAt: NOON, graceEndsAt, expiresAt: null }
          : { state: 'active', expiresAt: null },
      );
      const replacement = aKey({ version: 4, state: begun ? 'active' : 'pending', expiresAt: null });
      const phase = moment < 0 ? 'before' : moment < minutes ? 'grace' : 'after';
      const accepted = [old, replacement].map((key) => isUsable(verdictOn(key, now)));
      expect([phase, ...accepted]).toEqual(
        { before: ['before', true, false], grace: ['grace', true, true], after: ['after', false, true] }[phase],
      );
    }),
  );
});

test('a grace is whole minutes, whatever fraction of an hour was asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 168, noNaN: true }), (hours) => {
      const granted = graceMs({ mode: 'planned', hours, rule: aClassRule() });
      expect(granted % MINUTE).toBe(0);
      expect(Math.abs(hours * HOUR - granted)).toBeLessThanOrEqual(MINUTE / 2);
      expect(granted).toBeLessThanOrEqual(168 * HOUR);
    }),
  );
});
