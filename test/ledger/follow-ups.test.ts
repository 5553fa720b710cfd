import { describe, expect, test } from 'vitest';
import { type FollowUp, retrospectiveSubject } from '../../src/domain/follow-up.ts';
import { aFollowUp, anIncident, aReview, bob, carol, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { summaryPosted } from '../support/follow-ups.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const incident = anIncident().id;

async function begun() {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, BEGINNING);
  const add = (overrides: Partial<FollowUp> = {}) =>
    recordEvents(ledger, [{ type: 'follow_up_added', followUp: aFollowUp(overrides) }]);
  return { file, ledger, add, raw: () => rawLedger(file) };
}

describe('a follow-up', () => {
  test('is there with its owner and date until somebody did it, and then says who', async () => {
    const { ledger, add } = await begun();
    await add();
    expect(await ledger.read.followUp('fup-1')).toEqual(aFollowUp());
    await recordEvents(ledger, [
      { type: 'follow_up_moved', followUp: 'fup-1', dueAt: daysAfter(NOON, 20), reason: 'a freeze', by: carol },
      { type: 'follow_up_handed_over', followUp: 'fup-1', to: 'bob', reason: 'on leave', by: carol },
      { type: 'follow_up_done', followUp: 'fup-1', note: 'merged', by: bob },
    ]);
    expect(await ledger.read.followUp('fup-1')).toMatchObject({
      owner: 'bob',
      dueAt: daysAfter(NOON, 20),
      ended: { how: 'done', by: 'bob', at: NOON, note: 'merged' },
    });
    expect(await ledger.read.openFollowUps()).toEqual([]);
  });

  test('that is over is never changed again, whoever tries', async () => {
    const { ledger, add, raw } = await begun();
    await add();
    await recordEvents(ledger, [{ type: 'follow_up_dropped', followUp: 'fup-1', reason: 'gone', by: carol }]);
    const again = recordEvents(ledger, [{ type: 'follow_up_done', followUp: 'fup-1', note: '', by: bob }]);
    await expect(again).rejects.toThrow('no open follow-up fup-1');
    expect(() => raw().exec("update follow_ups set owner = 'mallory'")).toThrow('this one is over');
  });

  test('is asked for once by each rule of an incident', async () => {
    const { add } = await begun();
    await add();
    await expect(add({ id: 'fup-2' })).rejects.toThrow(/UNIQUE|unique/);
    await add({ id: 'fup-2', rule: null });
    await add({ id: 'fup-3', rule: null });
  });

  test('is overdue from its date on, the longest overdue first; the digest and its owner find it', async () => {
    const { ledger, add } = await begun();
    await add({ id: 'fup-late', rule: null, dueAt: daysAfter(NOON, 1) });
    await add({ id: 'fup-later', rule: null, dueAt: daysAfter(NOON, 2), owner: 'group:security' });
    await add({ id: 'fup-soon', rule: null, dueAt: daysAfter(NOON, 9) });
    const overdue = await ledger.read.overdueFollowUps(daysAfter(NOON, 2));
    expect(overdue.map(({ id }) => id)).toEqual(['fup-late', 'fup-later']);
    const owned = await ledger.read.followUpsOwnedBy(['carol']);
    expect(owned.map(({ id }) => id)).toEqual(['fup-late', 'fup-soon']);
  });

  test('has its line in the audit of its incident', async () => {
    const { ledger, add } = await begun();
    await add();
    const [line] = await ledger.read.audit({ incident, limit: 1 });
    expect(line).toMatchObject({ action: 'follow_up_added', subject: 'follow_up:fup-1', incident });
  });
});

test('nobody gets a second message on a day, or the same reminder twice', async () => {
  const { ledger, add } = await begun();
  await add();
  const nag = (id: string, day: string, nth: number) =>
    recordEvents(ledger, [
      {
        type: 'person_nagged',
        nag: { id, person: carol, day, items: [{ subject: 'fup-1', sinceAt: NOON, nth, escalated: false }] },
      },
    ]);
  await nag('nag-1', '2027-03-15', 1);
  await expect(nag('nag-2', '2027-03-15', 2)).rejects.toThrow(/nags|UNIQUE/);
  await expect(nag('nag-2', '2027-03-16', 1)).rejects.toThrow(/nag_items|UNIQUE/);
  await nag('nag-2', '2027-03-17', 2);
  expect(await ledger.read.naggedOf(['fup-1'])).toEqual([{ subject: 'fup-1', sinceAt: NOON, person: carol, nth: 2 }]);
  expect(await ledger.read.naggedOn('2027-03-15')).toEqual([carol]);
});

describe('a retrospective', () => {
  test('is asked for of each incident that was closed since, and published once', async () => {
    const { ledger, raw } = await begun();
    expect(await ledger.read.closedWithoutRetrospective(daysAfter(NOON, -1))).toEqual([]);
    await recordEvents(ledger, [{ type: 'incident_closed', incident, openPoints: [] }], { incident });
    expect((await ledger.read.closedWithoutRetrospective(daysAfter(NOON, -1))).map(({ id }) => id)).toEqual([incident]);
    expect(await ledger.read.closedWithoutRetrospective(daysAfter(NOON, 1))).toEqual([]);
    const retrospective = { incident, dueAt: daysAfter(NOON, 3), people: [bob], published: null };
    await recordEvents(ledger, [{ type: 'retrospective_due', retrospective }]);
    expect(await ledger.read.closedWithoutRetrospective(daysAfter(NOON, -1))).toEqual([]);
    expect(await ledger.read.unpublishedRetrospectives()).toEqual([retrospective]);
    const published = {
      type: 'retrospective_published',
      incident,
      words: 'https://wiki.example.com/7',
      by: bob,
    } as const;
    await recordEvents(ledger, [published]);
    expect(await ledger.read.unpublishedRetrospectives()).toEqual([]);
    await expect(recordEvents(ledger, [published])).rejects.toThrow();
    expect(() => raw().exec('update retrospectives set published_at = null')).toThrow('it is published');
    expect(retrospectiveSubject(incident)).toBe('retrospective:inc-1');
  });
});

describe('a summary', () => {
  test('keeps the version that was posted beside those that were drawn later', async () => {
    const { ledger } = await begun();
    await recordEvents(ledger, [summaryPosted(incident, '# first')], { incident });
    const { hash, json } = summaryPosted(incident, '# second');
    await recordEvents(ledger, [{ type: 'summary_redrawn', incident, hash, json, markdown: '# second' }]);
    expect(await ledger.read.summariesOf(incident)).toMatchObject([
      { version: 1, posted: true, markdown: '# first' },
      { version: 2, posted: false, markdown: '# second' },
    ]);
  });

  test('is to be drawn again once something new was recorded and it has been quiet', async () => {
    const { ledger, add } = await begun();
    await recordEvents(ledger, [summaryPosted(incident, '# first')], { incident });
    const stale = (quietFrom: Date) => ledger.read.summariesToRedraw({ since: daysAfter(NOON, -1), quietFrom });
    expect(await stale(daysAfter(NOON, 9))).toEqual([]);
    await recordEvents(ledger, [{ type: 'follow_up_added', followUp: aFollowUp() }], { at: minutesAfter(NOON, 30) });
    expect(await stale(minutesAfter(NOON, 29))).toEqual([]);
    expect(await stale(minutesAfter(NOON, 30))).toEqual([incident]);
    await add({ id: 'fup-9', rule: null });
  });
});

test('a review is kept as it was found, with who ticked what', async () => {
  const { ledger } = await begun();
  const review = aReview({ leftOver: { review: 'rev-weekly-2027-03-01', open: ['Alarms'] } });
  await recordEvents(ledger, [{ type: 'review_opened', review }]);
  expect(await ledger.read.review(review.id)).toEqual(review);
  const tick = { type: 'review_ticked', review: review.id, item: 'owned', note: 'all three', by: bob } as const;
  await recordEvents(ledger, [tick]);
  await expect(recordEvents(ledger, [tick])).rejects.toThrow(/UNIQUE|review_ticks/);
  expect(await ledger.read.lastReview('weekly')).toMatchObject({
    ticks: [{ item: 'owned', by: 'bob', note: 'all three' }],
  });
  expect(await ledger.read.lastReview('monthly')).toBeNull();
  expect(await ledger.read.unfinishedReviews()).toHaveLength(1);
  await recordEvents(ledger, [{ type: 'review_finished', review: review.id }]);
  expect(await ledger.read.unfinishedReviews()).toEqual([]);
});

test('a period is counted from its first instant up to its last', async () => {
  const { ledger } = await begun();
  const period = (from: number, to: number) => [daysAfter(NOON, from), daysAfter(NOON, to)] as const;
  expect(await ledger.read.countedBetween(...period(-1, 1))).toEqual({
    key_issued: 1,
    incident_opened: 1,
    run_started: 1,
  });
  expect(await ledger.read.countedBetween(...period(-1, 0))).toEqual({});
  expect(await ledger.read.incidentsBetween(...period(5, 6))).toHaveLength(1);
  expect(await ledger.read.linesBetween(...period(-1, 1))).toEqual({ written: 3, expected: 3 });
  expect(await ledger.read.since()).toEqual(NOON);
});

test('everything that follows an incident is rebuilt from the audit alone, and a changed row is found', async () => {
  const { ledger, add, raw } = await begun();
  await add();
  const items = [{ subject: 'fup-1', sinceAt: NOON, nth: 1, escalated: true }];
  const { hash, json } = summaryPosted(incident, '# second');
  await recordEvents(
    ledger,
    [
      summaryPosted(incident, '# first'),
      { type: 'summary_redrawn', incident, hash, json, markdown: '# second' },
      { type: 'person_nagged', nag: { id: 'nag-1', person: carol, day: '2027-03-15', items } },
      { type: 'retrospective_due', retrospective: { incident, dueAt: NOON, people: [bob], published: null } },
      { type: 'retrospective_published', incident, words: 'learned a lot', by: bob },
      { type: 'review_opened', review: aReview() },
      { type: 'review_ticked', review: aReview().id, item: 'owned', note: '', by: bob },
      { type: 'review_nagged', review: aReview().id, channel: null },
      { type: 'review_finished', review: aReview().id },
    ],
    { incident },
  );
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
  raw().exec("update summary_versions set json = '{}' where version = 1");
  expect(await ledger.verifyTables()).toMatchObject({ whole: false, table: 'summary_versions' });
});
