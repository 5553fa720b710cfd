import { describe, expect, test } from 'vitest';
import { AskId, IncidentId, RunId } from '../../src/domain/ids.ts';
import { EXPIRING_SOON, MISSED_ROTATION, QUESTIONS } from '../../src/domain/questions.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { ledgerQuestions } from '../../src/steps/ledger-questions.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import {
  aKey,
  aNotice,
  anAsk,
  aPolicy,
  aRun,
  aStep,
  carol,
  daysAfter,
  minutesAfter,
  NOON,
} from '../support/builders.ts';
import { done, play } from '../support/play-step.ts';

const input = { key: keyRefOf(aKey()), ask: [...QUESTIONS] };

async function answers(world: StepWorld) {
  const outputs = ledgerQuestions.outputs.parse(done(await play(world, ledgerQuestions, input))) as {
    answers: { question: string; answer: string; proof: string }[];
    missed: string;
  };
  return { missed: outputs.missed, of: (question: string) => outputs.answers.find((one) => one.question === question) };
}

/** A world whose ledger has known the key since its first day. */
function known(world = aStepWorld()): StepWorld {
  world.ledger.apply([{ type: 'key_proved_live', key: aKey().id, probes: 1, how: '' }], daysAfter(NOON, -90));
  return world;
}

describe('ledger.questions', () => {
  test('answers all five from what is recorded and keeps them as evidence', async () => {
    const world = known();
    const { of, missed } = await answers(world);
    expect(QUESTIONS.map((question) => of(question)?.answer)).toEqual(['yes', 'no', 'no', 'no', 'no']);
    expect(missed).toContain('the alert was not backed by a query');
    expect(world.ledger.evidence[0]).toMatchObject({
      kind: MISSED_ROTATION,
      incident: 'inc-1',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('finds the warnings that went to the owner', async () => {
    const world = known();
    for (const days of [-30, -7])
      world.ledger.notices.push(aNotice({ template: EXPIRING_SOON, incident: null, createdAt: daysAfter(NOON, days) }));
    const { of, missed } = await answers(world);
    expect(of('right_owner')).toMatchObject({ answer: 'yes', proof: expect.stringContaining('carol got 2 warnings') });
    expect(missed).toContain('the owner was warned and did not rotate');
  });

  test('finds the digests that showed it, and that nobody claimed it', async () => {
    const world = known();
    const shown = (day: number) => ({ digest: `dig-${day}`, at: daysAfter(NOON, day), to: null, owners: [carol] });
    world.ledger.reader.impressionsOf = async () => [shown(-5), shown(-2)];
    const { of, missed } = await answers(world);
    expect(of('right_owner')).toMatchObject({ answer: 'yes', proof: expect.stringContaining('shown 2 times, last ') });
    expect(missed).toContain('claimed by nobody');
  });

  test('does not mistake other notices about the key for warnings', async () => {
    const world = known();
    world.ledger.notices.push(aNotice({ createdAt: daysAfter(NOON, -30) }));
    expect((await answers(world)).of('right_owner')?.answer).toBe('no');
  });

  test('looks the owner up in the policy of today', async () => {
    const world = known();
    const { carol: _gone, ...people } = aPolicy().people;
    world.setPolicy({ ...aPolicy(), people });
    expect((await answers(world)).of('missing_owner')).toMatchObject({
      answer: 'yes',
      proof: expect.stringContaining('names no one'),
    });
  });

  test('says no when the policy has no alert', async () => {
    const world = known();
    world.setPolicy(aPolicy({ alerts: {} }));
    const { of, missed } = await answers(world);
    expect(of('alert_configured')?.answer).toBe('no');
    expect(missed).toContain('no alert was configured');
  });

  test('admits that it cannot know what was sent before it knew the key', async () => {
    expect((await answers(aStepWorld())).of('alert_backed')?.answer).toBe('unknown');
  });

  test.each([
    ['inside an incident', IncidentId.parse('inc-0')],
    ['outside any incident', null],
  ])('finds a rotation that waited for a peer when the key expired, %s', async (_case, incident) => {
    const world = known();
    const run = RunId.parse('run-0');
    const ask = anAsk({ id: AskId.parse('ask-0'), run, incident, assignee: 'bob', createdAt: daysAfter(NOON, -1) });
    const record = aStep('peer', {
      state: 'waiting',
      waiting: { kind: 'ask', id: ask.id, until: null },
      answered: false,
    });
    world.ledger.runs.set(run, aRun({ id: run, incident, startedAt: daysAfter(NOON, -2), steps: { peer: record } }));
    world.ledger.asks.set(ask.id, ask);
    expect((await answers(world)).of('peer_blocked')).toMatchObject({
      answer: 'yes',
      proof: expect.stringContaining('for bob'),
    });
  });

  test.each([
    ['had ended before the expiry', { finishedAt: daysAfter(NOON, -1) }],
    ['began after the expiry', { startedAt: minutesAfter(NOON, -5) }],
  ])('a rotation that %s did not block anything', async (_case, times) => {
    const world = known();
    const run = RunId.parse('run-0');
    world.ledger.runs.set(
      run,
      aRun({ id: run, incident: IncidentId.parse('inc-0'), startedAt: daysAfter(NOON, -2), ...times }),
    );
    world.ledger.asks.set(
      'ask-0',
      anAsk({
        id: AskId.parse('ask-0'),
        run,
        incident: IncidentId.parse('inc-0'),
        assignee: 'bob',
        createdAt: daysAfter(NOON, -2),
      }),
    );
    expect((await answers(world)).of('peer_blocked')?.proof).toContain('No rotation of this key was under way');
  });
});
