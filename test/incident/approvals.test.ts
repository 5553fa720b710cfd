import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CALLERS_KEY } from '../../src/demo/seed.ts';
import type { View } from '../../src/workspace/state/view.ts';
import { textOf } from '../slack/support.ts';
import {
  approvalOf,
  approvalsOf,
  aQuestionByAlice,
  cardOf,
  hears,
  reads,
  reviewOf,
  submissionOf,
  topOf,
} from '../support/incident-decision.ts';
import { INCIDENTS, playPeople, yes } from '../support/incident-people.ts';
import { everythingIsShown, provesWell } from '../support/incident-proof.ts';
import { aMadeQueue, type IncidentWorld } from '../support/incident-world.ts';

let queue: Awaited<ReturnType<typeof aMadeQueue>>;
beforeAll(async () => {
  queue = await aMadeQueue();
});
afterAll(() => queue[Symbol.dispose]());

const ADDED = `  - id: added_later
    uses: ask
    with: { question: "Anything else?", assignee: "group:security", evidence: text }
    due: 5m
`;
const oneByOne = { concurrent: false, timeout: 60_000 } as const;

describe.concurrent('who decides', () => {
  test(
    'two people who approve at the same moment have one outcome, and one of them reads whose it was',
    oneByOne,
    async () => {
      await using world = await aQuestionByAlice(queue.folder);
      const views = { bob: await reviewOf(world, 'bob'), carol: await reviewOf(world, 'carol') };
      await Promise.all([
        world.person('bob').submit(views.bob, yes(views.bob)),
        world.person('carol').submit(views.carol, yes(views.carol)),
      ]);

      const { votes, outcome } = await approvalOf(world);
      expect({ outcome, votes: votes.length }).toEqual({ outcome: 'approved', votes: 1 });
      const [winner, loser] = votes[0]?.person === 'bob' ? (['bob', 'carol'] as const) : (['carol', 'bob'] as const);
      expect(world.person(winner).views()).toEqual([]);
      await reads(world, loser, `Too late: this was already approved by ${winner}`);
      const people = playPeople(world.slack, { only: 'carol' });
      await provesWell(world);
      await people.stop();
    },
  );

  test(
    'who asked cannot decide, neither with the button nor with a form that somebody else got',
    oneByOne,
    async () => {
      await using world = await aQuestionByAlice(queue.folder);
      // Being on call, she may break the glass, under her name and with a review; a yes or a no is not hers.
      expect(choicesIn(await reviewOf(world, 'alice'))).toEqual(['break_glass']);
      const sentence = 'You asked for this yourself, so somebody else has to decide: bob, carol.';
      await isNotTakenFrom(world, 'alice', sentence);
    },
  );

  test(
    'who is no approver cannot decide, neither with the button nor with a form that somebody else got',
    oneByOne,
    async () => {
      await using world = await aQuestionByAlice(queue.folder);
      const sentence = 'You are not an approver for this. Who can decide: bob, carol.';
      await world.person('dave').click(cardOf(world), 'review');
      await hears(world, 'dave', sentence);
      await isNotTakenFrom(world, 'dave', sentence);
    },
  );

  test('who is taken out of the policy while the form is open cannot decide any more', oneByOne, async () => {
    await using world = await aQuestionByAlice(queue.folder);
    const view = await reviewOf(world, 'bob');
    edit(world, 'policy.yaml', (text) => text.replace('security: [bob]', 'security: [dave]'));
    await world.person('bob').submit(view, yes(view));
    await reads(world, 'bob', 'You are not an approver for this. Who can decide: carol, dave.');
    await nothingWasDone(world);
  });
});

describe.concurrent('what is decided on', () => {
  test('a yes after the deadline lets nothing run', oneByOne, async () => {
    await using world = await aQuestionByAlice(queue.folder);
    const card = cardOf(world);
    const view = await reviewOf(world, 'bob');
    await world.bot.stop();
    const clock = new URL('../support/children/shifted-clock.ts', import.meta.url);
    await world.bot.start({ NODE_OPTIONS: `--import=${clock.href}`, CLOCK_AHEAD_MS: String(11 * 60_000) });

    await world.person('bob').submit(view, yes(view));
    await reads(world, 'bob', /Too late: this was already expired|This approval expired at/);
    // The message as bob's screen still shows it.
    await world.person('carol').click(card, 'review');
    await hears(world, 'carol', /Too late: this was already expired|This approval expired at/);
    await vi.waitFor(async () => expect((await world.run()).outcome).toBe('failed'), { timeout: 20_000 });
    await everythingIsShown(world);
    const shown = world.person('alice').messages(INCIDENTS).map(textOf).join('\n');
    expect(shown).toMatch(/Expired, nobody decided and nothing was executed/);
    await nothingWasDone(world);
  });

  test(
    'a runbook that was edited meanwhile is shown, reviewed again, and the run keeps its text',
    oneByOne,
    async () => {
      await using world = await aQuestionByAlice(queue.folder);
      const { runbook } = await world.run();
      const view = await reviewOf(world, 'bob');
      edit(world, 'R-KEY-EXPIRY.yaml', (text) =>
        text.replace('  - id: never_again\n', `${ADDED}  - id: never_again\n`),
      );
      await vi.waitFor(() => expect(world.bot.said()).toContain('runbooks read again'), { timeout: 10_000 });

      await world.person('bob').submit(view, yes(view));
      await reads(
        world,
        'bob',
        /Your decision was NOT counted.*the runbook's file \(\w{8} → \w{8}\); this run keeps the text it started with/s,
      );
      await nothingWasDone(world);

      const again = topOf(world, 'bob');
      await world.person('bob').submit(again, yes(again));
      const people = playPeople(world.slack, { only: 'carol' });
      await provesWell(world);
      await people.stop();
      expect((await world.run()).runbook).toEqual(runbook);
    },
  );

  test('a policy that was edited meanwhile is shown, and what it changes is asked anew', oneByOne, async () => {
    await using world = await aQuestionByAlice(queue.folder);
    const view = await reviewOf(world, 'bob');
    appendFileSync(join(world.runbooksDir, 'policy.yaml'), '\n# reviewed today\n');
    await world.person('bob').submit(view, yes(view));
    await reads(world, 'bob', /Your decision was NOT counted.*the policy \(\w{8} → \w{8}\)/s);
    await nothingWasDone(world);

    const people = playPeople(world.slack);
    await provesWell(world);
    await people.stop();
    // The yes on the new review counted for the old question, which is then put again under what holds now.
    expect((await approvalsOf(world)).map(({ outcome }) => outcome).sort()).toEqual(['approved', 'superseded']);
  });

  test('a key that changed meanwhile is shown, and is asked about anew', oneByOne, async () => {
    await using world = await aQuestionByAlice(queue.folder);
    const view = await reviewOf(world, 'bob');
    const { id } = await world.callersKey();
    const context = { at: new Date(), actor: 'person:alice', channel: 'cli' } as const;
    await world.ledger.record(context, async () => ({ events: [{ type: 'key_compromised', key: id }], result: null }));
    await world.person('bob').submit(view, yes(view));
    await reads(world, 'bob', /Your decision was NOT counted.*the key \(row version \d+ → \d+\)/s);
    await nothingWasDone(world);

    const people = playPeople(world.slack);
    await provesWell(world);
    await people.stop();
    // The yes on the new review counted for the old question, which is then put again under what holds now.
    expect((await approvalsOf(world)).map(({ outcome }) => outcome).sort()).toEqual(['approved', 'superseded']);
  });
});

function choicesIn(view: View): string[] {
  const written = JSON.stringify(view.blocks);
  return [...written.matchAll(/"value":"(\w+)"/g)].map(([, value = '']) => value);
}

/** Bob's form, sent off in the name of somebody else. */
async function isNotTakenFrom(world: IncidentWorld, who: 'alice' | 'dave', sentence: string): Promise<void> {
  const bobs = await reviewOf(world, 'bob');
  const outcome = await world.slack().deliverRaw('interactive', submissionOf(world, bobs, who));
  expect(outcome.ok).toBe(true);
  await vi.waitFor(async () => {
    const refused = (await world.ledger.read.audit({ limit: 20 })).filter((line) => line.action === 'request_refused');
    expect(refused.map((line) => [line.actor, JSON.parse(line.details).sentence])).toContainEqual([
      `person:${who}`,
      sentence,
    ]);
  });
  await nothingWasDone(world);
}

async function nothingWasDone(world: IncidentWorld): Promise<void> {
  expect(await world.ledger.read.versionsOf(CALLERS_KEY)).toHaveLength(1);
  expect((await approvalOf(world)).votes).toEqual([]);
  expect((await world.run()).steps.mint).toBeUndefined();
  expect(readFileSync(world.layout.callerKeyFile, 'utf8').trim()).toBe(world.material.first);
}

function edit({ runbooksDir }: IncidentWorld, name: string, change: (text: string) => string): void {
  const file = join(runbooksDir, name);
  const before = readFileSync(file, 'utf8');
  expect(change(before)).not.toBe(before);
  writeFileSync(file, change(before));
}
