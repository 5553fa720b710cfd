import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPointsOf, REMINDER_BY_HAND } from '../../src/domain/close-gate.ts';
import { suggestedFollowUps } from '../../src/domain/follow-ups.ts';
import { RunId, StepId } from '../../src/domain/ids.ts';
import type { IncidentFacts } from '../../src/domain/incident-facts.ts';
import { MISSED_ROTATION } from '../../src/domain/questions.ts';
import { lastMissed, summaryOf } from '../../src/domain/summary.ts';
import { summaryMarkdown } from '../../src/domain/summary-markdown.ts';
import {
  aNotice,
  anApproval,
  anIncident,
  aRun,
  aStep,
  aVote,
  carol,
  daysAfter,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { current, failed, incidentFactsWith, reminder } from '../support/incident-facts.ts';

const facts = incidentFactsWith;

const failedStep = aStep('tell', { state: 'failed', error: 'nobody there' }, { ordinal: 5 });

describe('an incident closes only when', () => {
  test('nothing is open', () => {
    expect(openPointsOf(facts())).toEqual([]);
  });

  test.each<[string, Partial<IncidentFacts>, string]>([
    [
      'every other run ended',
      { runs: [aRun(), aRun({ id: RunId.parse('run-2') })] },
      'R-KEY-EXPIRY (run-2) has not ended',
    ],
    ['it was not cancelled', { run: aRun({ cancelRequestedAt: NOON }) }, 'was cancelled'],
    ['no step stopped the run', { run: aRun({ steps: { tell: failedStep } }) }, 'stopped at tell: nobody there'],
    [
      'no step is in doubt',
      { run: aRun({ steps: { mint: aStep('mint', { state: 'in_doubt', question: 'Did it happen?' }) } }) },
      'Did it happen?',
    ],
    [
      'everything was taken back that should be',
      { run: aRun({ steps: { mint: aStep('mint', { state: 'done', outputs: {} }, { undoError: 'no access' }) } }) },
      'could not be undone: no access',
    ],
    ['recovery is proved', { incident: anIncident() }, 'Nothing on record proves'],
    ['a revoked key was seen rejected', { failed: { ...failed, provedDeadAt: null } }, 'no probe has seen it rejected'],
    ['anybody was told', { notices: [] }, 'Nobody was told which key failed'],
    ['every caller was told', { notices: [aNotice()] }, 'The caller payments-worker was not told'],
    ['a reminder exists', { reminder: null }, 'No reminder is set for payments-prod v4'],
    ['the reminder was test-fired', { reminder: { ...reminder, tested: null } }, 'was never test-fired'],
  ])('%s', (_claim, missing, sentence) => {
    expect(openPointsOf(facts(missing)).join('\n')).toContain(sentence);
  });

  test('a person who showed the tested reminder stands in for a test of ours', () => {
    const shown = {
      id: 'e',
      incident: null,
      run: RunId.parse('run-1'),
      step: StepId.parse('by_hand'),
      hash: 'h',
      content: {},
      capturedAt: NOON,
    };
    expect(openPointsOf(facts({ reminder: null, evidence: [{ ...shown, kind: REMINDER_BY_HAND }] }))).toEqual([]);
    expect(openPointsOf(facts({ reminder: null, evidence: [{ ...shown, kind: 'audit' }] }))).not.toEqual([]);
  });

  test('a failure that the runbook went on from is no obstacle', () => {
    const later = aStep('other', { state: 'done', outputs: {} }, { ordinal: 6 });
    expect(openPointsOf(facts({ run: aRun({ steps: { tell: failedStep, other: later } }) }))).toEqual([]);
  });
});

function suggested(given: Partial<IncidentFacts>) {
  const whole = facts(given);
  return suggestedFollowUps(whole, lastMissed(whole.evidence));
}

describe('follow-ups', () => {
  const missed = (question: string, answer: string) => ({
    evidence: [
      {
        id: 'e',
        incident: null,
        run: RunId.parse('run-1'),
        step: StepId.parse('why'),
        kind: MISSED_ROTATION,
        hash: 'h',
        content: { answers: [{ question, answer, proof: 'p' }], missed: 'm' },
        capturedAt: NOON,
      },
    ],
  });
  const untested = { reminder: { ...reminder, tested: null } };

  test.each<[string, Partial<IncidentFacts>, string]>([
    ['a missing alert', missed('alert_configured', 'no'), 'Configure key_expiring_soon'],
    ['an alert without a query', { ...missed('alert_backed', 'no'), ...untested }, 'Back the alert for payments-prod'],
    [
      'warnings to the wrong people',
      { ...missed('right_owner', 'no'), ...untested },
      'Route the warnings about payments-prod',
    ],
    ['a missing owner', missed('missing_owner', 'yes'), 'Register an owner'],
    ['peers that kept it waiting', missed('peer_blocked', 'yes'), 'Agree with the peers of payments-prod'],
    [
      'an expired key that is not revoked',
      { failed: { ...failed, state: 'expired', revokedAt: null } },
      'Revoke payments-prod v3',
    ],
    [
      'a key that was replaced elsewhere',
      { failed: { ...failed, class: 'issuer_key' }, current: { ...failed, class: 'issuer_key' } },
      'Register the key that took the place of payments-prod v3',
    ],
    ['a passphrase', { failed: { ...failed, class: 'passphrase' } }, 'Schedule a controlled rekey'],
    ['wildcard scopes', { current: { ...current, scopes: ['*'] } }, 'Narrow the scopes of payments-prod v4'],
  ])('come from %s, with an owner and a date', (_case, given, sentence) => {
    const items = suggested(given).filter((one) => one.what.includes(sentence));
    expect(items).toEqual([expect.objectContaining({ owner: 'carol', dueAt: daysAfter(minutesAfter(NOON, 12), 7) })]);
  });

  test('leave out what the proven reminder has mended already', () => {
    const asked = suggested(missed('alert_backed', 'no')).map((one) => one.what);
    expect(asked.join('\n')).not.toContain('Back the alert');
  });

  test('always plan the next rotation for the day of the first warning', () => {
    const last = suggestedFollowUps(facts(), null).at(-1);
    expect(last?.what).toContain('Plan the next rotation of payments-prod');
    expect(last?.dueAt).toEqual(daysAfter(NOON, 60));
  });
});

describe('the summary', () => {
  test('counts the times from when the failures began', () => {
    expect(summaryOf(facts()).times).toMatchObject({
      toReport: { ms: 36 * 60_000 },
      toContain: { ms: 37 * 60_000 },
      toRecover: { ms: 45 * 60_000 },
      revokeToProof: { ms: 60_000 },
    });
  });

  test('counts only the rejected calls since then, worst caller first', () => {
    const use = (caller: string, minutes: number, rejected: number) => ({
      caller,
      minute: minutesAfter(NOON, minutes),
      accepted: 9,
      rejected,
    });
    const { impact } = summaryOf(
      facts({ usage: [use('a', -60, 7), use('a', -36, 1), use('b', 0, 3), use('c', 0, 0)] }),
    );
    expect(impact).toMatchObject({
      rejectedCalls: 4,
      callers: [
        { caller: 'b', rejected: 3 },
        { caller: 'a', rejected: 1 },
      ],
    });
  });

  test.each<[string, Partial<IncidentFacts>, string]>([
    [
      'the key expired',
      {},
      'expired at 2027-03-10 11:24:00 UTC before its rotation completed. payments-prod v4 takes its place since',
    ],
    ['nothing replaced it', { current: failed }, 'It has not been replaced.'],
    [
      'somebody uses it',
      { failed: { ...failed, compromisedAt: NOON }, run: aRun({ inputs: { situation: 'exploited' } }) },
      'used by somebody else',
    ],
    [
      'somebody may know it',
      { failed: { ...failed, compromisedAt: NOON }, run: aRun({ inputs: { situation: 'suspected' } }) },
      'possibly known to somebody else',
    ],
    ['there is no key', { failed: null, current: null }, 'payments are blocked.'],
  ])('says what happened when %s', (_case, given, words) => {
    const told = summaryOf(facts(given)).whatHappened.map((one) => one.words);
    expect(told.join(' ')).toContain(words);
  });

  test('names who decided what, and why', () => {
    expect(summaryOf(facts()).decisions).toMatchObject([
      {
        question: 'Replace payments-prod?',
        outcome: 'approved',
        by: ['bob'],
        verified: 'by a click',
        at: minutesAfter(NOON, 3),
        why: 'go',
      },
      {
        question: 'Is the caller redeployed with the new key?',
        outcome: 'yes',
        by: ['carol'],
        verified: 'by their account',
        at: minutesAfter(NOON, 8),
        why: 'https://ci.example.com/7',
      },
    ]);
  });

  test('says of each voice how it was made sure that it was theirs, also where they differ', () => {
    const votes = [aVote({ proof: 'totp' }), { ...aVote({ proof: 'typed' }), person: carol }];
    const [decision] = summaryOf(facts({ approvals: [anApproval({ outcome: 'approved', votes })] })).decisions;
    expect(decision?.verified).toBe('bob with a code of their second factor, carol by typing the name of the key');
  });

  test('has a heading for each part, in reading order, and the position of the audit chain', () => {
    const markdown = summaryMarkdown(summaryOf(facts()));
    expect(markdown.match(/^##? .*$/gm)).toEqual([
      '# SEV2: payments-prod expired (inc-1)',
      '## What happened',
      '## Impact',
      '## Times',
      '## Roles',
      '## Decisions',
      '## Status',
      '## Why the rotation was missed',
      '## Data integrity',
      '## Who was told',
      '## Waivers',
      '## Follow-ups',
      '## Still open',
      '## Measures',
      '## Timeline',
      '## Evidence',
      '## Audit',
    ]);
    expect(markdown).toContain(`line 77 with ${'a1'.repeat(32)}`);
    expect(markdown).toContain('- To recovery: 45 min');
    expect(markdown).toContain('No data was at risk.');
  });

  test('lets nobody smuggle a heading, a link or a mention into it', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('#', '\n', '[', ']', '(', ')', '<', '!', '@', '`', '*', '_', ' ', 'a', '|', '\\'),
        }),
        (text) => {
          const votes = [aVote({ reason: text })];
          const written = summaryMarkdown(
            summaryOf(facts({ approvals: [anApproval({ outcome: 'approved', votes })] })),
          );
          const plain = summaryMarkdown(
            summaryOf(facts({ approvals: [anApproval({ outcome: 'approved', votes: [] })] })),
          );
          expect(written.split('\n')).toHaveLength(plain.split('\n').length);
          const found = written.split('\n').find((one) => one.includes('Replace payments-prod?')) ?? '';
          // Behind it stands where it comes from, in brackets of our own.
          const line = found.replace(/ \[[^[]*\]$/, '');
          expect(line).not.toMatch(/(^|[^\\])(\\\\)*[[<`*_|]/);
        },
      ),
    );
  });

  test('says so when the facts are missing instead of leaving the part out', () => {
    const bare = facts({
      incident: anIncident(),
      failed: null,
      current: null,
      approvals: [],
      asks: [],
      notices: [],
      usage: [],
      head: null,
    });
    const markdown = summaryMarkdown(summaryOf(bare));
    expect(markdown).toContain('Nobody has stated whether data integrity is at risk.');
    expect(markdown).toContain('The five questions were not answered in this incident.');
    expect(markdown).toContain('- To recovery: not on record');
    expect(markdown).toContain('The audit is empty.');
  });
});
