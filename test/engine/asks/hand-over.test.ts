import { expect, test } from 'vitest';
import { askedPeople } from '../../support/asked-people.ts';
import { alice, aPolicy, bob, carol } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';

const QUESTION = { question: 'Redeployed?', assignee: 'carol' };
const handed = (person: typeof bob, to: string, reason = 'on leave') => ({ ...from(person), person, to, reason });
const yes = (person: typeof bob) => ({ ...from(person), person, yes: true, evidence: '' });

/** Nobody may answer everything, so that only whom the question is for can. */
async function onlyFor(assignee: string) {
  const asked = await askedPeople({ ...QUESTION, assignee });
  asked.world.setPolicy(aPolicy({ may: { answer: [] } }));
  return asked;
}

test('whoever is asked can hand the question to somebody else, who is told; it is on record with the reason', async () => {
  const { here, ask, now } = await onlyFor('carol');
  await here.engine.handOver(ask.token, handed(carol, 'alice'));
  expect(await now()).toMatchObject({ assignee: 'alice', assigned: ['alice'] });
  const due = await here.ledger.outbox.due(here.deps.now(), 50);
  expect(due.filter((one) => one.surface === 'ask_dm').map((one) => one.channel)).toContain('person:alice');
  const [line] = (await here.ledger.read.audit({ limit: 50 })).filter((one) => one.action === 'ask_handed_over');
  expect(JSON.parse(line?.details ?? '{}')).toMatchObject({ by: 'carol', to: 'alice', reason: 'on leave' });
});

test('from then on the other one answers and not the first', async () => {
  const { here, id, ask } = await onlyFor('carol');
  await here.engine.handOver(ask.token, handed(carol, 'alice'));
  expect((await refusalOf(here.engine.answer(ask.token, yes(carol)))).message).toContain('alice');
  await here.engine.answer(ask.token, yes(alice));
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('succeeded');
});

test.each([
  ['by somebody who may not answer', bob, 'alice', 'not_the_assignee'],
  ['to somebody whom policy.yaml does not know', carol, 'mallory', 'unknown_person'],
])('is refused %s, and the question stays where it is', async (_how, person, to, code) => {
  const { here, ask, now } = await onlyFor('carol');
  expect((await refusalOf(here.engine.handOver(ask.token, handed(person, to)))).code).toBe(code);
  expect(await now()).toMatchObject({ assignee: 'carol' });
});

test('comes too late when it was answered', async () => {
  const { here, ask } = await onlyFor('carol');
  await here.engine.answer(ask.token, yes(carol));
  expect((await refusalOf(here.engine.handOver(ask.token, handed(carol, 'alice')))).code).toBe('already_answered');
});
