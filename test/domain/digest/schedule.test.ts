import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysDueSince, lastDigestDue, nextDigestDue } from '../../../src/domain/digest/schedule.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { aPolicy } from '../../support/builders.ts';

function rules(zone: string, digest: object = {}) {
  const policy = aPolicy();
  return { team: { ...policy.team, time_zone: zone }, digest: Policy.shape.digest.parse(digest) };
}

describe('the digest of weekdays at nine', () => {
  test.each([
    [
      'just before, the last one is of the day before',
      '2027-03-10T07:59:59Z',
      'Europe/Berlin',
      '2027-03-09',
      '2027-03-09T08:00:00.000Z',
    ],
    ['at nine it is due', '2027-03-10T08:00:00Z', 'Europe/Berlin', '2027-03-10', '2027-03-10T08:00:00.000Z'],
    [
      'on a Sunday it is still the one of Friday',
      '2027-03-14T12:00:00Z',
      'Europe/Berlin',
      '2027-03-12',
      '2027-03-12T08:00:00.000Z',
    ],
    [
      'after the change to summer time it comes an hour earlier by UTC',
      '2027-03-29T07:00:00Z',
      'Europe/Berlin',
      '2027-03-29',
      '2027-03-29T07:00:00.000Z',
    ],
    [
      'after the change back, an hour later',
      '2027-11-01T08:00:00Z',
      'Europe/Berlin',
      '2027-11-01',
      '2027-11-01T08:00:00.000Z',
    ],
    [
      'on the other side of the date line',
      '2027-03-10T00:00:00Z',
      'Pacific/Auckland',
      '2027-03-10',
      '2027-03-09T20:00:00.000Z',
    ],
  ])('%s', (_what, now, zone, day, at) => {
    const due = lastDigestDue(new Date(now), rules(zone));
    expect(due).toMatchObject({ day, at: new Date(at) });
  });

  test('Monday sums up the week, unless policy.yaml says another day or none', () => {
    const monday = new Date('2027-03-08T12:00:00Z');
    expect(lastDigestDue(monday, rules('UTC'))).toMatchObject({ kind: 'weekly' });
    expect(lastDigestDue(monday, rules('UTC', { summary: 'never' }))).toMatchObject({ kind: 'daily' });
    expect(lastDigestDue(new Date('2027-03-12T12:00:00Z'), rules('UTC', { summary: 'fri' }))).toMatchObject({
      kind: 'weekly',
    });
  });

  test('an hour that the change to summer time leaves out becomes the one after it, and one that comes twice counts once', () => {
    const sundays = { at: '02:30', days: ['sun'] };
    const left = lastDigestDue(new Date('2027-03-28T06:00:00Z'), rules('Europe/Berlin', sundays));
    expect(left?.at.toISOString()).toBe('2027-03-28T01:00:00.000Z');
    const first = lastDigestDue(new Date('2027-10-31T00:40:00Z'), rules('Europe/Berlin', sundays));
    const second = lastDigestDue(new Date('2027-10-31T01:40:00Z'), rules('Europe/Berlin', sundays));
    expect([first?.at.toISOString(), second?.day]).toEqual(['2027-10-31T00:30:00.000Z', first?.day]);
  });

  test('no days: no digest, ever', () => {
    expect(lastDigestDue(new Date(), rules('UTC', { days: [] }))).toBeNull();
    expect(nextDigestDue(new Date(), rules('UTC', { days: [] }))).toBeNull();
  });

  test('says which digests were left out since the last one', () => {
    const due = lastDigestDue(new Date('2027-03-15T12:00:00Z'), rules('UTC'));
    if (due === null) throw new Error('no digest is due');
    expect(daysDueSince('2027-03-10', due, rules('UTC'))).toEqual(['2027-03-11', '2027-03-12', '2027-03-15']);
  });

  test('in every zone and at every instant: the last one is not in the future, the next one is, and none lies between them', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
    const at = fc.date({ min: new Date('2026-01-01'), max: new Date('2029-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(at, fc.constantFrom(...zones), (now, zone) => {
        const [last, next] = [lastDigestDue(now, rules(zone)), nextDigestDue(now, rules(zone))];
        if (last === null || next === null) throw new Error('there is a digest on every weekday');
        expect(last.at.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(next.at.getTime()).toBeGreaterThan(now.getTime());
        expect(daysDueSince(last.day, next, rules(zone))).toEqual([next.day]);
      }),
    );
  });
});

test('a policy.yaml that says nothing of digests has the usual one', () => {
  const { digest, ...old } = aPolicy();
  expect(digest).toBeDefined();
  expect(Policy.parse(old).digest).toEqual({
    at: '09:00',
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    summary: 'mon',
    picture: true,
    mention_channel: true,
  });
});
