import { describe, expect, test } from 'vitest';
import type { Ask } from '../../src/domain/incident.ts';
import { ask } from '../../src/steps/ask.ts';
import { aStepWorld, type StepWorld } from '../support/a-step-context.ts';
import { alice, aPolicy, bob, carol, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, resume, typesOf, waiting } from '../support/play-step.ts';

function openIn(world: StepWorld): Ask {
  const open = [...world.ledger.asks.values()].at(-1);
  if (open === undefined) throw new Error('no question was opened');
  return open;
}

const checklist = {
  question: 'Is payments-prod out of use?',
  assignee: 'bob',
  checklist: [
    { id: 'pulled', text: 'Pull it from CI' },
    { id: 'cdn', text: 'Purge the CDN', may_not_apply: true },
    { id: 'wiki', text: 'Note it in the wiki', required: false },
  ],
};

test('a checklist gives on what became of each item', async () => {
  const world = aStepWorld();
  const waits = waiting(await play(world, ask, checklist));
  const { id, form } = openIn(world);
  expect(form).toMatchObject({
    kind: 'checklist',
    items: [{ id: 'pulled', mayNotApply: false }, {}, { required: false }],
  });
  world.ledger.apply(
    [
      { type: 'ask_marked', ask: id, item: 'pulled', mark: 'done', reason: '', by: bob },
      { type: 'ask_marked', ask: id, item: 'cdn', mark: 'not_applicable', reason: 'there is none', by: carol },
      { type: 'ask_answered', ask: id, yes: true, evidence: '', by: carol },
    ],
    NOON,
  );
  const outputs = done(await resume(world, ask, { input: checklist, waiting: waits }));
  expect(outputs).toEqual({
    yes: true,
    evidence: '',
    by: 'carol',
    items: { pulled: 'done', cdn: 'not_applicable', wiki: 'open' },
  });
  expect(ask.outputsOf?.(checklist).parse(outputs)).toEqual(outputs);
});

const form = {
  question: 'What did the outage cost?',
  assignee: 'bob',
  form: {
    minutes: { type: 'int', label: 'Minutes down', min: 0, max: 600 },
    paged: { type: 'bool', label: 'Was somebody paged?' },
    ticket: { type: 'url', label: 'Ticket', required: false },
  },
};

test('a form gives on a typed value for each field, and null for what was left out', async () => {
  const world = aStepWorld();
  const waits = waiting(await play(world, ask, form));
  const answers = [
    { field: 'minutes', value: 12 },
    { field: 'paged', value: false },
  ];
  world.ledger.apply(
    [{ type: 'ask_answered', ask: openIn(world).id, yes: true, evidence: '', by: bob, answers }],
    NOON,
  );
  const outputs = done(await resume(world, ask, { input: form, waiting: waits }));
  expect(outputs.answers).toEqual({ minutes: 12, paged: false, ticket: null });
  expect(ask.outputsOf?.(form).safeParse({ ...outputs, answers: { minutes: 'x' } }).success).toBe(false);
});

test('a file that was shown is kept as evidence with its hash', async () => {
  const world = aStepWorld();
  const asked = { question: 'Deployed?', assignee: 'bob', evidence: 'file' };
  const waits = waiting(await play(world, ask, asked));
  const file = { name: 'deploy.log', sha256: 'ab'.repeat(32), bytes: 7, kept: `evidence/${'ab'.repeat(32)}` };
  world.ledger.apply([{ type: 'ask_answered', ask: openIn(world).id, yes: true, evidence: '', by: bob, file }], NOON);
  await resume(world, ask, { input: asked, waiting: waits });
  expect(world.ledger.evidence).toMatchObject([
    { kind: 'file_shown', content: { question: 'Deployed?', by: 'bob', sha256: file.sha256, name: 'deploy.log' } },
  ]);
});

describe('an unanswered question', () => {
  const timed = {
    ...checklist,
    remind: ['15m'],
    again_every: '10m',
    at_most: 1,
    escalate_to: 'alice',
    escalate_after: '5m',
  };

  async function due() {
    const world = aStepWorld();
    world.context.step.dueAt = minutesAfter(NOON, 30);
    const first = waiting(await play(world, ask, timed));
    let waits = first;
    const wake = async (minutes: number) => {
      world.at(minutesAfter(NOON, minutes));
      const result = await resume(world, ask, { input: timed, waiting: waits });
      waits = waiting(result);
      return { events: result.events, until: waits.until };
    };
    return { world, first, wake };
  }

  test('reminds before it is due, when it is, and again; asks somebody else besides; then waits without a deadline', async () => {
    const { world, first, wake } = await due();
    expect(first.until).toEqual(minutesAfter(NOON, 15));
    expect(await wake(15)).toEqual({
      events: [{ type: 'ask_reminded', ask: openIn(world).id, nth: 1, people: [bob] }],
      until: minutesAfter(NOON, 30),
    });
    expect(typesOf((await wake(30)).events)).toEqual(['ask_reminded']);
    expect(await wake(35)).toEqual({
      events: [{ type: 'ask_escalated', ask: openIn(world).id, to: 'alice', people: [alice] }],
      until: minutesAfter(NOON, 40),
    });
    expect(await wake(40)).toEqual({
      events: [{ type: 'ask_reminded', ask: openIn(world).id, nth: 3, people: [bob, alice] }],
      until: null,
    });
  });

  test('woken again in the same moment, as after a crash, it reminds nobody twice', async () => {
    const { wake } = await due();
    await wake(15);
    expect((await wake(15)).events).toEqual([]);
  });

  test('reminds only whom policy.yaml still knows, and asks the others at once when that is nobody', async () => {
    const { world, wake } = await due();
    const { bob: _left, ...people } = aPolicy().people;
    world.setPolicy(aPolicy({ people }));
    expect((await wake(15)).events).toMatchObject([
      { type: 'ask_escalated', to: 'alice' },
      { type: 'ask_reminded', people: [alice] },
    ]);
  });
});
