import { describe, expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import { bob, carol, MINUTE } from '../support/builders.ts';
import { castOn, from } from '../support/engine-world.ts';
import { aRotationWorld, type RotationProcess, waitsIn } from '../support/rotation-world.ts';

type RunOf = Awaited<ReturnType<RotationProcess['begin']>>;

async function openApproval(rekey: RotationProcess, id: RunOf) {
  const [open] = await rekey.ledger.read.openApprovalsOfRun(id);
  if (open === undefined) throw new Error('nobody is asked');
  return open;
}

async function says(rekey: RotationProcess, id: RunOf, person: typeof bob, vote: 'approve' | 'deny' = 'approve') {
  await castOn(rekey, await openApproval(rekey, id), { person, vote });
  await rekey.queue.settle();
}

describe('a rotation begins', () => {
  test('at once when policy has agreed already', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 0 });
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
    expect(await rekey.states(id)).toMatchObject({ go: 'skipped', go_two: 'skipped' });
  });

  test('with the yes of one who did not ask for it', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 1 });
    expect(await rekey.rotation(id)).toMatchObject({ state: 'awaiting_approval' });
    expect(await openApproval(rekey, id)).toMatchObject({
      ruleName: 'rotate',
      question: 'Replace payments-prod v3 (planned) now?',
      incident: null,
    });
    expect(await rekey.ledger.read.versionsOf('payments-prod')).toHaveLength(1);
    await says(rekey, id, bob);
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
    expect(await rekey.rotation(id)).toMatchObject({ state: 'grace' });
  });

  test('with the yes of two people where two are wanted, and not with one', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 2 });
    expect(await openApproval(rekey, id)).toMatchObject({ ruleName: 'rotate_two', rule: { approve: 2 } });
    await says(rekey, id, bob);
    expect(await rekey.ledger.read.versionsOf('payments-prod')).toHaveLength(1);
    await says(rekey, id, carol);
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  });

  test('never after a no: nothing is made, and the rotation is over', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 1 });
    await says(rekey, id, bob, 'deny');
    expect(await rekey.run(id)).toMatchObject({ outcome: 'failed' });
    expect(await rekey.rotation(id)).toMatchObject({
      state: 'failed',
      why: expect.stringContaining('Rejected by bob'),
    });
    expect(await rekey.ledger.read.versionsOf('payments-prod')).toHaveLength(1);
  });

  test.each([
    ['planned', 30],
    ['exploited', 10],
  ])('only while its question is open: %s, %d minutes', async (mode, minutes) => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 1, mode });
    const { createdAt, expiresAt } = await openApproval(rekey, id);
    expect(expiresAt.getTime() - createdAt.getTime()).toBe(minutes * MINUTE);
    expect(await rekey.play(id)).toMatchObject({ outcome: 'failed' });
    expect(await rekey.key(3)).toMatchObject({ state: 'active' });
  });
});

test('a leaked key is not revoked before somebody has agreed', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const id = await rekey.begin({ approvals: 1, mode: 'exploited', grace_minutes: 0 });
  expect(await rekey.key(3)).toMatchObject({ state: 'active' });
  await says(rekey, id, bob);
  expect(await rekey.key(3)).toMatchObject({ state: 'revoked' });
});

describe('a key in shipped devices', () => {
  async function shipped(inputs = {}, second = carol) {
    const world = await aRotationWorld({ class: 'embedded' });
    const rekey = await world.open();
    const id = await rekey.begin({ approvals: 2, ...inputs });
    await rekey.calls(3, 'app-1.0', { accepted: 10 });
    await says(rekey, id, bob);
    await says(rekey, id, second);
    return { world, rekey, id };
  }

  test('is never revoked and never put under a deadline: people are asked when its users have moved over (S3-20)', async () => {
    const { world, rekey, id } = await shipped();
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
    expect(await rekey.actions(id)).toContain('usage_gate_held');
    await rekey.play(id, waitsIn('left_to_people'));
    const { left_to_people: asked } = (await rekey.run(id)).steps;
    const waiting = asked?.state === 'waiting' && asked.waiting.kind === 'ask' ? asked.waiting.id : null;
    const ask = waiting === null ? null : await rekey.ledger.read.ask(waiting);
    expect(ask?.question).toContain('v3 still works in shipped apps or devices');
    expect(await rekey.key(3)).toMatchObject({ state: 'active', graceEndsAt: null });
    await rekey.engine.answer(ask?.token ?? '', {
      ...from(carol),
      person: carol,
      yes: true,
      evidence: 'with 2.0, in May',
    });
    await rekey.queue.settle();
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
    expect(await rekey.rotation(id)).toMatchObject({ state: 'completed' });
    expect(await rekey.verify(world.oldMaterial)).toBe('valid');
    expect(await rekey.actions(id)).not.toContain('key_revoked');
  });

  test('is left to people also when somebody exploits it', async () => {
    // carol keeps the key, and does not decide about it once somebody else has it.
    const { rekey, id } = await shipped({ mode: 'exploited', grace_minutes: 0 }, PersonId.parse('dave'));
    expect(waitsIn('left_to_people')(await rekey.run(id))).toBe(true);
    expect(await rekey.key(3)).toMatchObject({ state: 'active' });
  });
});
