import { describe, expect, test } from 'vitest';
import { asked, minted } from '../support/asked.ts';
import { aKey, aPolicy, bob, MINUTE } from '../support/builders.ts';
import { castOn, from, outcomeOf, refusalOf } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';

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
    // carol owns it, and somebody else may have it now.
    await castOn(here, again, { person: bob, vote: 'approve' });
    await here.engine.advance(id);
    expect((await here.run(id)).outcome).toBe('succeeded');
  });
});
