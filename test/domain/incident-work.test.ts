import { describe, expect, test } from 'vitest';
import { lastShowingOf } from '../../src/domain/clock-past.ts';
import { IncidentId, PersonId } from '../../src/domain/ids.ts';
import { pinned, reworded, unpinned } from '../../src/domain/incident-note.ts';
import { namesFrom, roomNames } from '../../src/domain/incident-room.ts';
import { hasOwnRoom } from '../../src/domain/incident-settings.ts';
import { draftStatus, type StatusFacts } from '../../src/domain/incident-status.ts';
import { updateDue } from '../../src/domain/incident-updates.ts';
import { aKey, anIncident, aPolicy, aRun, minutesAfter, NOON } from '../support/builders.ts';

const ALICE = PersonId.parse('alice');
const BOB = PersonId.parse('bob');

describe('the name of a channel', () => {
  const about = { prefix: 'inc', slug: 'payments-prod', timeZone: 'UTC' };
  const incident = { id: IncidentId.parse('inc-1'), reportedAt: new Date('2026-11-21T23:30:00Z') };

  test.each([
    [about, 'inc-1121-payments-prod'],
    [{ ...about, timeZone: 'Europe/Berlin' }, 'inc-1122-payments-prod'],
    [{ ...about, slug: 'Zahlung Über_Ä/2' }, 'inc-1121-zahlung-uber_a-2'],
    [{ ...about, slug: '决定' }, 'inc-1121-1'],
    [{ ...about, slug: null }, 'inc-1121-1'],
  ])('of %j is %s', (of, name) => {
    expect(roomNames(incident, of)[0]).toBe(name);
  });

  test('is one that Slack takes, whatever the key is called, and each next one is another', () => {
    for (const slug of ['a'.repeat(300), '---', '🔑🔑', `${'x'.repeat(49)}-tail`]) {
      const names = roomNames(incident, { ...about, slug });
      expect(new Set(names).size).toBe(names.length);
      for (const name of [...names, ...namesFrom(names[0] ?? '')]) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]{0,79}$/);
    }
  });
});

test.each([
  ['SEV2', 'SEV1', true],
  ['SEV2', 'SEV2', true],
  ['SEV2', 'SEV3', false],
  ['never', 'SEV1', false],
] as const)('with channel_from %s, %s has a channel of its own: %s', (from, severity, own) => {
  expect(hasOwnRoom({ ...aPolicy().incidents, channel_from: from }, severity)).toBe(own);
});

describe('a draft of a status', () => {
  const facts: StatusFacts = {
    incident: anIncident(),
    failed: aKey({ state: 'expired' }),
    current: null,
    runs: [],
    asks: [],
    approvals: [],
    callers: 2,
  };

  test('says what is on record and nothing else', () => {
    const draft = draftStatus({
      ...facts,
      runs: [aRun()],
      approvals: [{ question: 'Replace payments-prod?', asked: [BOB] }],
      asks: [{ question: 'Is it redeployed?', assignee: 'carol', dueAt: null }],
    });
    expect(draft.conditions).toBe(
      'It is not contained yet. payments-prod v3 is expired. 2 callers used it in the last days.',
    );
    expect(draft.actions).toBe('R-KEY-EXPIRY runs.');
    expect(draft.needs).toBe('A decision of bob: Replace payments-prod? An answer of carol: Is it redeployed?');
  });

  test('of an incident without a key or a run has all three parts', () => {
    const draft = draftStatus({ ...facts, failed: null, callers: 0 });
    expect(draft.conditions).toContain('It is not contained yet.');
    expect(draft.actions).toBe('Nothing runs at the moment.');
    expect(draft.needs).toBe('Nothing at the moment.');
  });

  test('names what keeps it open once its runs are over', () => {
    const over = aRun({ outcome: 'succeeded', finishedAt: NOON });
    const incident = anIncident({ openPoints: ['No reminder is set.'] });
    expect(draftStatus({ ...facts, incident, runs: [over] }).needs).toBe('No reminder is set.');
  });
});

describe('news of an incident', () => {
  const policy = aPolicy();
  const incident = anIncident({ severity: 'SEV2', reportedAt: NOON });
  const asked = { incident, saidAt: null, person: ALICE, reminders: [], policy, now: NOON };
  const reminded = (...minutes: number[]) =>
    minutes.map((at, index) => ({
      incident: incident.id,
      number: index + 1,
      person: ALICE,
      at: minutesAfter(NOON, at),
    }));

  test.each([
    ['nothing was said for an hour', { now: minutesAfter(NOON, 60) }, 1],
    ['the hour is not over', { now: minutesAfter(NOON, 59) }, null],
    ['something was said since', { now: minutesAfter(NOON, 60), saidAt: minutesAfter(NOON, 10) }, null],
    ['it was asked for already', { now: minutesAfter(NOON, 80), reminders: reminded(60) }, null],
    ['another hour went by', { now: minutesAfter(NOON, 120), reminders: reminded(60) }, 2],
    [
      'nobody reacted six times',
      { now: minutesAfter(NOON, 900), reminders: reminded(60, 120, 180, 240, 300, 360) },
      null,
    ],
    ['it is closed', { now: minutesAfter(NOON, 60), incident: { ...incident, closedAt: NOON } }, null],
    ['nobody leads it', { now: minutesAfter(NOON, 60), person: null }, null],
    [
      'it is SEV1, after half an hour',
      { now: minutesAfter(NOON, 30), incident: { ...incident, severity: 'SEV1' as const } },
      1,
    ],
  ])('is asked for as often as the severity says: %s', (_case, override, number) => {
    expect(updateDue({ ...asked, ...override })).toBe(number);
  });

  test('waits for the end of the quiet hours, but not in SEV1', () => {
    const quiet = {
      ...policy,
      team: { ...policy.team, time_zone: 'UTC', quiet_hours: { from: '00:00', to: '23:59' } },
    };
    expect(updateDue({ ...asked, policy: quiet, now: minutesAfter(NOON, 90) })).toBeNull();
    const grave = { ...incident, severity: 'SEV1' as const };
    expect(updateDue({ ...asked, policy: quiet, incident: grave, now: minutesAfter(NOON, 90) })).toBe(1);
  });
});

describe('a note from a message', () => {
  const message = {
    incident: IncidentId.parse('inc-1'),
    words: 'it is back',
    saidBy: BOB,
    source: { channel: 'C0', ts: '1.0' },
    happenedAt: NOON,
  };
  const by = (person: PersonId, minutes: number) => ({
    by: person,
    now: minutesAfter(NOON, minutes),
    newId: () => 'note-1',
  });

  test('gets a new version for each change, and keeps when it was reported first', () => {
    const first = pinned(null, message, by(ALICE, 1));
    const second = pinned(first, message, by(BOB, 2));
    const third = reworded(second, {
      words: 'it is back for all',
      by: 'bob',
      takenOver: true,
      now: minutesAfter(NOON, 3),
    });
    expect([first?.version, second?.version, third?.version]).toEqual([1, 2, 3]);
    expect(third).toMatchObject({
      addedBy: ['alice', 'bob'],
      words: 'it is back for all',
      reportedAt: minutesAfter(NOON, 1),
    });
    expect(pinned(third, { ...message, words: 'it is back for all' }, by(BOB, 4))).toBeNull();
  });

  test('keeps its words when a change is not taken over, and says who made it until it is undone', () => {
    const first = pinned(null, message, by(ALICE, 1));
    const change = { words: 'nothing happened', by: 'U0GINA', takenOver: false, now: minutesAfter(NOON, 2) };
    const altered = reworded(first, change);
    expect(altered).toMatchObject({ version: 2, words: message.words, alteredBy: 'U0GINA' });
    expect(reworded(altered, change)).toBeNull();
    expect(reworded(altered, { ...change, words: message.words })).toMatchObject({ version: 3, alteredBy: null });
  });

  test('is withdrawn by the last who stood behind it, and comes back reported anew', () => {
    const first = pinned(null, message, by(ALICE, 1));
    const gone = unpinned(first, by(ALICE, 2));
    expect(gone).toMatchObject({ version: 2, addedBy: [] });
    expect(unpinned(gone, by(ALICE, 3))).toBeNull();
    expect(reworded(gone, { words: 'other', by: 'bob', takenOver: true, now: NOON })).toBeNull();
    expect(pinned(gone, message, by(BOB, 5))).toMatchObject({
      version: 3,
      addedBy: ['bob'],
      reportedAt: minutesAfter(NOON, 5),
    });
  });
});

test.each([
  ['03:12', 'UTC', '2027-03-10T03:12:00.000Z'],
  ['13:00', 'UTC', '2027-03-09T13:00:00.000Z'],
  ['3:12', 'Europe/Berlin', '2027-03-10T02:12:00.000Z'],
  ['2027-03-01T08:00', 'UTC', '2027-03-01T08:00:00.000Z'],
  ['25:00', 'UTC', null],
  ['noon', 'UTC', null],
  ['2027-02-31 08:00', 'UTC', null],
])('%s in %s is %s', (text, zone, at) => {
  expect(lastShowingOf(text, NOON, zone)?.toISOString() ?? null).toBe(at);
});
