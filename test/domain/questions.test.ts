import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import {
  type Answer,
  answerQuestions,
  EXPIRING_SOON,
  type MissedFacts,
  QUESTIONS,
  type Question,
  whyMissed,
} from '../../src/domain/questions.ts';
import { aKey, aNotice, anAsk, aReminder, daysAfter, minutesAfter, NOON } from '../support/builders.ts';

/** Everything was in order and the owner did nothing. */
function facts(overrides: Partial<MissedFacts> = {}): MissedFacts {
  return {
    key: aKey(),
    now: NOON,
    alert: { withinDays: [30, 7], channel: 'C0KEYS' },
    reminder: null,
    warnings: [warning(-30), warning(-7)],
    impressions: [],
    claims: [],
    owners: ['carol'],
    knownSince: daysAfter(NOON, -90),
    pending: [],
    underWay: 0,
    latePeers: [],
    ...overrides,
  };
}

function warning(day: number, recipient = 'person:carol') {
  return aNotice({ template: EXPIRING_SOON, recipient, createdAt: daysAfter(NOON, day) });
}

function answer(question: Question, overrides: Partial<MissedFacts> = {}): Answer {
  const [one] = answerQuestions([question], facts(overrides));
  if (one === undefined) throw new Error('no answer');
  return one;
}

const TESTED = { at: daysAfter(NOON, -60), shiftedTo: daysAfter(NOON, -30), wouldTell: 'carol: …', channel: 'C0KEYS' };
const PEER = anAsk({ assignee: 'group:partners', createdAt: daysAfter(NOON, -2), question: 'Have you re-pinned?' });

const shownOn = (day: number) => ({
  digest: `dig-${day}`,
  at: daysAfter(NOON, day),
  to: null,
  owners: [PersonId.parse('carol')],
});

describe('what the digest showed', () => {
  const digests = { alert: null, warnings: [], impressions: [-6, -5, -4, -3, -2, -1].map(shownOn) };

  test('is proof that the owner was warned, with how often, when last and who claimed it', () => {
    expect(answer('right_owner', digests)).toMatchObject({
      answer: 'yes',
      proof: expect.stringMatching(
        /^carol had it in the digest: shown 6 times, last .* before, claimed by nobody; no rotation was completed\.$/,
      ),
    });
    expect(answer('alert_backed', digests)).toMatchObject({
      answer: 'yes',
      proof: expect.stringContaining('6 mornings'),
    });
    expect(answer('alert_configured', digests)).toMatchObject({ answer: 'yes' });
  });

  test('stands in the sentence of the summary', () => {
    const answers = answerQuestions(QUESTIONS, facts(digests));
    expect(whyMissed(answers)).toContain(
      'the owner was warned and did not rotate: carol had it in the digest: shown 6 times',
    );
  });

  test('to somebody else is no warning of the owner', () => {
    const impressions = [{ ...shownOn(-3), owners: [PersonId.parse('bob')] }];
    expect(answer('right_owner', { warnings: [], impressions })).toMatchObject({
      answer: 'no',
      proof: 'Warnings went to person:bob and not to carol.',
    });
  });

  test('after the expiry proves nothing', () => {
    expect(answer('alert_backed', { ...digests, impressions: [shownOn(1)] })).toMatchObject({ answer: 'no' });
  });
});

describe('the five questions', () => {
  test.each<[Question, string, Partial<MissedFacts>, Answer['answer'], string]>([
    ['alert_configured', 'the policy has the alert', {}, 'yes', 'policy.yaml has key_expiring_soon at 30, 7 days'],
    [
      'alert_configured',
      'a reminder was set in time',
      { alert: null, reminder: aReminder() },
      'yes',
      'was set on 2026-12-20',
    ],
    [
      'alert_configured',
      'a reminder came after the expiry',
      { alert: null, reminder: aReminder({ setAt: NOON }) },
      'no',
      'no key_expiring_soon',
    ],
    ['alert_configured', 'nothing is configured', { alert: null }, 'no', 'no reminder was set'],
    ['alert_backed', 'the query had found the key', {}, 'yes', 'found this key 2 times, first on 2027-02-08'],
    [
      'alert_backed',
      'the reminder had been test-fired',
      { warnings: [], reminder: aReminder({ tested: TESTED }) },
      'yes',
      'test-fired',
    ],
    ['alert_backed', 'the query never reported it', { warnings: [] }, 'no', 'ever reported'],
    ['alert_backed', 'no expiry is registered', { key: aKey({ expiresAt: null }) }, 'no', 'can ever find this key'],
    [
      'alert_backed',
      'there was no alert',
      { alert: null, warnings: [] },
      'no',
      'no alert that a query could have backed',
    ],
    [
      'alert_backed',
      'the ledger learned of the key too late',
      { warnings: [], knownSince: NOON },
      'unknown',
      'only after it had expired',
    ],
    ['alert_backed', 'the warnings came after the expiry', { warnings: [warning(0)] }, 'no', 'ever reported'],
    ['right_owner', 'the owner was warned', {}, 'yes', 'carol got 2 warnings, last on 2027-03-03'],
    [
      'right_owner',
      'somebody else was warned',
      { warnings: [warning(-7, 'person:bob')] },
      'no',
      'went to person:bob and not to carol',
    ],
    ['right_owner', 'nobody was warned', { warnings: [] }, 'no', 'none reached carol'],
    ['right_owner', 'there is no owner', { owners: [] }, 'no', 'no owner that policy.yaml knows'],
    [
      'right_owner',
      'the ledger learned of the key too late',
      { warnings: [], knownSince: null },
      'unknown',
      'not on record',
    ],
    ['missing_owner', 'both are registered', {}, 'no', 'Owner carol (carol) and expiry 2027-03-10 are registered'],
    ['missing_owner', 'no owner', { key: aKey({ owner: null }) }, 'yes', 'No owner is registered'],
    ['missing_owner', 'no expiry', { key: aKey({ expiresAt: null }) }, 'yes', 'No expiry date is registered'],
    ['missing_owner', 'the owner left', { owners: [] }, 'yes', 'names no one in policy.yaml'],
    ['peer_blocked', 'no rotation was under way', {}, 'no', 'No rotation of this key was under way'],
    ['peer_blocked', 'a rotation was under way and waited for nobody', { underWay: 1 }, 'no', 'not waiting for a peer'],
    [
      'peer_blocked',
      'a rotation waited for its own owner',
      { underWay: 1, pending: [anAsk({ assignee: 'owner' })] },
      'no',
      'its own people',
    ],
    [
      'peer_blocked',
      'a rotation waited for a peer',
      { underWay: 1, pending: [PEER] },
      'yes',
      'for group:partners: "Have you re-pinned?"',
    ],
    [
      'peer_blocked',
      'a peer had been told and did not trust the new key yet',
      { underWay: 1, latePeers: [{ peer: 'node-d', toldAt: minutesAfter(NOON, -36 - 90) }] },
      'yes',
      'had waited 1 h 30 min for node-d',
    ],
  ])('%s: %s', (question, _case, given, expected, proof) => {
    const found = answer(question, given);
    expect(found.proof).toContain(proof);
    expect(found.answer).toBe(expected);
  });

  test('counts how long a peer had kept the rotation waiting until the expiry, not until today', () => {
    const asked = anAsk({ assignee: 'bob', createdAt: minutesAfter(NOON, -36 - 90) });
    expect(answer('peer_blocked', { pending: [asked] }).proof).toContain('had waited 1 h 30 min for bob');
  });

  test('answers exactly what was asked, in that order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...QUESTIONS)), (asked) => {
        const answers = answerQuestions(asked, facts());
        expect(answers.map((one) => one.question)).toEqual(asked);
        expect(answers.every((one) => one.proof.length > 0)).toBe(true);
      }),
    );
  });
});

describe('why it was missed', () => {
  test.each<[string, Partial<MissedFacts>, string]>([
    ['no owner outweighs everything', { key: aKey({ owner: null }), alert: null }, 'nobody could be warned'],
    ['no alert', { alert: null, warnings: [] }, 'no alert was configured'],
    ['a peer', { pending: [PEER] }, 'a peer had not answered'],
    ['no query', { warnings: [] }, 'the alert was not backed by a query'],
    ['the wrong owner', { warnings: [warning(-7, 'person:bob')] }, 'no warning reached the owner'],
    ['a warned owner', {}, 'the owner was warned and did not rotate'],
  ])('%s', (_case, given, sentence) => {
    expect(whyMissed(answerQuestions(QUESTIONS, facts(given)))).toContain(sentence);
  });

  test('does not invent a cause where the ledger has none', () => {
    expect(whyMissed(answerQuestions(['missing_owner'], facts()))).toContain('does not show why');
  });
});
