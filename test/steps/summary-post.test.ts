import { describe, expect, test } from 'vitest';
import { IncidentId, KeyId, RunId } from '../../src/domain/ids.ts';
import { summaryPost } from '../../src/steps/summary-post.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import {
  aKey,
  aNotice,
  anAlert,
  anIncident,
  aReminder,
  aRun,
  aStep,
  daysAfter,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { done, play, typesOf } from '../support/play-step.ts';

const successor = KeyId.parse('key-payments4');

/** An incident in which everything was done that the close gate wants. */
function settled(): StepWorld {
  const world = aStepWorld({ key: { state: 'revoked', revokedAt: NOON, provedDeadAt: NOON } });
  const next = aKey({
    id: successor,
    version: 4,
    digest: 'new4',
    activatedAt: NOON,
    provedLiveAt: NOON,
    expiresAt: daysAfter(NOON, 90),
  });
  world.ledger.keys.set(next.id, next);
  world.ledger.incidents.set('inc-1', anIncident({ containedAt: NOON, recoveredAt: NOON }));
  world.ledger.usage.push({ key: aKey().id, caller: 'payments-worker', minute: NOON, accepted: 0, rejected: 41 });
  world.ledger.notices.push(aNotice(), aNotice({ id: 'ntc-2', recipient: 'caller:payments-worker' }));
  const tested = { at: NOON, shiftedTo: daysAfter(NOON, 60), wouldTell: 'carol: …', channel: 'C0KEYS' };
  world.ledger.reminders.set(successor, aReminder({ key: successor, tested }));
  world.ledger.apply([{ type: 'alert_received', alert: anAlert() }], NOON);
  world.at(minutesAfter(NOON, 20));
  return world;
}

describe('summary.post', () => {
  test('posts the summary as Markdown and JSON, and closes the incident when nothing is open', async () => {
    const world = settled();
    const result = await play(world, summaryPost, {});
    expect(done(result)).toEqual({ report: '/data/reports/inc-1.md', closed: true, open_points: [] });
    expect(typesOf(result.events)).toEqual(['summary_posted', 'follow_up_added', 'incident_closed']);
    expect(world.context.incident?.closedAt).toEqual(minutesAfter(NOON, 20));
    expect(world.reports.get('inc-1.md')).toContain('# SEV2: payments-prod expired (inc-1)');
    expect(JSON.parse(world.reports.get('inc-1.json') ?? '')).toMatchObject({
      incident: 'inc-1',
      impact: { rejectedCalls: 41 },
      audit: { lines: 1, head: { seq: 1 } },
      followUps: [{ what: expect.stringContaining('Plan the next rotation'), owner: 'carol', ended: null }],
      timeline: [{ sentence: expect.stringContaining('key_expired_blocked came in') }],
    });
  });

  test('keeps the incident open and names what is missing', async () => {
    const world = settled();
    world.ledger.reminders.clear();
    world.ledger.notices.length = 0;
    const result = await play(world, summaryPost, {});
    const outputs = done(result);
    expect(outputs).toMatchObject({
      closed: false,
      open_points: [expect.stringContaining('Nobody was told'), expect.stringContaining('No reminder is set')],
    });
    expect(world.context.incident).toMatchObject({ closedAt: null, openPoints: outputs.open_points });
    expect(world.reports.get('inc-1.md')).toContain('- No reminder is set for payments-prod v4.');
  });

  test('still posts after a failure, because that is when people read it', async () => {
    const world = settled();
    world.ledger.apply(
      [
        {
          type: 'step_recorded',
          run: RunId.parse('run-1'),
          record: aStep('mint', { state: 'failed', error: 'no admin access' }),
        },
      ],
      NOON,
    );
    expect(done(await play(world, summaryPost, {}))).toMatchObject({
      closed: false,
      open_points: ['R-KEY-EXPIRY stopped at mint: no admin access'],
    });
  });

  test.each([
    ['has no incident', { incident: null }],
    [
      'was started by another run, which sums up',
      { parent: { run: RunId.parse('run-0'), step: aStep('s', { state: 'started' }).step } },
    ],
  ])('says nothing for a run that %s', async (_case, run) => {
    const world = aStepWorld({ run });
    const result = await play(world, summaryPost, {});
    expect(result).toEqual({ kind: 'done', outputs: { report: null, closed: false, open_points: [] }, events: [] });
    expect(world.reports.size).toBe(0);
  });

  test('leaves other incidents out', async () => {
    const world = settled();
    const other = IncidentId.parse('inc-2');
    world.ledger.runs.set('run-9', aRun({ id: RunId.parse('run-9'), incident: other }));
    world.ledger.notices.push(aNotice({ id: 'ntc-9', incident: other, recipient: 'person:bob' }));
    await play(world, summaryPost, {});
    expect(world.reports.get('inc-1.json')).not.toContain('person:bob');
    expect(world.context.incident?.closedAt).not.toBeNull();
  });
});
