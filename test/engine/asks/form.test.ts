import { describe, expect, test } from 'vitest';
import { FormRefused } from '../../../src/engine/asks/form-refused.ts';
import { askedPeople, FORM } from '../../support/asked-people.ts';
import { aPolicy, bob, carol } from '../../support/builders.ts';
import { from, openDying, refusalOf } from '../../support/engine-world.ts';

const fill = (person: typeof bob, fields: Record<string, string>, more = {}) => ({
  ...from(person),
  person,
  yes: true,
  evidence: '',
  fields,
  ...more,
});
const GOOD = { minutes: '12', why: 'a late deploy' };

test('a form gives its typed values on', async () => {
  const { here, id, ask } = await askedPeople(FORM);
  await here.engine.answer(ask.token, fill(bob, { ...GOOD, next: 'carol' }));
  await here.queue.settle();
  expect((await here.run(id)).steps.asked).toMatchObject({
    outputs: { by: 'bob', answers: { minutes: 12, why: 'a late deploy', next: 'carol' } },
  });
});

test('a form with wrong fields is refused field by field, and nothing is kept', async () => {
  const { here, ask, now } = await askedPeople(FORM);
  const refusal = await refusalOf(here.engine.answer(ask.token, fill(bob, { minutes: '601', next: 'mallory' })));
  expect(refusal).toBeInstanceOf(FormRefused);
  expect(refusal).toMatchObject({
    fields: {
      minutes: 'Write at most 600.',
      why: 'Fill in "Why".',
      next: expect.stringContaining('policy.yaml'),
    },
  });
  expect((await now())?.answer).toBeNull();
});

test('the same form twice is fine; another one is a conflict that names who wrote what', async () => {
  const { here, ask } = await askedPeople(FORM);
  await here.engine.answer(ask.token, fill(bob, GOOD));
  await here.engine.answer(ask.token, fill(carol, GOOD));
  const refusal = await refusalOf(here.engine.answer(ask.token, fill(carol, { ...GOOD, minutes: '40' })));
  expect(refusal.code).toBe('already_answered');
  expect(refusal.message).toMatch(/bob already filled this in at .*minutes: 12.*yours was not kept/);
});

test('of two different forms in the same moment one wins', async () => {
  const { here, there, ask } = await askedPeople(FORM);
  const ends = await Promise.allSettled([
    here.engine.answer(ask.token, fill(bob, GOOD)),
    there.engine.answer(ask.token, fill(carol, { ...GOOD, minutes: '40' })),
  ]);
  expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))).toEqual(['already_answered']);
});

describe('an answer', () => {
  test('is durable before the run resumes: with the queue gone it is there, and the next worker goes on with it', async () => {
    const { world, here, id, ask, now } = await askedPeople(FORM);
    here.queue.away = true;
    await here.engine.answer(ask.token, fill(bob, GOOD));
    expect((await now())?.answer).toMatchObject({ by: 'bob' });
    expect(await here.states(id)).toMatchObject({ asked: 'waiting' });
    const next = await world.open();
    await next.engine.advance(id);
    expect((await next.run(id)).outcome).toBe('succeeded');
  });

  test('is not undone by a resume that fails', async () => {
    const { world, here, id, ask, now } = await askedPeople(FORM);
    here.queue.forgets = true;
    await here.engine.answer(ask.token, fill(bob, GOOD));
    const dying = await openDying(world, { place: 'effect', step: 'asked' });
    await dying.engine.advance(id).catch(() => {});
    expect((await now())?.answer).toMatchObject({ by: 'bob' });
    const next = await world.open();
    await next.engine.advance(id);
    expect((await next.run(id)).steps.asked).toMatchObject({ state: 'done', outputs: { answers: { minutes: 12 } } });
    const lines = (await next.ledger.read.audit({ limit: 200 })).filter((one) => one.action === 'ask_answered');
    expect(lines).toHaveLength(1);
  });

  test.each([
    ['has changed', 'f'.repeat(64)],
    ['is gone', null],
  ])('resumes the run on the text it started with though the file %s', async (_how, hash) => {
    const { world, here, id, ask } = await askedPeople(FORM);
    world.setFileHash(hash);
    await here.engine.answer(ask.token, fill(bob, GOOD));
    await here.queue.settle();
    expect(await here.run(id)).toMatchObject({ outcome: 'succeeded', runbook: { hash: 'a'.repeat(64) } });
  });

  test('is refused while the run is being cancelled, and the run ends', async () => {
    const { here, id, ask } = await askedPeople(FORM);
    await here.engine.cancel(id, { ...from(bob), reason: 'wrong key' });
    expect((await refusalOf(here.engine.answer(ask.token, fill(bob, GOOD)))).code).toBe('run_over');
    await here.queue.settle();
    expect((await here.run(id)).outcome).toBe('cancelled');
  });

  test('of somebody who left the policy is refused; whoever is still asked answers', async () => {
    const { world, here, ask } = await askedPeople({ ...FORM, assignee: 'carol' });
    const { carol: _left, ...people } = aPolicy().people;
    world.setPolicy(aPolicy({ people }));
    const refusal = await refusalOf(here.engine.answer(ask.token, fill(carol, GOOD)));
    expect(refusal).toMatchObject({ code: 'not_the_assignee', message: expect.stringContaining('bob') });
    expect(await here.engine.answer(ask.token, fill(bob, GOOD))).toMatchObject({ answer: { by: 'bob' } });
  });

  test.each([
    ['evidence', { evidence: `see rekey_live_${'wxyz'.repeat(4)}_${'wxyz'.repeat(8)}` }],
    ['a field', { fields: { ...GOOD, why: `ghp_${'wxyz'.repeat(9)}` } }],
  ])('with a key in %s is refused, and the key is nowhere in the ledger', async (_where, more) => {
    const { here, ask, now } = await askedPeople(FORM);
    expect((await refusalOf(here.engine.answer(ask.token, fill(bob, GOOD, more)))).code).toBe('secret_in_answer');
    expect((await now())?.answer).toBeNull();
    const lines = JSON.stringify(await here.ledger.read.audit({ limit: 200 }));
    expect(lines).toContain('secret_in_answer');
    expect(lines).not.toContain('wxyzwxyz');
  });
});
