import { expect, test } from 'vitest';
import { complianceCsv, complianceOf, csvCell } from '../../src/domain/compliance.ts';
import { KeyId } from '../../src/domain/ids.ts';
import { aKey, DAY, daysAfter, NOON } from '../support/builders.ts';

const maxAgeOf = (keyClass: string) => (keyClass === 'ephemeral' ? null : 90);
const aged = (slug: string, days: number) =>
  aKey({ id: KeyId.parse(slug), slug, activatedAt: new Date(NOON.getTime() - days * DAY) });

test('names what is too old, oldest first, with whole days, and the share that is not (S3-12, S3-17)', () => {
  const older = [aged('old', 90.9), aged('oldest', 400)];
  const counts = [
    { class: 'api_key', state: 'active', count: 7 },
    { class: 'ephemeral', state: 'active', count: 2 },
    { class: 'api_key', state: 'revoked', count: 5 },
    { class: 'api_key', state: 'retiring', count: 1 },
  ] as const;
  const found = complianceOf(older, { counts, maxAgeOf, now: NOON });
  expect(found).toMatchObject({ judged: 7, compliant: 5, percentage: 71, exempt: 2 });
  expect(found.overdue.map(({ key, ageDays }) => [key.slug, ageDays])).toEqual([
    ['oldest', 400],
    ['old', 90],
  ]);
});

test('only all of them is 100 percent', () => {
  const of = (count: number, older: number) =>
    complianceOf(
      Array.from({ length: older }, () => aged('old', 91)),
      {
        counts: [{ class: 'api_key', state: 'active', count }],
        maxAgeOf,
        now: NOON,
      },
    ).percentage;
  expect([of(0, 0), of(1_000, 1), of(1_000, 0)]).toEqual([100, 99, 100]);
});

test('an auditor gets every key in use with its age, in a form that a spreadsheet does not run (S3-17)', () => {
  const keys = [aged('young', 1), aged('old', 91), aKey({ slug: 'gone', state: 'revoked' })];
  const [head, first, second, end] = complianceCsv(keys, { maxAgeOf, now: NOON }).split('\r\n');
  expect(head).toBe(
    'key,version,class,service,environment,owner,state,in_use_since,age_days,max_age_days,compliant,expires_at',
  );
  expect(first).toBe(
    `old,3,api_key,payments,production,carol,active,${daysAfter(NOON, -91).toISOString()},91,90,no,2027-03-10T11:24:00.000Z`,
  );
  expect(second).toMatch(/^young,.*,1,90,yes,/);
  expect(end).toBe('');
  expect(csvCell('=HYPERLINK("http://evil")')).toBe(`"'=HYPERLINK(""http://evil"")"`);
});
