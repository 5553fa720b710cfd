import { describe, expect, test } from 'vitest';
import { chartPng } from '../../../src/slack/chart/png.ts';
import { chartSvg } from '../../../src/slack/chart/svg.ts';
import { digestPart } from '../../../src/slack/views/digest.ts';
import { digestOutlook } from '../../../src/slack/views/digest-outlook.ts';
import { readSnooze, snoozeValue } from '../../../src/slack/views/digest-row.ts';
import { textOf } from '../support.ts';
import { aPart, aRow, callingDigest } from './samples-digests.ts';

const NASTY = '<!channel> <@U0ALICE> <https://evil.example|docs> @here';

describe('who is called', () => {
  test('everybody and the owners by elements of ours, of which there is no other', () => {
    const json = JSON.stringify(callingDigest(NASTY).blocks);
    const calls = [...json.matchAll(/\{"type":"(user|usergroup|channel|broadcast|link|mrkdwn|markdown)"[^}]*\}/g)].map(
      ([all]) => all,
    );
    expect(calls).toEqual(['{"type":"broadcast","range":"channel"}', '{"type":"user","user_id":"U0CAROL"}']);
  });

  test('nobody by the words that notifications read', () => {
    expect(callingDigest(NASTY).text).not.toMatch(/<[!@]/);
  });

  test('nobody where a key has more than a day left', () => {
    const row = { ...aRow('payments', 'days_3'), call: ['U0CAROL'] };
    expect(JSON.stringify(digestPart(aPart({ rows: [row] })).blocks)).not.toContain('U0CAROL');
  });
});

describe('what can be done', () => {
  const pressable = (row: Parameters<typeof aRow>[1], standing: Parameters<typeof aRow>[2]) =>
    [
      ...JSON.stringify(digestPart(aPart({ rows: [aRow('payments', row, standing)] })).blocks).matchAll(
        /"action_id":"([a-z_]+)"/g,
      ),
    ].map(([, action]) => action);

  test.each([
    ['days_3', { kind: 'open' }, ['digest_claim', 'digest_plan', 'digest_snooze', 'digest_unused']],
    [
      'days_3',
      { kind: 'claimed', by: 'Bob', until: new Date() },
      ['digest_let_go', 'digest_plan', 'digest_snooze', 'digest_unused'],
    ],
    ['expired', { kind: 'open' }, ['digest_claim', 'digest_replace', 'digest_snooze', 'digest_unused']],
    ['days_3', { kind: 'rotating', id: 'rot-1', begins: new Date() }, []],
    ['days_3', { kind: 'over', how: 'Revoked' }, []],
    ['days_3', { kind: 'unused', by: 'Bob', asked: 'Carol', confirmed: false }, []],
    ['still_tried', { kind: 'open' }, []],
    ['missing_owner', { kind: 'open' }, ['digest_claim', 'digest_snooze', 'digest_unused']],
  ] as const)('with a key that %s and is %j', (section, standing, actions) => {
    expect(pressable(section, standing)).toEqual(actions);
  });

  test('a choice of the snooze menu says key and days, also of a key with a bar in its id', () => {
    expect(readSnooze(snoozeValue('key-a|b', 7))).toEqual({ key: 'key-a|b', days: 7 });
  });
});

test('each owner and each section has one heading, and the first line counts', () => {
  const rows = [
    { ...aRow('a', 'expired'), owner: 'Carol' },
    { ...aRow('b', 'expired'), owner: 'Carol' },
    { ...aRow('c', 'days_3'), owner: 'Carol' },
    { ...aRow('d', 'days_3'), owner: null },
  ];
  const shown = digestPart(aPart({ rows }));
  const text = textOf(shown);
  expect(text.match(/Carol/g)).toHaveLength(2);
  expect(text).toContain('2 expired, 2 expires within 3 days');
  expect(text).toContain('No owner');
  expect(text).toContain('/runbook show');
});

describe('the picture of the next 90 days', () => {
  const week = { from: '2027-03-08', expiring: 4, rotating: 2, byHand: 1 };
  const outlook = {
    id: 'dig-2027-03-08',
    day: '2027-03-08',
    compliance: { percentage: 93, judged: 14, overdue: 1 },
    rotations: { completed: 3, failed: 1 },
    weeks: [week, { from: '2027-03-15', expiring: 0, rotating: 0, byHand: 0 }],
    picture: true,
  };

  test('has the numbers in words beside it, and words for who cannot see it', () => {
    const shown = digestOutlook(outlook);
    expect(textOf(shown)).toContain('from 2027-03-08: 4 keys expire, 2 rotate by themselves, 1 by hand');
    expect(textOf(shown)).toContain('93 % of 14 keys');
    expect(shown.chart?.alt).toContain('4 keys expire within 90 days');
  });

  test('is left out where policy.yaml does not want it; the numbers are not', () => {
    const shown = digestOutlook({ ...outlook, picture: false });
    expect(shown.chart).toBeUndefined();
    expect(textOf(shown)).toContain('4 keys expire');
  });

  test('is a PNG with letters in it', async () => {
    const { chart } = digestOutlook(outlook);
    if (chart === undefined) throw new Error('there is no chart');
    const png = await chartPng(chart);
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    const wordless = await chartPng({
      ...chart,
      title: '',
      categories: ['', ''],
      series: chart.series.map((one) => ({ ...one, name: '' })),
    });
    expect(png.length).toBeGreaterThan(wordless.length + 1_000);
  });

  test('takes names as text and never as markup', () => {
    const evil = {
      title: '<script>',
      categories: ['</text><image href="file:///etc/passwd"/>'],
      series: [{ name: '&', values: [1] }],
      alt: '',
    };
    expect(chartSvg(evil)).not.toMatch(/<script|<image/);
  });
});
