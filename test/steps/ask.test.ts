import { describe, expect, test } from 'vitest';
import { REMINDER_BY_HAND } from '../../src/domain/close-gate.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Key } from '../../src/domain/key.ts';
import { ask } from '../../src/steps/ask.ts';
import type { StepResult } from '../../src/steps/contract.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import { aKey, anIncident, bob, carol, minutesAfter, NOON } from '../support/builders.ts';
import { done, failure, play, resume, waiting } from '../support/play-step.ts';

const input = { question: 'Is the caller redeployed?', assignee: 'owner', evidence: 'url' };

function opened(world: StepWorld, result: StepResult) {
  const waits = waiting(result);
  const row = waits.kind === 'ask' ? world.ledger.asks.get(waits.id) : undefined;
  if (row === undefined) throw new Error('no question was opened');
  return { row, waits };
}

describe('ask', () => {
  test('puts the question to the people behind the assignee and waits until it is due', async () => {
    const world = aStepWorld();
    world.context.step.dueAt = minutesAfter(NOON, 30);
    const { row, waits } = opened(world, await play(world, ask, input));
    expect(row).toMatchObject({ assignee: 'owner', assigned: [carol], evidence: 'url', answer: null });
    expect(waits.until).toEqual(minutesAfter(NOON, 30));
  });

  test.each([
    ['a person', 'bob', [bob]],
    ['a group', 'group:security', [bob, carol]],
    ['the escalation of the key', 'escalation', ['alice', 'bob']],
  ])('asks %s', async (_who, assignee, people) => {
    const world = aStepWorld();
    expect(opened(world, await play(world, ask, { ...input, assignee })).row.assigned).toEqual(people);
  });

  test('goes on with the answer, the evidence and the name', async () => {
    const world = aStepWorld();
    const { row, waits } = opened(world, await play(world, ask, input));
    world.ledger.apply([{ type: 'ask_answered', ask: row.id, yes: true, evidence: 'https://ci/7', by: carol }], NOON);
    expect(done(await resume(world, ask, { input, waiting: waits }))).toEqual({
      yes: true,
      evidence: 'https://ci/7',
      by: 'carol',
    });
  });

  test('ends the step when the answer is no, with the reason', async () => {
    const world = aStepWorld();
    const { row, waits } = opened(world, await play(world, ask, input));
    world.ledger.apply(
      [{ type: 'ask_answered', ask: row.id, yes: false, evidence: 'the deploy is frozen', by: carol }],
      NOON,
    );
    const error = failure(await resume(world, ask, { input, waiting: waits }));
    expect(error).toContain('carol answered no');
    expect(error).toContain('the deploy is frozen');
  });

  test('where a no means "not yet", keeps it on record and puts the question again', async () => {
    const world = aStepWorld();
    world.context.step.dueAt = minutesAfter(NOON, 30);
    const asked = { ...input, no: 'waits' };
    const { row, waits } = opened(world, await play(world, ask, asked));
    world.ledger.apply([{ type: 'ask_answered', ask: row.id, yes: false, evidence: 'tonight', by: carol }], NOON);
    const again = opened(world, await resume(world, ask, { input: asked, waiting: waits }));
    expect(again.row).toMatchObject({ question: input.question, answer: null });
    expect(again.row.id).not.toBe(row.id);
    expect(again.row.token).not.toBe(row.token);
    expect(world.ledger.asks.get(row.id)?.answer).toMatchObject({ yes: false, evidence: 'tonight' });
    const yes = { type: 'ask_answered', ask: again.row.id, yes: true, evidence: 'https://ci/8', by: carol } as const;
    world.ledger.apply([yes], NOON);
    expect(done(await resume(world, ask, { input: asked, waiting: again.waits }))).toMatchObject({ yes: true });
  });

  test('wakes once when it is overdue, and waits on: no answer is neither yes nor no', async () => {
    const world = aStepWorld();
    world.context.step.dueAt = minutesAfter(NOON, 30);
    const { waits } = opened(world, await play(world, ask, input));
    world.at(minutesAfter(NOON, 30));
    const late = await resume(world, ask, { input, waiting: waits });
    expect(waiting(late)).toEqual({ ...waits, until: null });
  });

  test('keeps its deadline when it is woken early', async () => {
    const world = aStepWorld();
    world.context.step.dueAt = minutesAfter(NOON, 30);
    const { waits } = opened(world, await play(world, ask, input));
    expect(waiting(await resume(world, ask, { input, waiting: waits }))).toEqual(waits);
  });

  test('fails, saying where to add people, when the assignee is nobody', async () => {
    const world = aStepWorld({ key: { owner: null } });
    const result = await play(world, ask, input);
    expect(failure(result)).toContain('owner names no one in policy.yaml');
    expect(result.events).toEqual([]);
  });

  describe('where Rekey has no proof of its own', () => {
    const dead = {
      type: 'key_proved_dead',
      key: aKey().id,
      how: 'carol showed it: https://grafana/healthz',
    } as const;

    async function answeredYes(settles: string, incident?: Partial<Incident>, key: Partial<Key> = {}) {
      const world = aStepWorld({ key });
      world.ledger.incidents.set('inc-1', anIncident(incident));
      const asked = { ...input, settles };
      const { row, waits } = opened(world, await play(world, ask, asked));
      const evidence = 'https://grafana/healthz';
      world.ledger.apply([{ type: 'ask_answered', ask: row.id, yes: true, evidence, by: carol }], NOON);
      return { world, result: await resume(world, ask, { input: asked, waiting: waits }) };
    }

    test('a yes under a name stands for the recovery', async () => {
      const { world, result } = await answeredYes('recovery');
      expect(done(result)).toMatchObject({ by: 'carol' });
      expect(world.context.incident?.recoveredAt).toEqual(NOON);
    });

    test('a yes does not move a recovery that is on record', async () => {
      const { result } = await answeredYes('recovery', { recoveredAt: minutesAfter(NOON, -1) });
      expect(result.events).toEqual([]);
    });

    test('a yes under a name stands for the tested reminder', async () => {
      const { world } = await answeredYes('reminder');
      expect(world.ledger.evidence).toMatchObject([
        { kind: REMINDER_BY_HAND, content: { by: 'carol', evidence: 'https://grafana/healthz' } },
      ]);
    });

    test('a yes under a name stands for the rejection of the old key', async () => {
      const { result } = await answeredYes('death', {}, { state: 'revoked', revokedAt: NOON });
      expect(result.events).toEqual([dead]);
    });

    test('a yes of who ended it elsewhere is how the ledger hears of the end', async () => {
      const { result } = await answeredYes('death', {}, { provider: 'imported', expiresAt: null });
      const { how: reason, key } = dead;
      expect(result.events).toEqual([{ type: 'key_revoked', key, replacedBy: null, reason }, dead]);
    });

    test('a key whose time is over is recorded as expired first', async () => {
      const { result } = await answeredYes('death', {}, { expiresAt: minutesAfter(NOON, -1) });
      expect(result.events).toEqual([{ type: 'key_expired', key: dead.key }, dead]);
    });

    test('nobody shows that a key is dead which the ledger still accepts', async () => {
      await expect(answeredYes('death', {}, { expiresAt: null })).rejects.toThrow('Revoke it with key.revoke');
    });

    test('a yes without evidence may not settle anything', async () => {
      const asked = { ...input, evidence: 'none', settles: 'recovery' };
      await expect(play(aStepWorld(), ask, asked)).rejects.toThrow('settles the recovery needs evidence');
    });
  });
});
