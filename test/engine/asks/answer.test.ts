import { expect, test } from 'vitest';
import { bob, carol, MINUTE } from '../../support/builders.ts';
import { anEngineWorld, from, refusalOf } from '../../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

async function asked(evidence: 'none' | 'text' | 'url' = 'url', no: 'fails' | 'waits' = 'fails') {
  const question = { question: 'Is the caller redeployed?', assignee: 'carol', evidence, no };
  const plan = aPlan([
    [aPlannedStep('redeployed', { uses: 'ask', dueMs: 30 * MINUTE, resolve: () => question })],
    [aPlannedStep('then')],
  ]);
  const world = await anEngineWorld(plan);
  const [here, there] = [await world.open(), await world.open()];
  const id = await here.begin();
  return { world, here, there, id, ask: await here.openAsk(id) };
}

const press = (yes: boolean, evidence = 'https://ci.example.com/42', person = carol) => ({
  ...from(person),
  person,
  yes,
  evidence,
});

test('yes with evidence lets the run go on, and the evidence is kept', async () => {
  const { here, id, ask } = await asked();
  await here.engine.answer(ask.token, press(true));
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'succeeded' });
  expect((await here.run(id)).steps.redeployed).toMatchObject({
    outputs: { yes: true, evidence: 'https://ci.example.com/42', by: 'carol' },
  });
});

test('no stops the run', async () => {
  const { here, id, ask } = await asked('text');
  await here.engine.answer(ask.token, press(false, 'the pipeline is red'));
  await here.queue.settle();
  expect((await here.run(id)).steps.redeployed).toMatchObject({
    error: expect.stringContaining('the pipeline is red'),
  });
});

test('a "not yet" takes nothing back where the runbook waits for a yes', async () => {
  const { here, id, ask } = await asked('text', 'waits');
  expect(await here.engine.question(ask.token, carol)).toMatchObject({ no: 'waits' });
  await here.engine.answer(ask.token, press(false, 'tonight'));
  await here.queue.settle();
  expect(await here.states(id)).toEqual({ redeployed: 'waiting' });
  const again = await here.openAsk(id);
  expect(again.id).not.toBe(ask.id);
  await here.engine.answer(again.token, press(true, 'deployed'));
  await here.queue.settle();
  expect(await here.run(id)).toMatchObject({ outcome: 'succeeded' });
  expect((await here.ledger.read.ask(ask.id))?.answer).toMatchObject({ yes: false, evidence: 'tonight' });
});

test('whoever is asked learns that a no ends the run', async () => {
  const { here, ask } = await asked('text');
  expect(await here.engine.question(ask.token, carol)).toMatchObject({ no: 'ends' });
});

test('the same answer twice is fine; a different second one is refused and names the first', async () => {
  const { here, ask } = await asked();
  await here.engine.answer(ask.token, press(true));
  expect(await here.engine.answer(ask.token, press(true))).toMatchObject({ answer: { yes: true, by: 'carol' } });
  const refusal = await refusalOf(here.engine.answer(ask.token, press(false, 'https://ci.example.com/43', bob)));
  expect(refusal).toMatchObject({
    code: 'already_answered',
    message: expect.stringContaining('carol already answered yes at'),
  });
});

test('of two that answer differently in the same moment one wins and the other is told', async () => {
  const { here, there, ask } = await asked();
  const ends = await Promise.allSettled([
    here.engine.answer(ask.token, press(true)),
    there.engine.answer(ask.token, press(false, 'https://ci.example.com/43', bob)),
  ]);
  const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
  expect(lost).toEqual(['already_answered']);
});

test.each([
  ['url', ''],
  ['url', 'trust me'],
  ['text', '   '],
] as const)(
  'an answer without the evidence it needs (%s: "%s") is refused and changes nothing',
  async (evidence, given) => {
    const { here, ask } = await asked(evidence);
    expect((await refusalOf(here.engine.answer(ask.token, press(true, given)))).code).toBe('evidence_needed');
    expect((await here.ledger.read.ask(ask.id))?.answer).toBeNull();
  },
);

test('the wrong person is told whose it is; that is audited', async () => {
  const { here, ask } = await asked();
  const mallory = 'mallory' as typeof bob;
  expect((await refusalOf(here.engine.question(ask.token, mallory))).code).toBe('not_the_assignee');
  const refusal = await refusalOf(here.engine.answer(ask.token, press(true, 'https://ci.example.com/42', mallory)));
  expect(refusal.message).toContain('carol');
  expect((await here.ledger.read.ask(ask.id))?.answer).toBeNull();
  const [line] = (await here.ledger.read.audit({ limit: 50 })).filter((one) => one.action === 'request_refused');
  expect(line).toMatchObject({ actor: 'person:mallory', subject: `answer ${ask.id}` });
});

test('an overdue question stays open, and its answer is not lost', async () => {
  const { world, here, id, ask } = await asked();
  await here.queue.ring(world.pass(30 * MINUTE));
  expect((await here.run(id)).finishedAt).toBeNull();
  await here.engine.answer(ask.token, press(true));
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('succeeded');
});

test('an answer in the very moment in which the deadline is handled is not lost', async () => {
  const { world, here, there, id, ask } = await asked();
  here.queue.forgets = true;
  world.pass(30 * MINUTE);
  // The worker has looked and found no answer; before it writes down that it goes on waiting, the answer comes.
  let answered = false;
  const record = here.deps.ledger.record;
  here.deps.ledger.record = async (context, work) => {
    if (!answered) {
      answered = true;
      await there.engine.answer(ask.token, press(true));
      await there.queue.settle();
    }
    return record(context, work);
  };
  await here.engine.advance(id);
  expect((await here.run(id)).outcome).toBe('succeeded');
});

test('an answer to a run that was cancelled is refused, and says that nobody waits for it', async () => {
  const { here, id, ask } = await asked();
  await here.engine.cancel(id as never, { ...from(bob), reason: 'wrong key' });
  await here.queue.settle();
  const refusal = await refusalOf(here.engine.answer(ask.token, press(true)));
  expect(refusal).toMatchObject({ code: 'run_over', message: expect.stringContaining('cancelled') });
});
