import { expect, test } from 'vitest';
import { askedPeople } from '../../support/asked-people.ts';
import { bob, MINUTE } from '../../support/builders.ts';
import { type EngineProcess, from, openDying } from '../../support/engine-world.ts';

const TIMED = {
  question: 'Redeployed?',
  assignee: 'carol',
  remind: ['15m'],
  again_every: '10m',
  at_most: 1,
  escalate_to: 'bob',
  escalate_after: '5m',
};

async function toldTo({ ledger, deps }: EngineProcess): Promise<string[]> {
  const due = await ledger.outbox.due(deps.now(), 100);
  return due
    .filter((one) => one.surface === 'ask_reminder')
    .map((one) => `${one.channel} ${one.subject.split('.')[1]}`);
}

async function events({ ledger }: EngineProcess): Promise<string[]> {
  const lines = await ledger.read.audit({ limit: 300 });
  return lines.map((one) => one.action).filter((action) => action === 'ask_reminded' || action === 'ask_escalated');
}

test('are direct messages: before it is due, when it is, and after; then somebody else is asked besides', async () => {
  const { world, here, id, ask, now } = await askedPeople(TIMED);
  for (const minutes of [15, 15, 5, 5]) await here.queue.ring(world.pass(minutes * MINUTE));
  expect(await toldTo(here)).toEqual(['person:carol 1', 'person:carol 2', 'person:carol 3', 'person:bob 3']);
  expect(await now()).toMatchObject({ reminded: 3, escalation: { to: 'bob', people: ['bob'] } });
  await here.queue.ring(world.pass(600 * MINUTE));
  expect((await events(here)).toSorted()).toEqual(['ask_escalated', 'ask_reminded', 'ask_reminded', 'ask_reminded']);
  await here.engine.answer(ask.token, { ...from(bob), person: bob, yes: true, evidence: '' });
  await here.queue.settle();
  expect((await here.run(id)).outcome).toBe('succeeded');
});

test.each(['effect', 'outcome'])('are sent once although the worker dies at %s', async (place) => {
  const { world, here, id } = await askedPeople(TIMED);
  here.queue.forgets = true;
  world.pass(15 * MINUTE);
  const dying = await openDying(world, { place, step: 'asked' });
  await dying.engine.advance(id).catch(() => {});
  const next = await world.open();
  await next.engine.advance(id);
  await next.engine.advance(id);
  expect(await toldTo(next)).toEqual(['person:carol 1']);
  expect(await events(next)).toEqual(['ask_reminded']);
});

test('that a long stop kept from being sent come as one', async () => {
  const { world, here, id } = await askedPeople(TIMED);
  here.queue.forgets = true;
  world.pass(10 * 60 * MINUTE);
  await here.engine.advance(id);
  expect(await events(here)).toEqual(['ask_reminded', 'ask_escalated']);
  expect((await toldTo(here)).toSorted()).toEqual(['person:bob 3', 'person:carol 3']);
});
