import { describe, expect, test } from 'vitest';
import { announcementsOf } from '../../src/domain/announce.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { anApproval, anAsk, anIncident, aRun, aStep, bob, carol, NOON } from '../support/builders.ts';

const incident = anIncident().id;
const surfaces = (event: LedgerEvent) => announcementsOf(event, incident).map(({ surface }) => surface);

test('an approval is asked once in the channel and once of everybody who was asked', () => {
  expect(announcementsOf({ type: 'approval_requested', approval: anApproval() }, incident)).toEqual([
    { surface: 'approval', subject: 'apr-1', address: { kind: 'incident_channel', incident, thread: false } },
    { surface: 'approval_dm', subject: 'apr-1', address: { kind: 'person', person: bob } },
    { surface: 'approval_dm', subject: 'apr-1', address: { kind: 'person', person: carol } },
  ]);
});

test.each([
  [{ type: 'incident_opened', incident: anIncident() }, ['incident']],
  [{ type: 'run_started', run: aRun() }, ['run']],
  [{ type: 'ask_opened', ask: anAsk() }, ['ask', 'ask_dm']],
  [{ type: 'ask_reminded', ask: anAsk().id, nth: 2, people: [carol] }, ['ask_reminder']],
  [{ type: 'ask_escalated', ask: anAsk().id, to: 'bob', people: [bob] }, ['ask_dm']],
  [{ type: 'ask_handed_over', ask: anAsk().id, to: 'bob', people: [bob], reason: '', by: carol }, ['ask_dm']],
  [{ type: 'incident_recovered', incident }, ['recovered']],
  [{ type: 'summary_posted', incident, run: aRun().id, markdown: '', json: '' }, ['summary']],
  [{ type: 'run_finished', run: aRun().id, outcome: 'failed', why: '' }, ['run_failed']],
  [{ type: 'run_finished', run: aRun().id, outcome: 'succeeded', why: '' }, []],
  [{ type: 'step_recorded', run: aRun().id, record: aStep('a', { state: 'started' }) }, []],
  [{ type: 'step_recorded', run: aRun().id, record: aStep('a', { state: 'in_doubt', question: '?' }) }, ['doubt']],
] as [LedgerEvent, string[]][])('%o is told as %j', (event, expected) => {
  expect(surfaces(event)).toEqual(expected);
});

describe('a notice', () => {
  const notice = (recipient: string): LedgerEvent => ({
    type: 'notice_issued',
    notice: {
      id: 'ntc-1',
      incident,
      run: aRun().id,
      recipient,
      key: 'key-1' as never,
      template: 'key-replaced',
      facts: { whichKey: '', replacementAvailable: '', dataIntegrity: '' },
      createdAt: NOON,
    },
  });

  test('reaches a person directly, also outside an incident', () => {
    const direct = [{ surface: 'notice', subject: 'ntc-1', address: { kind: 'person', person: carol } }];
    expect(announcementsOf(notice('person:carol'), incident)).toEqual(direct);
    expect(announcementsOf(notice('person:carol'), null)).toEqual(direct);
  });

  test("for a caller or a peer stands in the incident's channel", () => {
    for (const recipient of ['caller:payments-worker', 'peer:node-b:8443'])
      expect(announcementsOf(notice(recipient), incident)).toEqual([
        { surface: 'notice', subject: 'ntc-1', address: { kind: 'incident_channel', incident, thread: false } },
      ]);
    expect(announcementsOf(notice('caller:payments-worker'), null)).toEqual([]);
  });
});

test.each([
  [{ type: 'run_finished', run: aRun().id, outcome: 'failed', why: '' }, ['run_failed']],
  [{ type: 'step_recorded', run: aRun().id, record: aStep('a', { state: 'in_doubt', question: '?' }) }, ['doubt']],
] as [LedgerEvent, string[]][])('outside of incidents the team hears what stands still: %o', (event, expected) => {
  const told = announcementsOf(event, null);
  expect(told.map(({ surface }) => surface)).toEqual(expected);
  expect(told.every(({ address }) => address.kind === 'team_channel')).toBe(true);
});
