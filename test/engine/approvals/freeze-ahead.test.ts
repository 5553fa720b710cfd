import { expect, test } from 'vitest';
import { PersonId, RunId } from '../../../src/domain/ids.ts';
import { aKey, aPolicy, aRun, bob, carol, MINUTE } from '../../support/builders.ts';
import { anEngineWorld, type EngineProcess, from, outcomeOf, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

const dave = PersonId.parse('dave');
const HOUR = 60 * MINUTE;
const people = Object.fromEntries(
  ['alice', 'bob', 'carol', 'dave'].map((name) => [name, { slack: `U0${name.toUpperCase()}` }]),
);

/** A planned run that waits for bob, with a freeze of carol's from 20 to 40 hours ahead. */
async function aheadOfAFreeze(rule: object = {}) {
  const resolve = () => ({ question: 'Replace it?', rule: 'rotate' });
  const go = aPlannedStep('go', { uses: 'approve', effect: 'reads', resolve });
  const world = await anEngineWorld(aPlan([[go], [aPlannedStep('mint')]]));
  const at = (ms: number) => new Date(world.now().getTime() + ms);
  const wall = (ms: number) => at(ms).toISOString().slice(0, 16);
  const freeze = { name: 'release', from: wall(20 * HOUR), to: wall(40 * HOUR), approvers: ['carol'] };
  const rules = { rotate: { approve: 1, from: ['bob'], ...rule } as never };
  world.setPolicy(aPolicy({ people, rules, freezes: [freeze] } as never));
  const here = await world.open();
  const run = aRun({ id: RunId.parse('run-planned'), incident: null, inputs: { mode: 'planned' }, key: aKey().id });
  await recordEvents(here.ledger, [{ type: 'run_started', run }]);
  await here.engine.advance(run.id);
  const approval = await here.openApproval(run.id);
  const later = async () => ({ ...(await press(here, approval.token, bob)), notBefore: at(24 * HOUR) });
  return { world, here, run, approval, later };
}

async function press(here: EngineProcess, token: string, person: typeof bob) {
  const { reviewHash } = await here.engine.review(token, person);
  return { ...from(person), person, vote: 'approve' as const, reason: 'seen', reviewHash };
}

async function told(here: EngineProcess, now: Date) {
  return (await here.ledger.outbox.due(now, 100)).map(({ surface, channel }) => `${surface} ${channel}`);
}

test('a "not before" inside of a freeze is completed by the approver of that freeze', async () => {
  const { here, approval, later } = await aheadOfAFreeze();
  expect(await refusalOf(here.engine.review(approval.token, carol))).toMatchObject({ code: 'not_an_approver' });
  const cast = await here.engine.vote(approval.token, await later());
  expect(cast).toMatchObject({ kind: 'counted', waitsFor: 'freeze_approver' });
  const { may } = await here.engine.review(approval.token, carol);
  expect(may.vote).toBe(true);
  const second = await here.engine.vote(approval.token, await press(here, approval.token, carol));
  expect(second).toMatchObject({ kind: 'decided', outcome: 'approved' });
  expect(await outcomeOf(here, approval.id)).toBe('approved');
});

test('the approver of a freeze is asked as soon as a "not before" leads into it, and once', async () => {
  const { world, here, approval, later } = await aheadOfAFreeze({ approve: 2, from: ['bob', 'dave'] });
  expect(await told(here, world.now())).not.toContain('approval_dm person:carol');
  await here.engine.vote(approval.token, await later());
  expect((await here.ledger.read.approval(approval.id))?.asked).toEqual([bob, dave, carol]);
  await here.engine.vote(approval.token, await press(here, approval.token, dave));
  expect((await told(here, world.now())).filter((one) => one.endsWith('carol'))).toEqual(['approval_dm person:carol']);
  expect((await here.ledger.read.approval(approval.id))?.asked).toEqual([bob, dave, carol]);
});

test('the approver of a freeze ahead is reminded like everybody who has not decided', async () => {
  const { world, here, run, approval, later } = await aheadOfAFreeze({ remind: ['20m'] });
  await here.engine.vote(approval.token, await later());
  await here.queue.settle();
  world.pass(20 * MINUTE);
  await here.engine.advance(run.id);
  const reminded = (await told(here, world.now())).filter((one) => one.startsWith('approval_reminder'));
  expect(reminded).toEqual(['approval_reminder person:carol']);
});

test('the approver of a freeze ahead may hand that voice over', async () => {
  const { here, approval, later } = await aheadOfAFreeze({ delegate: true });
  await here.engine.vote(approval.token, await later());
  await here.engine.delegate(approval.token, { ...from(carol), person: carol, to: dave, reason: 'on a plane' });
  const cast = await here.engine.vote(approval.token, await press(here, approval.token, dave));
  expect(cast).toMatchObject({ kind: 'decided', outcome: 'approved' });
});
