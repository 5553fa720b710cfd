import { describe, expect, test } from 'vitest';
import { asked, minted, refusals, rule } from '../support/asked.ts';
import { alice, aPolicy, bob, carol } from '../support/builders.ts';
import { castOn, from, outcomeOf, refusalOf } from '../support/engine-world.ts';

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

test('a run that is over takes its open question with it', async () => {
  const { here, id, approval } = await asked();
  await here.engine.cancel(id, { ...from(bob), reason: 'false alarm' });
  await here.queue.settle();
  expect((await refusalOf(here.engine.review(approval.token, carol))).code).toBe('already_decided');
  expect(await outcomeOf(here, approval.id)).toBe('cancelled');
});
