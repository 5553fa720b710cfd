import { expect, test } from 'vitest';
import type { ItemState } from '../../../src/domain/ask-marks.ts';
import { stateOfItem } from '../../../src/domain/ask-progress.ts';
import { askedPeople, CHECKLIST } from '../../support/asked-people.ts';
import { bob, carol } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';

const tick = (person: typeof bob, item: string, to: ItemState = 'done', more = {}) => ({
  ...from(person),
  person,
  evidence: '',
  items: [{ item, to, saw: 'open' as ItemState, reason: '', ...more }],
});

test('items are ticked one by one, by anybody who is asked, and kept with who and when', async () => {
  const { here, id, ask, now } = await askedPeople(CHECKLIST);
  await here.engine.mark(ask.token, tick(bob, 'pulled'));
  await here.queue.settle();
  const half = await now();
  expect(half?.marks).toMatchObject([{ item: 'pulled', mark: 'done', by: 'bob', at: here.deps.now() }]);
  expect(half?.answer).toBeNull();
  expect(await here.states(id)).toMatchObject({ asked: 'waiting' });
  const last = tick(carol, 'cdn', 'not_applicable', { reason: 'there is none' });
  expect(await here.engine.mark(ask.token, last)).toMatchObject({ answer: { by: 'carol' } });
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'succeeded' });
  expect((await here.run(id)).steps.asked).toMatchObject({
    outputs: { by: 'carol', items: { pulled: 'done', cdn: 'not_applicable', wiki: 'open' } },
  });
});

test('what was ticked outlives the process that took it', async () => {
  const { world, here, ask } = await askedPeople(CHECKLIST);
  await here.engine.mark(ask.token, tick(bob, 'pulled'));
  here.mortal.kill();
  const next = await world.open();
  const kept = await next.engine.question(ask.token, carol);
  expect(stateOfItem(kept.marks, 'pulled')).toBe('done');
});

test('the same tick twice is fine; something else meanwhile is a conflict that names who said what', async () => {
  const { here, there, ask, now } = await askedPeople(CHECKLIST);
  await here.engine.mark(ask.token, tick(bob, 'cdn'));
  await there.engine.mark(ask.token, tick(carol, 'cdn'));
  expect((await now())?.marks).toMatchObject([{ by: 'bob' }]);
  const other = tick(carol, 'cdn', 'not_applicable', { reason: 'no CDN' });
  const refusal = await refusalOf(there.engine.mark(ask.token, other));
  expect(refusal).toMatchObject({
    code: 'already_marked',
    message: expect.stringContaining('bob already said "done"'),
  });
});

test('of two that say different things of one item in the same moment one wins', async () => {
  const { here, there, ask, now } = await askedPeople(CHECKLIST);
  const ends = await Promise.allSettled([
    here.engine.mark(ask.token, tick(bob, 'cdn')),
    there.engine.mark(ask.token, tick(carol, 'cdn', 'not_applicable', { reason: 'no CDN' })),
  ]);
  expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))).toEqual(['already_marked']);
  expect((await now())?.marks).toHaveLength(1);
});

test('two that finish the list in the same moment both count, and it is answered once', async () => {
  const { here, there, id, ask } = await askedPeople(CHECKLIST);
  await Promise.all([
    here.engine.mark(ask.token, tick(bob, 'pulled')),
    there.engine.mark(ask.token, tick(carol, 'cdn')),
  ]);
  await Promise.all([here.queue.settle(), there.queue.settle()]);
  await here.playOut(id);
  expect(await here.run(id)).toMatchObject({ outcome: 'succeeded' });
  const lines = (await here.ledger.read.audit({ limit: 200 })).filter((one) => one.action === 'ask_answered');
  expect(lines).toHaveLength(1);
});

test('a list that wants evidence is not done without it, and the ticks before are not lost', async () => {
  const { here, id, ask, now } = await askedPeople({ ...CHECKLIST, evidence: 'url' });
  await here.engine.mark(ask.token, tick(bob, 'pulled'));
  expect((await refusalOf(here.engine.mark(ask.token, tick(bob, 'cdn')))).code).toBe('evidence_needed');
  expect((await now())?.marks).toHaveLength(1);
  await here.engine.mark(ask.token, { ...tick(bob, 'cdn'), evidence: 'https://ci.example.com/42' });
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('succeeded');
});

test('a list that is done is not changed any more', async () => {
  const { here, ask } = await askedPeople(CHECKLIST);
  const both = { ...tick(bob, 'pulled'), items: ['pulled', 'cdn'].flatMap((item) => tick(bob, item).items) };
  await here.engine.mark(ask.token, both);
  await here.engine.mark(ask.token, both);
  const back = tick(carol, 'pulled', 'open', { saw: 'done' });
  expect(await refusalOf(here.engine.mark(ask.token, back))).toMatchObject({
    code: 'already_answered',
    message: expect.stringContaining('bob already finished'),
  });
});
