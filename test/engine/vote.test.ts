import { describe, expect, test } from 'vitest';
import { aKey, alice, aPolicy, bob, carol, MINUTE } from '../support/builders.ts';
import { anEngineWorld, castOn, type EngineProcess, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const gated = aPlan([
  [aPlannedStep('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) })],
  [aPlannedStep('mint')],
]);
type Policy = ReturnType<typeof aPolicy>;
const rule = (overrides: Partial<Policy['rules'][string]>) =>
  aPolicy({
    rules: { rotate: { approve: 1, from: ['owner', 'group:security'], ...overrides } as Policy['rules'][string] },
  });

/** Two processes on one file, and a run of alice's that waits for bob or carol. */
async function asked(policy: Policy = aPolicy()) {
  const world = await anEngineWorld(gated);
  world.setPolicy(policy, 'b'.repeat(64));
  const [here, there] = [await world.open(), await world.open()];
  const id = await here.begin();
  return { world, here, there, id, approval: await here.openApproval(id) };
}

const minted = (world: { outside: { effects: Map<string, number> } }) => world.outside.effects.size;
const refusals = async ({ ledger }: EngineProcess) =>
  (await ledger.read.audit({ limit: 200 })).filter((line) => line.action === 'request_refused');

test('one approval of somebody else lets the run go on', async () => {
  const { world, here, id, approval } = await asked();
  expect(minted(world)).toBe(0);
  expect(await castOn(here, approval, { person: bob, vote: 'approve' })).toMatchObject({
    kind: 'decided',
    outcome: 'approved',
  });
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('succeeded');
  expect(minted(world)).toBe(1);
});

test('one no ends it: nothing is executed, and the reason says who and why', async () => {
  const { world, here, id, approval } = await asked();
  await castOn(here, approval, { person: bob, vote: 'deny', reason: 'the caller is mid-deploy' });
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'failed' });
  expect((await here.run(id)).steps.go).toMatchObject({
    error: expect.stringContaining('bob ("the caller is mid-deploy")'),
  });
  expect(minted(world)).toBe(0);
});

test('two people in the same moment, in two processes: one outcome, and the other is told who decided', async () => {
  for (const [first, second] of [
    ['approve', 'approve'],
    ['approve', 'deny'],
    ['deny', 'approve'],
  ] as const) {
    const { here, there, approval } = await asked();
    const presses = [
      castOn(here, approval, { person: bob, vote: first }),
      castOn(there, approval, { person: carol, vote: second }),
    ];
    const ends = await Promise.allSettled(presses);
    const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({
      code: 'already_decided',
      message: expect.stringMatching(/already (approved|rejected) by (bob|carol) at/),
    });
    const decided = await here.ledger.read.approval(approval.id);
    expect(decided?.votes).toHaveLength(1);
    await here.queue.settle();
    await there.queue.settle();
  }
});

test('ten clicks of one person are one vote', async () => {
  const { here, there, approval } = await asked(rule({ approve: 2 }));
  const clicks = Array.from({ length: 10 }, (_, i) =>
    castOn(i % 2 === 0 ? here : there, approval, { person: bob, vote: 'approve' }),
  );
  const ends = await Promise.allSettled(clicks);
  expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
  const told = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
  expect(new Set(told)).toEqual(new Set(['already_voted']));
  expect((await here.ledger.read.approval(approval.id))?.votes).toHaveLength(1);
});

test('a rule of two needs two different people', async () => {
  const { world, here, id, approval } = await asked(rule({ approve: 2 }));
  expect(await castOn(here, approval, { person: bob, vote: 'approve' })).toMatchObject({ kind: 'counted', still: 1 });
  expect((await refusalOf(castOn(here, approval, { person: bob, vote: 'approve' }))).code).toBe('already_voted');
  await here.queue.settle();
  expect(minted(world)).toBe(0);
  expect(await castOn(here, approval, { person: carol, vote: 'approve' })).toMatchObject({
    kind: 'decided',
    outcome: 'approved',
  });
  await here.queue.settle();
  expect((await here.run(id)).steps.go).toMatchObject({ outputs: { by: ['bob', 'carol'] } });
});

test('no wins over an approval that came first', async () => {
  const { here, approval } = await asked(rule({ approve: 2 }));
  await castOn(here, approval, { person: bob, vote: 'approve' });
  expect(await castOn(here, approval, { person: carol, vote: 'deny' })).toMatchObject({ outcome: 'rejected' });
});

describe('a vote is refused, counts nothing and is audited', () => {
  test.each([
    ['of who asked for it', alice, 'own_request'],
    ['of somebody the rule does not name', 'mallory' as typeof bob, 'not_an_approver'],
  ])('%s', async (_whose, person, code) => {
    const { world, here, approval } = await asked();
    expect((await refusalOf(here.engine.review(approval.token, person))).code).toBe(code);
    const { reviewHash } = await here.engine.review(approval.token, bob);
    const press = { ...from(person), person, vote: 'approve', reason: '', reviewHash } as const;
    expect((await refusalOf(here.engine.vote(approval.token, press))).code).toBe(code);
    expect((await here.ledger.read.approval(approval.id))?.votes).toEqual([]);
    const [line] = await refusals(here);
    expect(line).toMatchObject({ actor: `person:${person}`, subject: `vote on ${approval.id}` });
    expect(minted(world)).toBe(0);
  });

  test('of somebody who was taken out of the policy after being asked', async () => {
    const { world, here, approval } = await asked();
    const { reviewHash } = await here.engine.review(approval.token, bob);
    world.setPolicy(aPolicy({ groups: { security: ['carol'], oncall: ['alice', 'bob'] } }));
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash } as const;
    expect((await refusalOf(here.engine.vote(approval.token, press))).code).toBe('not_an_approver');
  });

  test('without the reason that the rule asks for', async () => {
    const { here, approval } = await asked(rule({ reason_required: true }));
    expect((await refusalOf(castOn(here, approval, { person: bob, vote: 'approve', reason: '  ' }))).code).toBe(
      'reason_required',
    );
    await castOn(here, approval, { person: bob, vote: 'approve', reason: 'checked with payments' });
  });

  test('with a button that Rekey does not know', async () => {
    const { here } = await asked();
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash: 'x' } as const;
    expect((await refusalOf(here.engine.vote('apt-forged', press))).code).toBe('unknown_approval');
    expect(await refusals(here)).toHaveLength(1);
  });

  test('while the policy file is missing or broken', async () => {
    const { world, here, approval } = await asked();
    const { reviewHash } = await here.engine.review(approval.token, bob);
    const { Refusal } = await import('../../src/errors.ts');
    world.setPolicy(new Refusal('policy_broken', 'policy.yaml cannot be read, so nothing is allowed.'));
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash } as const;
    expect((await refusalOf(here.engine.vote(approval.token, press))).code).toBe('policy_broken');
    expect(await refusals(here)).toHaveLength(1);
    expect(await outcomeOf(here, approval.id)).toBeNull();
  });
});

describe('time', () => {
  test('a vote at the instant of expiry is too late: refused, and recorded as expired', async () => {
    const { world, here, id, approval } = await asked();
    const { reviewHash } = await here.engine.review(approval.token, bob);
    world.pass(approval.expiresAt.getTime() - world.now().getTime());
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash } as const;
    expect((await refusalOf(here.engine.vote(approval.token, press))).code).toBe('approval_expired');
    expect(await outcomeOf(here, approval.id)).toBe('expired');
    expect((await refusalOf(here.engine.vote(approval.token, press))).code).toBe('already_decided');
    await here.queue.settle();
    expect((await here.run(id)).outcome).toBe('failed');
    expect(minted(world)).toBe(0);
  });

  test('a vote one millisecond before it counts', async () => {
    const { world, here, approval } = await asked();
    world.pass(approval.expiresAt.getTime() - world.now().getTime() - 1);
    expect(await castOn(here, approval, { person: bob, vote: 'approve' })).toMatchObject({ outcome: 'approved' });
  });

  test('nobody decides: the run ends by itself when the time is up, and the step says who was asked', async () => {
    const { world, here, id, approval } = await asked();
    await here.queue.ring(world.pass(10 * MINUTE));
    expect(await outcomeOf(here, approval.id)).toBe('expired');
    expect((await here.run(id)).steps.go).toMatchObject({ error: expect.stringContaining('asked were bob, carol') });
  });
});

describe('what changed since the review makes it stale, names the change and counts nothing', () => {
  test.each([
    [
      "the runbook's file",
      "the runbook's file",
      (world: Awaited<ReturnType<typeof asked>>['world']) => world.setFileHash('f'.repeat(64)),
    ],
    [
      'the deleted file',
      "the runbook's file",
      (world: Awaited<ReturnType<typeof asked>>['world']) => world.setFileHash(null),
    ],
    [
      'the policy',
      'the policy',
      (world: Awaited<ReturnType<typeof asked>>['world']) => world.setPolicy(aPolicy(), 'e'.repeat(64)),
    ],
  ])('%s', async (_what, named, change) => {
    const { world, here, approval } = await asked();
    const { reviewHash } = await here.engine.review(approval.token, bob);
    change(world);
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash } as const;
    const refusal = await refusalOf(here.engine.vote(approval.token, press));
    expect(refusal.code).toBe('stale_review');
    expect(refusal.message).toContain(named);
    expect((await here.ledger.read.approval(approval.id))?.votes).toEqual([]);
    const again = await here.engine.review(approval.token, bob);
    expect(again.differences.join()).toContain(named);
  });

  test("the key's row", async () => {
    const { here, there, approval } = await asked();
    const { reviewHash } = await here.engine.review(approval.token, bob);
    await recordEvents(there.ledger, [{ type: 'key_compromised', key: aKey().id }]);
    const press = { ...from(bob), person: bob, vote: 'approve', reason: '', reviewHash } as const;
    const refusal = await refusalOf(here.engine.vote(approval.token, press));
    expect(refusal).toMatchObject({
      code: 'stale_review',
      message: expect.stringContaining('the key (row version 1 → 2)'),
    });
  });

  test('what changed before it is spent is asked again, and never executed on the old approval', async () => {
    const { world, here, id, approval } = await asked();
    here.queue.forgets = true;
    await castOn(here, approval, { person: bob, vote: 'approve' });
    await recordEvents(here.ledger, [{ type: 'key_compromised', key: aKey().id }]);
    await here.engine.advance(id);
    expect(await outcomeOf(here, approval.id)).toBe('superseded');
    const again = await here.openApproval(id);
    expect(again.id).not.toBe(approval.id);
    expect(minted(world)).toBe(0);
    await castOn(here, again, { person: carol, vote: 'approve' });
    await here.engine.advance(id);
    expect((await here.run(id)).outcome).toBe('succeeded');
  });
});

test('a run that is over takes its open question with it', async () => {
  const { here, id, approval } = await asked();
  await here.engine.cancel(id, { ...from(bob), reason: 'false alarm' });
  await here.queue.settle();
  expect((await refusalOf(here.engine.review(approval.token, carol))).code).toBe('already_decided');
  expect(await outcomeOf(here, approval.id)).toBe('cancelled');
});
