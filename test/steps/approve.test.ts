import { describe, expect, test } from 'vitest';
import type { ApprovalId } from '../../src/domain/ids.ts';
import { approve } from '../../src/steps/approve.ts';
import type { StepResult } from '../../src/steps/contract.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import { alice, aPolicy, aVote, bob, carol, minutesAfter, NOON } from '../support/builders.ts';
import { done, failure, play, resume, typesOf, waiting } from '../support/play-step.ts';

const input = { question: 'Replace payments-prod?', rule: 'rotate' };

function requested(world: StepWorld, result: StepResult) {
  const waits = waiting(result);
  const approval = waits.kind === 'approval' ? world.ledger.approvals.get(waits.id) : undefined;
  if (approval === undefined) throw new Error('no approval was requested');
  return { approval, waits };
}

function decide(world: StepWorld, id: ApprovalId, vote: 'approve' | 'deny', reason = ''): void {
  const at = minutesAfter(NOON, 3);
  world.at(at);
  world.ledger.apply(
    [
      { type: 'vote_cast', approval: id, vote: aVote({ vote, reason, at }) },
      { type: 'approval_decided', approval: id, outcome: vote === 'approve' ? 'approved' : 'rejected' },
    ],
    at,
  );
}

describe('approve', () => {
  test('asks everybody who may decide today, never the requester, and waits until the emergency deadline', async () => {
    const world = aStepWorld({ run: { requestedBy: `person:${carol}` } });
    const { approval, waits } = requested(world, await play(world, approve, input));
    expect(approval.asked).toEqual([bob]);
    expect(approval).toMatchObject({ ruleName: 'rotate', question: 'Replace payments-prod?', outcome: null });
    expect(approval.expiresAt).toEqual(minutesAfter(NOON, 10));
    expect(waits.until).toEqual(approval.expiresAt);
  });

  test('gives a planned request the longer deadline', async () => {
    const world = aStepWorld();
    const run = world.ledger.runs.get('run-1');
    if (run !== undefined) run.inputs = { ...run.inputs, situation: 'planned' };
    const { approval } = requested(world, await play(world, approve, input));
    expect(approval.expiresAt).toEqual(minutesAfter(NOON, 30));
  });

  test('carries a token that says nothing about the approval', async () => {
    const world = aStepWorld();
    const { approval } = requested(world, await play(world, approve, input));
    expect(approval.token).not.toContain(approval.id);
    expect(approval.token).not.toBe('');
  });

  test('goes on with the names of those who approved', async () => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    decide(world, approval.id, 'approve');
    expect(done(await resume(world, approve, { input, waiting: waits }))).toEqual({ by: ['bob'] });
  });

  test('fails with who rejected it and why', async () => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    decide(world, approval.id, 'deny', 'carol is redeploying already');
    const error = failure(await resume(world, approve, { input, waiting: waits }));
    expect(error).toContain('bob ("carol is redeploying already")');
    expect(error).toContain('Nothing was executed');
  });

  test('records an expiry when the deadline passes without a decision, and executes nothing', async () => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    world.at(minutesAfter(NOON, 10));
    const result = await resume(world, approve, { input, waiting: waits });
    expect(failure(result)).toContain('asked were bob, carol');
    expect(result.events).toEqual([{ type: 'approval_decided', approval: approval.id, outcome: 'expired' }]);
  });

  test('goes on waiting when it is woken before anything was decided', async () => {
    const world = aStepWorld();
    const { waits } = requested(world, await play(world, approve, input));
    world.at(minutesAfter(NOON, 9));
    expect(await resume(world, approve, { input, waiting: waits })).toEqual({
      kind: 'wait',
      waiting: waits,
      events: [],
    });
  });

  test.each([
    [
      'the key',
      (world: StepWorld) =>
        world.ledger.apply(
          [{ type: 'key_quarantined', key: [...world.ledger.keys.values()][0]?.id as never, material: 'absent' }],
          NOON,
        ),
    ],
    ['the policy', (world: StepWorld) => world.setPolicy(aPolicy())],
  ])('asks again, and executes nothing, when %s changed after the approval', async (_what, change) => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    decide(world, approval.id, 'approve');
    change(world);
    const result = await resume(world, approve, { input, waiting: waits });
    expect(typesOf(result.events)).toEqual(['approval_decided', 'approval_requested']);
    expect(world.ledger.approvals.get(approval.id)?.outcome).toBe('superseded');
    const again = requested(world, result);
    expect(again.approval.id).not.toBe(approval.id);
    expect(again.approval.token).not.toBe(approval.token);
    expect(again.approval.planHash).not.toBe(approval.planHash);
  });

  test('asks again when a yes lay longer than people had to decide, because nobody was there to spend it', async () => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    decide(world, approval.id, 'approve');
    world.at(minutesAfter(NOON, 14));
    const result = await resume(world, approve, { input, waiting: waits });
    expect(typesOf(result.events)).toEqual(['approval_decided', 'approval_requested']);
    expect(world.ledger.approvals.get(approval.id)?.outcome).toBe('superseded');
  });

  test('is spent although the file was edited, because the run keeps its own text', async () => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    decide(world, approval.id, 'approve');
    world.setFileHash('9'.repeat(64));
    expect(done(await resume(world, approve, { input, waiting: waits }))).toEqual({ by: ['bob'] });
  });

  test.each(['cancelled', 'expired'] as const)('fails when it was %s elsewhere', async (outcome) => {
    const world = aStepWorld();
    const { approval, waits } = requested(world, await play(world, approve, input));
    world.ledger.apply([{ type: 'approval_decided', approval: approval.id, outcome }], NOON);
    expect(failure(await resume(world, approve, { input, waiting: waits }))).toContain(outcome);
  });

  test('fails at once, naming what to add, when nobody could ever decide', async () => {
    const world = aStepWorld({ key: { owner: null } });
    world.setPolicy(aPolicy({ rules: { rotate: { ...aPolicy().rules.rotate, from: ['owner', 'alice'] } as never } }));
    const result = await play(world, approve, input);
    const error = failure(result);
    expect(error).toContain('nobody can decide today');
    expect(error).toContain(`Add people to one of these in policy.yaml, other than ${alice}`);
    expect(result.events).toEqual([]);
  });

  test('asks those at once who would be asked later, where nobody could decide without them', async () => {
    const world = aStepWorld({ run: { requestedBy: `person:${bob}` } });
    const run = world.ledger.runs.get('run-1');
    // Carol keeps a key that somebody else may have.
    if (run !== undefined) run.inputs = { ...run.inputs, situation: 'exploited' };
    const escalate = [{ after: '5m', to: ['group:oncall'] }];
    world.setPolicy(aPolicy({ rules: { rotate: { ...aPolicy().rules.rotate, escalate } as never } }));
    const { approval, waits } = requested(world, await play(world, approve, input));
    expect(approval).toMatchObject({ asked: [alice], escalated: 1 });
    // And are not asked a second time when that time has come.
    world.at(minutesAfter(NOON, 5));
    const later = await resume(world, approve, { input, waiting: waits });
    expect([later.events, waiting(later).until]).toEqual([[], approval.expiresAt]);
  });

  test('asks nobody early where somebody can decide', async () => {
    const world = aStepWorld();
    const escalate = [{ after: '5m', to: ['group:oncall'] }];
    world.setPolicy(aPolicy({ rules: { rotate: { ...aPolicy().rules.rotate, from: ['owner'], escalate } as never } }));
    const { approval, waits } = requested(world, await play(world, approve, input));
    expect(approval).toMatchObject({ asked: [carol], escalated: 0 });
    expect(waits.until).toEqual(minutesAfter(NOON, 5));
  });

  test('fails at once when two are needed and only one is there', async () => {
    const world = aStepWorld({ run: { requestedBy: 'person:carol' } });
    world.setPolicy(aPolicy({ rules: { rotate: { approve: 2, from: ['owner', 'group:security'] } as never } }));
    expect(failure(await play(world, approve, input))).toContain('only bob can decide today');
  });

  test('stops for good on a rule that policy.yaml does not have', async () => {
    await expect(play(aStepWorld(), approve, { ...input, rule: 'rotat' })).rejects.toThrow('it has: rotate');
  });

  test('decides for a run outside any incident too', async () => {
    const world = aStepWorld({ run: { incident: null, key: null, inputs: {} } });
    const { approval } = requested(world, await play(world, approve, input));
    expect(approval.incident).toBeNull();
    expect(approval.expiresAt).toEqual(minutesAfter(NOON, 30));
  });
});
