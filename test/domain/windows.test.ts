import { describe, expect, it } from 'vitest';
import type { Window } from '../../src/domain/key-class.ts';
import { freezeAt, nextStart, type StartRules } from '../../src/domain/windows.ts';

const BERLIN = 'Europe/Berlin';
const WORKDAYS: Window = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' };
const NIGHT: Window = { days: ['sun'], from: '02:00', to: '02:30' };
const YEAR_END = { name: 'year end', from: '2026-12-20T18:00', to: '2027-01-04T08:00' };

function rules(overrides: Partial<StartRules> = {}): StartRules {
  return { windows: [], freezes: [], timeZone: BERLIN, environment: 'production', ...overrides };
}

function start(at: string, overrides: Partial<StartRules>) {
  const next = nextStart(new Date(at), rules(overrides));
  return [next.at.toISOString(), next.held];
}

describe('when a planned rotation may begin', () => {
  it('begins at once where there are neither windows nor freezes', () => {
    expect(start('2026-11-21T11:32:07.123Z', {})).toEqual(['2026-11-21T11:32:07.123Z', null]);
  });

  it('begins at once inside a window, to the millisecond', () => {
    expect(start('2026-11-20T15:59:59.999Z', { windows: [WORKDAYS] })).toEqual(['2026-11-20T15:59:59.999Z', null]);
  });

  it('waits from the end of the last window over the weekend, and says for what', () => {
    expect(start('2026-11-20T16:00:00Z', { windows: [WORKDAYS] })).toEqual([
      '2026-11-23T08:00:00.000Z',
      'the windows mon tue wed thu fri 09:00-17:00',
    ]);
  });

  it('waits for the end of a freeze and then for a window, and names both', () => {
    expect(start('2026-12-24T12:00:00Z', { windows: [WORKDAYS], freezes: [YEAR_END] })).toEqual([
      '2027-01-04T08:00:00.000Z',
      'the freeze "year end" and the windows mon tue wed thu fri 09:00-17:00',
    ]);
  });

  it('takes no notice of a freeze of another environment', () => {
    const freezes = [{ ...YEAR_END, environments: ['production'] }];
    expect(freezeAt(new Date('2026-12-24T12:00:00Z'), rules({ freezes, environment: 'staging' }))).toBeNull();
    expect(freezeAt(new Date('2026-12-24T12:00:00Z'), rules({ freezes }))).not.toBeNull();
  });

  it('reads a freeze on the clock of the team, its first minute included and its last one not', () => {
    const at = (instant: string) => freezeAt(new Date(instant), rules({ freezes: [YEAR_END] }))?.name ?? null;
    expect(at('2026-12-20T16:59:59.999Z')).toBeNull();
    expect(at('2026-12-20T17:00:00.000Z')).toBe('the freeze "year end"');
    expect(at('2027-01-04T06:59:59.999Z')).toBe('the freeze "year end"');
    expect(at('2027-01-04T07:00:00.000Z')).toBeNull();
  });

  it('does not open a window whose hours summer time leaves out, but a week later', () => {
    expect(start('2027-03-27T12:00:00Z', { windows: [NIGHT] })[0]).toBe('2027-04-04T00:00:00.000Z');
  });

  it('opens a window of which summer time leaves out the beginning when the clock has jumped', () => {
    const windows: Window[] = [{ days: ['sun'], from: '02:30', to: '04:00' }];
    expect(start('2027-03-27T12:00:00Z', { windows })[0]).toBe('2027-03-28T01:00:00.000Z');
  });

  it('opens a window twice on the night on which its hour comes twice', () => {
    expect(start('2027-10-31T00:10:00Z', { windows: [NIGHT] })[0]).toBe('2027-10-31T00:10:00.000Z');
    expect(start('2027-10-31T00:30:00Z', { windows: [NIGHT] })[0]).toBe('2027-10-31T01:00:00.000Z');
  });

  it('keeps a freeze closed through the hour that comes twice', () => {
    const freezes = [{ name: 'night', from: '2027-10-31T02:30', to: '2027-10-31T02:40' }];
    expect(start('2027-10-31T00:30:00Z', { freezes })[0]).toBe('2027-10-31T01:40:00.000Z');
    expect(start('2027-10-31T00:29:00Z', { freezes })[0]).toBe('2027-10-31T00:29:00.000Z');
  });

  it('refuses, with a sentence that says why, when nothing opens within 400 days', () => {
    const forever = { name: 'until further notice', from: '2026-01-01T00:00', to: '2029-01-01T00:00' };
    expect(() => start('2026-11-21T00:00:00Z', { freezes: [forever] })).toThrow(
      expect.objectContaining({
        code: 'never_opens',
        message: expect.stringContaining('the freeze "until further notice"'),
      }),
    );
  });
});
