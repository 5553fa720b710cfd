import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { textOf } from '../slack/support.ts';
import { ALERT, postAlert } from '../support/incident-api.ts';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, secretsSeen, waitsAt } from '../support/incident-proof.ts';
import { anIncidentWorld, type IncidentWorld } from '../support/incident-world.ts';

const GENERAL = 'C0GENERAL';

describe('a bot in service', () => {
  let world: IncidentWorld;
  beforeAll(async () => {
    world = await anIncidentWorld();
    await world.bot.start();
  });
  afterAll(async () => {
    expect(world.bot.isRunning()).toBe(true);
    expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true });
    expect(secretsSeen(world)).toEqual([]);
    await world[Symbol.asyncDispose]();
  });

  test.each([
    ['/rotate-key quite-another', 'There is no key "quite-another" in the ledger.'],
    ['/rotate-key payments-prod suspected because "it was', 'does not end. Put a " at the end'],
    ['/rotate-key status run-nowhere', 'There is no run "run-nowhere"'],
    ['/rotate-key cancel run-nowhere', "There is no run run-nowhere. Copy the id from the run's message."],
    ['/rotate-key cancel rot-nowhere', 'cancelling needs a reason'],
  ])('answers %s with what to type instead', async (typed, words) => {
    const before = await runsIn(world);
    expect(await answerTo(world, typed)).toContain(words);
    expect(await runsIn(world)).toEqual(before);
  });

  test.each([
    ['/rotate-key paymnts-prod', 'There is no key "paymnts-prod" in the ledger. Did you mean payments-prod?'],
    ['/rotate-key payments-prod exploded', 'Did you mean exploited?'],
    ['/rotate-key reporting-prod suspected now please', 'is taken as the reason'],
  ])('asks in a form, filled in, when %s is not clear', async (typed, words) => {
    const before = await runsIn(world);
    const alice = world.person('alice');
    await alice.command(GENERAL, typed);
    await alice.waitForView((view) => view.callbackId === 'rotate' && textOf(view).includes(words));
    expect(await runsIn(world)).toEqual(before);
  });

  test('keeps the last good runbooks when a file is broken, and says which line is wrong', async () => {
    const file = join(world.runbooksDir, 'R-KEY-EXPIRY.yaml');
    const good = readFileSync(file, 'utf8');
    try {
      writeFileSync(file, good.replace('uses: key.classify', 'uses: key.clasify'));
      await vi.waitFor(() => expect(world.bot.said()).toContain('key.clasify'), { timeout: 10_000 });
      expect(world.bot.said()).toMatch(/"line":\d+.*did you mean `key.classify`/);
      expect(await answerTo(world, '/rotate-key shipping-staging suspected because "old laptop"')).toContain(
        'Started for',
      );
    } finally {
      writeFileSync(file, good);
    }
  });

  test('denies everything while the policy is missing, and allows it again when it is back', async () => {
    const file = join(world.runbooksDir, 'policy.yaml');
    const before = await runsIn(world);
    renameSync(file, `${file}.away`);
    try {
      expect(await answerTo(world, '/rotate-key payments-prod because "test"')).toMatch(
        /Nothing is allowed until this is right: .*policy.yaml/,
      );
      expect(await postAlert(world.layout, JSON.stringify(ALERT))).toMatchObject({ status: 503 });
      expect(await runsIn(world)).toEqual(before);
    } finally {
      renameSync(`${file}.away`, file);
    }
    expect(await answerTo(world, '/rotate-key show payments-prod')).toContain('payments-prod');
  });

  test('takes an alert once: forged and late ones are refused, a replay starts nothing, another one joins', async () => {
    const body = JSON.stringify(ALERT);
    const forged = { headers: { 'x-rekey-signature': `v1=${'0'.repeat(64)}` } };
    expect(await postAlert(world.layout, body, forged)).toMatchObject({ status: 401 });
    const late = { at: new Date(Date.now() - 6 * 60_000) };
    expect(await postAlert(world.layout, body, late)).toMatchObject({ status: 401 });
    expect(await postAlert(world.layout, '{"alert":')).toMatchObject({ status: 400 });
    const unknown = JSON.stringify({ ...ALERT, key: 'paymnts-prod' });
    expect(await postAlert(world.layout, unknown)).toMatchObject({ status: 404 });
    expect((await world.ledger.read.runsOfKey((await world.callersKey()).id)).length).toBe(0);

    const first = await postAlert(world.layout, body);
    expect(first).toMatchObject({ status: 202, body: { result: 'started' } });
    const replayed = await postAlert(world.layout, body, { headers: first.headers });
    expect(replayed).toMatchObject({ status: 200, body: { result: 'repeated', run: first.body.run } });
    const tampered = await postAlert(world.layout, body.replace('12', '13'), { headers: first.headers });
    expect(tampered).toMatchObject({ status: 401 });
    const second = await postAlert(world.layout, JSON.stringify({ ...ALERT, count: 40 }));
    expect(second).toMatchObject({ status: 202, body: { result: 'joined', run: first.body.run } });
    expect((await world.ledger.read.runsOfKey((await world.callersKey()).id)).length).toBe(1);
  });

  test('handles a command once that Slack delivers twice', async () => {
    const before = { runs: (await runsIn(world)).length, answers: answersTo(world).length };
    world.slack().faults.duplicateDelivery(true);
    try {
      expect(await answerTo(world, '/rotate-key reporting-prod suspected because "lost laptop"')).toContain(
        'Started for',
      );
    } finally {
      world.slack().faults.duplicateDelivery(false);
    }
    // Whatever came of the second delivery came before the answer to this one.
    await answerTo(world, '/rotate-key show shipping-staging', 'shipping-staging');
    const after = { runs: (await runsIn(world)).length, answers: answersTo(world).length };
    expect(after).toEqual({ runs: before.runs + 1, answers: before.answers + 2 });
  });
});

test('a bot that is stopped in the middle leaves in good order, and the next one goes on', async () => {
  await using world = await anIncidentWorld();
  await world.bot.start();
  await world.raise();
  await waitsAt(world, 'go');
  expect(await world.bot.stop()).toMatchObject({ code: 0, signal: null });
  await world.bot.start();
  const people = playPeople(world.slack);
  await provesWell(world);
  await people.stop();
}, 60_000);

async function runsIn({ ledger }: IncidentWorld): Promise<Run['id'][]> {
  const keys = await ledger.read.keys();
  return (await Promise.all(keys.map((key) => ledger.read.runsOfKey(key.id)))).flat().map((run) => run.id);
}

/** What alice reads after she typed this; nobody else sees it. */
async function answerTo(world: IncidentWorld, typed: string, words = ''): Promise<string> {
  const alice = world.person('alice');
  const seen = new Set(alice.messages(GENERAL).map(({ ts }) => ts));
  expect(await alice.command(GENERAL, typed)).toEqual({ ok: true });
  const isAnswer = (one: Message) =>
    one.channel === GENERAL && one.by === 'app' && !seen.has(one.ts) && textOf(one).includes(words);
  const answer = await alice.waitForMessage(isAnswer);
  expect(answer.visibleTo).toBe(alice.id);
  return textOf(answer);
}

function answersTo(world: IncidentWorld): Message[] {
  return world
    .person('alice')
    .messages(GENERAL)
    .filter(({ by }) => by === 'app');
}
