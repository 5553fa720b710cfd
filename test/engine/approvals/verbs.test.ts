import { describe, expect, test } from 'vitest';
import { PersonId, RunId } from '../../../src/domain/ids.ts';
import { errorOf } from '../../../src/domain/run.ts';
import { Refusal } from '../../../src/errors.ts';
import type { StepUp } from '../../../src/providers/step-up.ts';
import { Secret } from '../../../src/secret.ts';
import { asked, gated, minted, refusals } from '../../support/asked.ts';
import { aKey, alice, aPolicy, aRun, bob, carol, MINUTE } from '../../support/builders.ts';
import { anEngineWorld, type EngineProcess, from, outcomeOf, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

const [dave, frank] = [PersonId.parse('dave'), PersonId.parse('frank')];
const HOUR = 60 * MINUTE;

const policyWith = (rule: object, more: object = {}) =>
  aPolicy({
    people: Object.fromEntries(
      ['alice', 'bob', 'carol', 'dave', 'frank'].map((name) => [name, { slack: `U0${name.toUpperCase()}` }]),
    ),
    rules: { rotate: { approve: 1, from: ['group:security'], ...rule } as never },
    break_glass: { from: ['group:oncall'], review_by: ['group:security', 'dave'] } as never,
    ...more,
  });

async function pressBy(process: EngineProcess, token: string, person: typeof bob) {
  const { reviewHash } = await process.engine.review(token, person);
  return { ...from(person), person, reason: 'seen', reviewHash };
}

/** Keeps the codes of the people who have one, each good once. */
function codesOf(codes: Record<string, string>): StepUp {
  return {
    isEnrolled: async (person) => Object.hasOwn(codes, person),
    prove: async (person, code) => {
      if (codes[person] !== code.reveal()) throw new Refusal('code_wrong', 'That is not your code.');
      return { events: [] };
    },
    howToEnrol: 'Type rekey codes enrol.',
  };
}

describe('tier 2', () => {
  test('counts nothing until the name of the key was typed, and keeps that it was', async () => {
    const { here, approval } = await asked(policyWith({ tier: 2 }));
    const press = await pressBy(here, approval.token, bob);
    const vote = (confirm?: string) =>
      here.engine.vote(approval.token, { ...press, vote: 'approve', ...(confirm !== undefined && { confirm }) });
    expect(await refusalOf(vote())).toMatchObject({ code: 'confirmation_needed' });
    expect(await refusalOf(vote('payments-pord'))).toMatchObject({ message: expect.stringContaining('payments-prod') });
    expect((await here.ledger.read.approval(approval.id))?.votes).toEqual([]);
    expect(await refusals(here)).toHaveLength(2);
    expect(await vote('payments-prod')).toMatchObject({ outcome: 'approved', vote: { proof: 'typed' } });
  });

  test('takes a no without any of that', async () => {
    const { here, approval } = await asked(policyWith({ tier: 2 }));
    const press = await pressBy(here, approval.token, bob);
    expect(await here.engine.vote(approval.token, { ...press, vote: 'deny' })).toMatchObject({ outcome: 'rejected' });
  });
});

describe('tier 3', () => {
  test('is refused at once, with how to enrol, where nobody has a code', async () => {
    const world = await anEngineWorld(gated);
    world.setPolicy(policyWith({ tier: 3, approve: 2 }), 'b'.repeat(64));
    const here = await world.open({ stepUp: codesOf({ frank: '1' }) });
    const id = await here.begin();
    await here.engine.advance(id);
    const run = await here.run(id);
    expect(run.outcome).toBe('failed');
    expect(errorOf(run.steps.go)).toContain('nobody can decide today');
    expect(errorOf(run.steps.go)).toContain('Type rekey codes enrol.');
  });

  test('wants the code of each of two people, and keeps none of them', async () => {
    const { here, approval, world, id } = await asked(
      policyWith({ tier: 3, approve: 2 }),
      codesOf({ bob: '111111', carol: '222222' }),
    );
    const vote = async (person: typeof bob, code?: string) =>
      here.engine.vote(approval.token, {
        ...(await pressBy(here, approval.token, person)),
        vote: 'approve',
        ...(code !== undefined && { code: new Secret(code) }),
      });
    expect(await refusalOf(vote(bob))).toMatchObject({ code: 'code_needed' });
    expect(await refusalOf(vote(bob, '222222'))).toMatchObject({ code: 'code_wrong' });
    expect(await vote(bob, '111111')).toMatchObject({ kind: 'counted', still: 1, vote: { proof: 'totp' } });
    expect(await vote(carol, '222222')).toMatchObject({ outcome: 'approved' });
    await here.playOut(id);
    expect(minted(world)).toBe(1);
    const audit = JSON.stringify(await here.ledger.read.audit({ limit: 500 }));
    expect(audit).not.toMatch(/111111|222222/);
  });
});

describe('approve now, run later', () => {
  test('waits for the time that was said, and runs then', async () => {
    const { here, approval, world, id } = await asked(policyWith({}));
    const press = await pressBy(here, approval.token, bob);
    const notBefore = new Date(world.now().getTime() + 26 * HOUR);
    await here.engine.vote(approval.token, { ...press, vote: 'approve', notBefore });
    await here.engine.advance(id);
    world.pass(25 * HOUR);
    await here.engine.advance(id);
    expect([await outcomeOf(here, approval.id), minted(world)]).toEqual(['approved', 0]);
    world.pass(HOUR);
    await here.engine.advance(id);
    expect([(await here.run(id)).outcome, minted(world)]).toEqual(['succeeded', 1]);
  });

  test('asks again when the plan has changed by then', async () => {
    const { here, approval, world, id } = await asked(policyWith({}));
    const press = await pressBy(here, approval.token, bob);
    await here.engine.vote(approval.token, {
      ...press,
      vote: 'approve',
      notBefore: new Date(world.now().getTime() + HOUR),
    });
    world.setPolicy(policyWith({ approve: 1 }), 'c'.repeat(64));
    await here.engine.advance(id);
    expect(await outcomeOf(here, approval.id)).toBe('approved');
    world.pass(HOUR);
    await here.engine.advance(id);
    expect([await outcomeOf(here, approval.id), minted(world)]).toEqual(['superseded', 0]);
  });

  test.each([
    ['more than 7 days', 8 * 24 * HOUR],
    ['the past', -HOUR],
  ])('%s ahead is refused and counts nothing', async (_what, ms) => {
    const { here, approval, world } = await asked(policyWith({}));
    const press = await pressBy(here, approval.token, bob);
    const notBefore = new Date(world.now().getTime() + ms);
    expect(await refusalOf(here.engine.vote(approval.token, { ...press, vote: 'approve', notBefore }))).toMatchObject({
      code: 'not_before_out_of_range',
    });
    expect(await outcomeOf(here, approval.id)).toBeNull();
  });
});

describe('handing over', () => {
  test('lets the other one decide, and the first one no more', async () => {
    const { here, approval } = await asked(policyWith({ delegate: true }));
    await here.engine.delegate(approval.token, { ...from(carol), person: carol, to: dave, reason: 'on a plane' });
    expect(await refusalOf(here.engine.review(approval.token, carol))).toMatchObject({ code: 'handed_over' });
    const press = await pressBy(here, approval.token, dave);
    expect(await here.engine.vote(approval.token, { ...press, vote: 'approve' })).toMatchObject({
      outcome: 'approved',
    });
  });

  test.each([
    ['to whoever asked for it', bob, alice, 'own_request'],
    ['to somebody who has a voice', bob, carol, 'has_a_voice'],
    ['to nobody whom the policy knows', bob, PersonId.parse('mallory'), 'unknown_person'],
    ['by somebody without a voice', frank, dave, 'not_an_approver'],
  ])('%s is refused', async (_what, person, to, code) => {
    const { here, approval } = await asked(policyWith({ delegate: true }));
    const handing = here.engine.delegate(approval.token, { ...from(person), person, to, reason: '' });
    expect(await refusalOf(handing)).toMatchObject({ code });
  });

  test('goes no further than once', async () => {
    const { here, approval } = await asked(policyWith({ delegate: true }));
    const hand = (person: typeof bob, to: typeof bob) =>
      here.engine.delegate(approval.token, { ...from(person), person, to, reason: '' });
    await hand(bob, dave);
    expect(await refusalOf(hand(dave, frank))).toMatchObject({ code: 'delegated_already' });
    expect(await refusalOf(hand(bob, frank))).toMatchObject({ code: 'handed_over' });
    expect(await refusalOf(hand(carol, dave))).toMatchObject({ code: 'has_a_voice' });
  });

  test('goes in tier 3 to nobody without a code, for whom it would be lost', async () => {
    const { here, approval } = await asked(
      policyWith({ tier: 3, approve: 2, delegate: true }),
      codesOf({ bob: '1', carol: '2', frank: '3' }),
    );
    const hand = (to: typeof bob) =>
      here.engine.delegate(approval.token, { ...from(carol), person: carol, to, reason: '' });
    expect(await refusalOf(hand(dave))).toMatchObject({
      code: 'not_enrolled',
      message: expect.stringContaining('dave has none'),
    });
    expect(await refusalOf(hand(dave))).toMatchObject({ message: expect.stringContaining('Type rekey codes enrol.') });
    expect((await here.ledger.read.approval(approval.id))?.delegations).toEqual([]);
    await hand(frank);
    expect(await here.ledger.read.approval(approval.id)).toMatchObject({ delegations: [{ from: carol, to: frank }] });
  });

  test('is refused where the rule does not allow it', async () => {
    const { here, approval } = await asked(policyWith({}));
    const handing = here.engine.delegate(approval.token, { ...from(bob), person: bob, to: dave, reason: '' });
    expect(await refusalOf(handing)).toMatchObject({ code: 'may_not_delegate' });
  });
});

describe('break-glass', () => {
  const alone = async (here: EngineProcess, token: string, person = alice, reason = 'nobody answers') =>
    here.engine.breakGlass(token, { ...(await pressBy(here, token, person)), reason });

  test('runs at once for the one who asked, and tells everybody who was not waited for', async () => {
    const { here, approval, world, id } = await asked(policyWith({ approve: 2 }));
    const use = await alone(here, approval.token);
    expect(use).toMatchObject({ by: alice, skipped: [bob, carol], reviewers: [bob, carol, dave], review: null });
    expect(use.dueAt.getTime() - use.at.getTime()).toBe(24 * HOUR);
    await here.playOut(id);
    expect(minted(world)).toBe(1);
    expect((await here.ledger.read.approval(approval.id))?.glassBrokenBy).toBe(alice);
    const told = await here.ledger.outbox.due(world.now(), 100);
    expect(
      told
        .filter(({ surface }) => surface === 'break_glass')
        .map(({ channel }) => channel)
        .sort(),
    ).toEqual(['C0INCIDENTS', 'person:bob', 'person:carol', 'person:dave']);
  });

  test.each([
    ['without a reason', alice, ' ', 'reason_required'],
    ['by somebody who may not', carol, 'now', 'may_not_break_glass'],
  ])('%s is refused', async (_what, person, reason, code) => {
    const { here, approval } = await asked(policyWith({ approve: 2 }));
    expect(await refusalOf(alone(here, approval.token, person, reason))).toMatchObject({ code });
    expect(await outcomeOf(here, approval.id)).toBeNull();
  });

  test('does not override a no', async () => {
    const { here, approval } = await asked(policyWith({ approve: 2, deny: 2 }));
    await here.engine.vote(approval.token, { ...(await pressBy(here, approval.token, bob)), vote: 'deny' });
    expect(await refusalOf(alone(here, approval.token))).toMatchObject({ code: 'denied' });
  });

  test('is reviewed by somebody else, once', async () => {
    const { here, approval } = await asked(policyWith({ approve: 2 }));
    await alone(here, approval.token, bob);
    const review = (person: typeof bob, comment = 'looked into it') =>
      here.engine.reviewBreakGlass(approval.id, { ...from(person), person, verdict: 'justified', comment });
    expect(await refusalOf(review(bob))).toMatchObject({ code: 'own_request' });
    expect(await refusalOf(review(alice))).toMatchObject({ code: 'not_a_reviewer' });
    expect(await refusalOf(review(dave, ' '))).toMatchObject({ code: 'comment_required' });
    expect((await review(dave)).review).toMatchObject({ by: dave, verdict: 'justified' });
    expect(await refusalOf(review(carol))).toMatchObject({ code: 'already_reviewed' });
    expect(await here.ledger.read.unreviewedGlassBreaks()).toEqual([]);
  });

  test('is not used again while a review is overdue', async () => {
    const { here, approval, world, id } = await asked(policyWith({ approve: 2 }));
    await alone(here, approval.token);
    await here.playOut(id);
    world.pass(24 * HOUR);
    const next = await here.begin();
    await here.engine.advance(next);
    const again = await here.openApproval(next);
    expect(await refusalOf(alone(here, again.token))).toMatchObject({
      code: 'review_overdue',
      message: expect.stringContaining('bob or carol or dave'),
    });
    await here.engine.reviewBreakGlass(approval.id, {
      ...from(dave),
      person: dave,
      verdict: 'not_justified',
      comment: 'bob was there',
    });
    expect(await alone(here, again.token)).toMatchObject({ by: alice });
  });
});

describe('reminders and escalation', () => {
  const ladder = {
    approve: 1,
    from: ['bob'],
    remind: ['2m', '4m'],
    escalate: [
      { after: '3m', to: ['dave'] },
      { after: '5m', to: ['frank', 'alice'] },
    ],
  };
  const rungs = async ({ ledger }: EngineProcess) =>
    (await ledger.read.audit({ limit: 200 }))
      .filter(({ action }) => action === 'approval_reminded' || action === 'approval_escalated')
      .map(({ action, details }) => `${action} ${JSON.parse(details).number} ${JSON.parse(details).people.join()}`)
      .reverse();

  test('come once each, however often and wherever the run is woken', async () => {
    const { here, there, world, id } = await asked(policyWith(ladder));
    for (let minute = 0; minute < 9; minute++) {
      world.pass(MINUTE);
      await Promise.all([here.engine.advance(id), there.engine.advance(id)]);
      await here.engine.advance(id);
    }
    expect(await rungs(here)).toEqual([
      'approval_reminded 1 bob',
      'approval_escalated 1 dave',
      'approval_reminded 2 bob,dave',
      'approval_escalated 2 frank',
    ]);
  });

  test('after a stop, the reminders that were missed are one, and nobody is left out', async () => {
    const { here, world, id } = await asked(policyWith(ladder));
    world.pass(6 * MINUTE);
    await here.engine.advance(id);
    expect(await rungs(here)).toEqual([
      'approval_reminded 2 bob',
      'approval_escalated 1 dave',
      'approval_escalated 2 frank',
    ]);
  });

  test('whoever it was escalated to decides, and nobody before that', async () => {
    const { here, world, id, approval } = await asked(policyWith(ladder));
    expect(await refusalOf(here.engine.review(approval.token, dave))).toMatchObject({ code: 'not_an_approver' });
    world.pass(3 * MINUTE);
    await here.engine.advance(id);
    const press = await pressBy(here, approval.token, dave);
    expect(await here.engine.vote(approval.token, { ...press, vote: 'approve' })).toMatchObject({
      outcome: 'approved',
    });
  });
});

const A_KEY = `ghp_${'a'.repeat(36)}`;

describe('what people say with a decision', () => {
  test('must not hold a key: it would be kept for ever', async () => {
    const { here, approval } = await asked(policyWith({ tier: 1, delegate: true, from: ['bob', 'carol'] }));
    const press = await pressBy(here, approval.token, bob);
    const reason = `because ${A_KEY}`;
    expect(await refusalOf(here.engine.vote(approval.token, { ...press, vote: 'approve', reason }))).toMatchObject({
      code: 'secret_in_text',
    });
    const handed = here.engine.delegate(approval.token, { ...from(bob), person: bob, to: dave, reason });
    expect(await refusalOf(handed)).toMatchObject({ code: 'secret_in_text' });
    expect(JSON.stringify(await here.ledger.read.audit({ limit: 100 }))).not.toContain(A_KEY);
    expect(await here.ledger.read.approval(approval.id)).toMatchObject({ votes: [], delegations: [] });
  });
});

test('tier 0 asks nobody, so it does not go round a freeze that wants somebody', async () => {
  const freezes = [{ name: 'release', from: '2027-03-01T00:00', to: '2027-03-31T00:00', approvers: ['carol'] }];
  const policy = policyWith({ tier: 0, approve: undefined, from: undefined }, { freezes });
  const go = aPlannedStep('go', {
    uses: 'approve',
    effect: 'reads',
    resolve: () => ({ question: 'Now?', rule: 'rotate' }),
  });
  const world = await anEngineWorld(aPlan([[go], [aPlannedStep('after')]]));
  world.setPolicy(policy);
  const here = await world.open();
  const run = aRun({ id: RunId.parse('run-planned'), incident: null, inputs: { mode: 'planned' }, key: aKey().id });
  await recordEvents(here.ledger, [{ type: 'run_started', run }]);
  await here.engine.advance(run.id);
  const after = await here.run(run.id);
  expect(errorOf(after.steps.go)).toContain('A freeze is on that wants an approver of its own');
  expect(world.outside.effects.size).toBe(0);
});
