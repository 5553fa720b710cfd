import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openEngine } from '../../src/engine/open-engine.ts';
import { Refusal } from '../../src/errors.ts';
import { aPolicy, bob, carol } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, from } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const RUNS = 800;
const [dave, frank] = ['dave' as typeof bob, 'frank' as typeof bob];
const policy = aPolicy({
  people: {
    alice: { slack: 'U0ALICE' },
    bob: { slack: 'U0BOB' },
    carol: { slack: 'U0CAROL' },
    dave: { slack: 'U0DAVE' },
    frank: { slack: 'U0FRANK' },
  },
  groups: { security: ['bob', 'carol', 'dave'], oncall: ['alice', 'bob'] },
  rules: {
    rotate: {
      approve: 2,
      deny: 1,
      from: ['group:security'],
      requester_may_approve: false,
      reason_required: false,
      delegate: true,
      expires_minutes: { planned: 30, emergency: 10 },
    },
  },
});
const plan = aPlan([
  [aPlannedStep('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) })],
  [aPlannedStep('mint')],
]);

const ACTIONS = [
  'approve bob',
  'approve bob again',
  'approve carol',
  'deny dave',
  'hand bob to frank',
  'approve frank',
  'expire',
  'cancel',
] as const;

/** The same engine, except that the scheduler decides when each of its transactions and policy reads comes to its turn. */
function interleaved({ deps }: EngineProcess, scheduler: fc.Scheduler) {
  const record = (context: never, work: never) =>
    scheduler.schedule(Promise.resolve()).then(() => deps.ledger.record(context, work));
  const ledger = { ...deps.ledger, record: record as typeof deps.ledger.record };
  const readPolicy = () => scheduler.schedule(Promise.resolve()).then(deps.policy);
  return openEngine({ ...deps, ledger, policy: readPolicy });
}

test(`${RUNS} interleavings of approve, approve again, deny, hand over, expire and cancel: exactly one outcome each, and it is what was executed`, async () => {
  const world = await anEngineWorld(plan);
  world.setPolicy(policy, 'b'.repeat(64));
  const [here, there] = [await world.open(), await world.open()];
  here.queue.forgets = true;
  there.queue.forgets = true;
  const seen: Record<string, number> = {};
  const actions = fc.shuffledSubarray([...ACTIONS], { minLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), actions, async (scheduler, chosen) => {
      const id = await here.begin();
      await here.engine.advance(id);
      const approval = await here.openApproval(id);
      const engines = [interleaved(here, scheduler), interleaved(there, scheduler)];
      const press = async (engine: (typeof engines)[number], person: typeof bob, vote: 'approve' | 'deny') => {
        const { reviewHash } = await engine.review(approval.token, person);
        await engine.vote(approval.token, { ...from(person), person, vote, reason: '', reviewHash });
        await engine.advance(id);
      };
      const act = async (what: (typeof chosen)[number], i: number) => {
        const engine = engines[i % 2] as (typeof engines)[number];
        if (what === 'approve bob' || what === 'approve bob again') return press(engine, bob, 'approve');
        if (what === 'approve frank') return press(engine, frank, 'approve');
        if (what === 'hand bob to frank')
          return engine.delegate(approval.token, { ...from(bob), person: bob, to: frank, reason: '' });
        if (what === 'approve carol') return press(engine, carol, 'approve');
        if (what === 'deny dave') return press(engine, dave, 'deny');
        if (what === 'cancel') {
          await engine.cancel(id, { ...from(bob), reason: 'false alarm' });
          return engine.advance(id);
        }
        await scheduler.schedule(Promise.resolve());
        world.pass(Math.max(0, approval.expiresAt.getTime() - world.now().getTime()));
        return engine.advance(id);
      };
      const ends = await scheduler.waitFor(Promise.allSettled(chosen.map(act)));
      for (const end of ends) if (end.status === 'rejected') expect(end.reason).toBeInstanceOf(Refusal);
      // Whatever is still open is closed by time.
      world.pass(Math.max(0, approval.expiresAt.getTime() - world.now().getTime()));
      const { outcome: end } = await here.playOut(id);

      const after = await here.ledger.read.approval(approval.id);
      const lines = await here.ledger.read.audit({ subject: `approval:${approval.id}`, limit: 20 });
      expect(lines.filter((line) => line.action === 'approval_decided')).toHaveLength(1);
      expect(lines.filter((line) => line.action === 'vote_cast')).toHaveLength(after?.votes.length ?? -1);
      const executed = world.outside.effects.get(`${id}.mint.1`) ?? 0;
      const counted = (vote: string) => after?.votes.filter((one) => one.vote === vote).length ?? 0;
      if (executed > 0) expect(after?.outcome).toBe('approved');
      if (after?.outcome === 'approved') expect([counted('approve'), counted('deny')]).toEqual([2, 0]);
      else expect(counted('approve')).toBeLessThan(2);
      expect(after?.outcome === 'rejected').toBe(counted('deny') === 1);
      if (end === 'succeeded') expect(executed).toBe(1);
      expect(executed).toBeLessThanOrEqual(1);
      // frank speaks with bob's voice or not at all, so never both of them.
      const spoke = (person: typeof bob) => after?.votes.some((one) => one.person === person) ?? false;
      expect(spoke(bob) && spoke(frank)).toBe(false);
      if (spoke(frank)) expect(after?.delegations).toMatchObject([{ from: bob, to: frank }]);
      seen[`${after?.outcome}`] = (seen[`${after?.outcome}`] ?? 0) + 1;
    }),
    { numRuns: RUNS },
  );
  expect(Object.keys(seen).sort()).toEqual(['approved', 'cancelled', 'expired', 'rejected']);
  expect(await here.ledger.verifyAudit()).toMatchObject({ whole: true });
}, 240_000);
