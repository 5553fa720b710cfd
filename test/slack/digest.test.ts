import { describe, expect, test, vi } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { openDigests } from '../../src/engine/digests/digests.ts';
import { Secret } from '../../src/secret.ts';
import { openIllustrator } from '../../src/slack/notify/illustrate.ts';
import { digestOutlook } from '../../src/slack/views/digest-outlook.ts';
import { openVoice } from '../../src/slack/voice.ts';
import { webClient } from '../../src/slack/web.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { aClassRule, aKey, alice, aPolicy, bob, daysAfter, NOON } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aLog, aSlackWorld, BOT_TOKEN, INCIDENTS, says, textOf } from './support.ts';

const PATIENCE = { timeout: 10_000 };
const RULE = aClassRule({ automatic: false, warnDays: [30, 14, 7, 3, 1, 0], leadHours: 24 });
const may = { ...aPolicy().may, suspend: ['owner'], administer: ['group:security'] };

function named(id: string): Partial<Key> {
  return { id: KeyId.parse(`key-${id}`), slug: id, externalRef: id, digest: id.padEnd(64, '0'), activatedAt: NOON };
}

/** A digest in Slack: `payments-prod` has expired, `orders` of carol has five days left, `reports` of nobody 20. */
async function aDigestInSlack(more: Partial<Key>[] = [], policy: Parameters<typeof aPolicy>[0] = {}) {
  const world = await aSlackWorld({ policy: { may, ...policy } });
  const { rekey, workspace } = world;
  const keys = [
    { ...named('orders'), expiresAt: daysAfter(NOON, 5) },
    { ...named('reports'), owner: null, expiresAt: daysAfter(NOON, 20) },
    ...more,
  ];
  await recordEvents(
    rekey.ledger,
    keys.map((key) => ({ type: 'key_issued', key: aKey(key) })),
  );
  const digests = openDigests({ ...rekey.deps, classRule: async () => RULE });
  const slack = await world.start({ digests });
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), PATIENCE);
  const sent = await digests.send(from(bob));
  const [anna, ben, carla] = [workspace.person('U0ALICE'), workspace.person('U0BOB'), workspace.person('U0CAROL')];
  const card = await anna.waitForMessage((message) => message.channel === INCIDENTS && says('Key digest')(message));
  const redrawn = (...words: string[]) =>
    anna.waitForMessage((message) => message.ts === card.ts && says(...words)(message), { timeoutMs: 10_000 });
  return { ...world, digests, slack, sent, anna, ben, carla, card, redrawn };
}

/** The controls of the row of this key, as their actions. */
function controlsOf(on: Message, key: string): string[] {
  const json = on.blocks.flatMap((block) =>
    'elements' in block && block.type === 'actions' ? [JSON.stringify(block)] : [],
  );
  const row = json.find((block) => block.includes(`"key-${key}`)) ?? '';
  return [...row.matchAll(/"action_id":"([a-z_]+)"/g)].map(([, action]) => action ?? '');
}

const on = (key: string) => ({ value: `key-${key}` });
const snoozed = (key: string, days: number) => ({ value: `key-${key}|${days}` });

describe('a digest in Slack', () => {
  test('tells the channel, worst first and by owner, and the owner of what is urgent', async () => {
    const { card, carla } = await aDigestInSlack();
    const text = textOf(card);
    expect(text.indexOf('payments-prod v3')).toBeLessThan(text.indexOf('orders v3'));
    expect(text.indexOf('orders v3')).toBeLessThan(text.indexOf('reports v3'));
    expect(text).toContain('No owner');
    expect(text).toContain('/runbook show R-KEY-EXPIRY');
    expect(JSON.stringify(card.blocks)).toContain('{"type":"broadcast","range":"channel"}');
    expect(JSON.stringify(card.blocks)).toContain('{"type":"user","user_id":"U0CAROL"}');
    const own = await carla.waitForMessage(says('Your keys that end'));
    expect(textOf(own)).toContain('orders v3');
    expect(textOf(own)).not.toContain('reports v3');
    expect(JSON.stringify(own.blocks)).not.toMatch(/broadcast|"user"/);
  });

  test('Claim shows who takes care of it, in the channel and for the owner; a second press changes nothing', async () => {
    const { anna, ben, carla, card, redrawn, rekey } = await aDigestInSlack();
    await anna.click(card, 'digest_claim', on('orders'));
    await anna.waitForMessage(says('You take care of orders v3'));
    const claimed = await redrawn('Alice takes care of it');
    expect(controlsOf(claimed, 'orders')).toContain('digest_let_go');
    await carla.waitForMessage((message) => says('Your keys that end', 'Alice takes care of it')(message), {
      timeoutMs: 10_000,
    });
    await anna.click(card, 'digest_claim', on('orders'));
    await ben.click(card, 'digest_claim', on('orders'));
    await ben.waitForMessage(says('alice has claimed orders v3'));
    await ben.click(claimed, 'digest_let_go', on('orders'));
    await ben.waitForMessage(says('alice has claimed orders v3, not you'));
    expect(await rekey.ledger.read.expiryClaimsOf(KeyId.parse('key-orders'))).toHaveLength(1);
    await anna.click(claimed, 'digest_let_go', on('orders'));
    const free = await anna.waitForMessage((message) => message.ts === card.ts && !says('takes care of it')(message), {
      timeoutMs: 10_000,
    });
    expect(controlsOf(free, 'orders')).toContain('digest_claim');
  });

  test('Snooze offers what ends before the key does, and is refused with the latest date where that is too late', async () => {
    const { anna, card, redrawn, digests } = await aDigestInSlack();
    expect(controlsOf(card, 'payments3')).not.toContain('digest_snooze');
    await anna.click(card, 'digest_snooze', { ...snoozed('orders', 3), blockId: blockOf(card, 'orders') });
    await anna.waitForMessage(says('orders v3 is out of the digest until'));
    await redrawn('Alice has snoozed it until');
    expect((await digests.preview(alice)).items.map(({ key }) => key)).not.toContain('key-orders');
    const late = await aDigestInSlack([{ ...named('late'), expiresAt: daysAfter(NOON, 1.3) }]);
    await late.anna.click(late.card, 'digest_snooze', { ...snoozed('late', 1), blockId: blockOf(late.card, 'late') });
    await late.anna.waitForMessage(says('late v3 can be snoozed until', 'at the latest'));
  });

  test('Plan rotation opens the form of /rotate-key, filled in', async () => {
    const { anna, card } = await aDigestInSlack();
    await anna.click(card, 'digest_plan', on('orders'));
    const form = await anna.waitForView((view) => view.callbackId === 'rotate');
    expect(textOf(form)).toContain('orders');
    expect(JSON.stringify(form.blocks)).toContain('It expires on 2027-03-15.');
    expect(JSON.stringify(form.blocks)).toContain('"value":"planned"');
  });

  test('Not in use asks for a reason and then the owner, whose yes suspends it', async () => {
    const { anna, ben, carla, card, redrawn, rekey } = await aDigestInSlack();
    await anna.click(card, 'digest_unused', on('orders'));
    const form = await anna.waitForView((view) => view.callbackId === 'digest_unused');
    expect(await anna.submit(form, { reason: 'The order service is gone.' })).toEqual({ ok: true });
    await redrawn('Alice says it is not in use; Carol is asked');
    const question = await carla.waitForMessage(
      says('Is orders v3 still in use?', 'The order service is gone.', 'none was counted'),
    );
    await ben.click(card, 'digest_unused', on('orders'));
    const again = await ben.waitForView((view) => view.callbackId === 'digest_unused');
    expect(await ben.submit(again, { reason: 'I think so too.' })).toMatchObject({
      fields: { reason: expect.stringContaining('alice has said already') },
    });
    await carla.click(question, 'unused_yes');
    await carla.waitForMessage(says('orders v3 is suspended'));
    await carla.waitForMessage((message) => message.ts === question.ts && says('Not in use', 'says Carol')(message), {
      timeoutMs: 10_000,
    });
    expect(await rekey.ledger.read.key(KeyId.parse('key-orders'))).toMatchObject({ state: 'suspended' });
  });

  test('what became of a form is whispered in the channel of the digest whose button opened it', async () => {
    const { anna, card } = await aDigestInSlack();
    await anna.click(card, 'digest_unused', on('orders'));
    const form = await anna.waitForView((view) => view.callbackId === 'digest_unused');
    await anna.submit(form, { reason: 'The order service is gone.' });
    const answer = await anna.waitForMessage((message) => message.ts !== card.ts && says('orders', 'carol')(message));
    expect(answer.channel).toBe(INCIDENTS);
  });

  test('Still in use leaves the key and the row as they were', async () => {
    const { anna, carla, card, digests, rekey } = await aDigestInSlack();
    await digests.markUnused({ ...from(alice), key: 'key-orders', reason: 'I have not seen it.' });
    const question = await carla.waitForMessage(says('Is orders v3 still in use?'));
    await carla.click(question, 'unused_no');
    await carla.waitForMessage(says('orders v3 stays as it is'));
    const row = await anna.waitForMessage(
      (message) => message.ts === card.ts && controlsOf(message, 'orders').includes('digest_claim'),
      { timeoutMs: 10_000 },
    );
    expect(textOf(row)).not.toContain('says it is not in use');
    expect(await rekey.ledger.read.key(KeyId.parse('key-orders'))).toMatchObject({ state: 'active' });
  });

  test.each(['digest_claim', 'digest_plan', 'digest_unused'])(
    '%s is refused to who may not rotate the key',
    async (action) => {
      const { carla, card, rekey } = await aDigestInSlack([], { may: { ...may, rotate: ['group:oncall'] } });
      await carla.click(card, action, on('orders'));
      await carla.waitForMessage(says('may not rotate this key'));
      expect(await rekey.ledger.read.expiryClaimsOf(KeyId.parse('key-orders'))).toEqual([]);
      expect(carla.views()).toEqual([]);
    },
  );
});

function blockOf({ blocks }: Message, key: string): string {
  const row = blocks.find((block) => block.type === 'actions' && JSON.stringify(block).includes(`"key-${key}`));
  if (row === undefined) throw new Error(`no row of ${key} has controls`);
  return row.block_id;
}

test('300 keys of 50 owners are split over messages in order, each within what Slack takes, none missing and none twice', async () => {
  const owners = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`team-${index}`, ['carol']]));
  const many = Array.from({ length: 300 }, (_, index) => ({
    ...named(`bulk-${index}-${'x'.repeat(60)}`),
    owner: `group:team-${index % 50}`,
    expiresAt: daysAfter(NOON, 0.5 + (index % 29)),
  }));
  const { anna, sent, lines } = await aDigestInSlack(many, { groups: { ...aPolicy().groups, ...owners } });
  expect(sent).toMatchObject({ keys: 303, parts: 21 });
  const parts = await vi.waitFor(
    () => {
      const seen = anna.messages(INCIDENTS).filter(says('Key digest'));
      expect(seen).toHaveLength(21);
      return seen;
    },
    { timeout: 30_000 },
  );
  expect(parts.map((message) => Number(/\((\d+) of 21\)/.exec(message.text)?.[1]))).toEqual(
    Array.from({ length: 21 }, (_, index) => index + 1),
  );
  const named300 = parts.flatMap((message) => [...textOf(message).matchAll(/bulk-\d+/g)].map(([name]) => name));
  expect(new Set(named300.filter((name, index) => named300.indexOf(name) === index)).size).toBe(300);
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  // Only the first one calls the channel.
  expect(parts.filter((message) => JSON.stringify(message.blocks).includes('broadcast'))).toHaveLength(1);
}, 60_000);

test('/keys digest shows it to oneself alone, and send is for who may administer', async () => {
  const { anna, ben, card } = await aDigestInSlack();
  await anna.command(INCIDENTS, '/keys digest');
  const preview = await anna.waitForMessage((message) => message.ts !== card.ts && says('Key digest')(message));
  expect(JSON.stringify(preview.blocks)).not.toMatch(/broadcast|"user_id"/);
  await anna.command(INCIDENTS, '/keys digest send');
  await anna.waitForMessage(says('may not administer'));
  await ben.command(INCIDENTS, '/keys digest send');
  await ben.waitForMessage(says('is on its way'));
});

describe('the picture of the next 90 days', () => {
  const week = { from: '2027-03-08', expiring: 4, rotating: 2, byHand: 1 };
  const outlook = digestOutlook({
    id: 'dig-2027-03-08',
    day: '2027-03-08',
    compliance: { percentage: 93, judged: 14, overdue: 1 },
    rotations: { completed: 3, failed: 1 },
    weeks: [week],
    picture: true,
  });
  const refused = { error: 'invalid_blocks', surelyNotPosted: true, next: { do: 'only_text' } } as const;

  async function anIllustrator() {
    const { workspace } = await aSlackWorld();
    const { log, lines } = aLog();
    const client = webClient(new Secret(BOT_TOKEN), { apiUrl: workspace.apiUrl, log });
    const post = async (id: string, illustrator: ReturnType<typeof openIllustrator>) =>
      openVoice(client).post({ channel: INCIDENTS, thread: null }, await illustrator.illustrated(id, outlook), {
        id,
        version: 1,
      });
    return { workspace, illustrator: openIllustrator({ client, log }), post, lines };
  }

  test("is Slack's own chart, with the numbers in words beside it", async () => {
    const { workspace, illustrator, post } = await anIllustrator();
    await post('one', illustrator);
    const [shown] = workspace.person('U0ALICE').messages(INCIDENTS);
    expect(shown?.blocks.map(({ type }) => type)).toContain('data_visualization');
    expect(textOf(shown ?? { blocks: [] })).toContain('4 keys expire');
  });

  test('is a picture with a text for who cannot see it, where Slack refuses the chart; and no chart is tried again', async () => {
    const { workspace, illustrator, post, lines } = await anIllustrator();
    await illustrator.illustrated('one', outlook);
    expect(illustrator.learn('one', refused).next).toMatchObject({ do: 'hold_channel' });
    await post('one', illustrator);
    await post('two', illustrator);
    expect(lines).toEqual([]);
    const shown = workspace.person('U0ALICE').messages(INCIDENTS);
    for (const message of shown) {
      const image = message.blocks.find(({ type }) => type === 'image');
      expect(image).toMatchObject({
        alt_text: expect.stringContaining('4 keys expire within 90 days'),
        slack_file: { id: expect.stringMatching(/^F/) },
      });
      expect(textOf(message)).toContain('4 keys expire');
    }
    expect(shown).toHaveLength(2);
  });

  test('is left out when Slack takes no picture either; the numbers are there', async () => {
    const { workspace, illustrator, post } = await anIllustrator();
    for (let tries = 0; tries < 5; tries++) {
      await illustrator.illustrated('one', outlook);
      illustrator.learn('one', refused);
    }
    await post('one', illustrator);
    const [shown] = workspace.person('U0ALICE').messages(INCIDENTS);
    expect(shown?.blocks.map(({ type }) => type)).not.toContain('image');
    expect(textOf(shown ?? { blocks: [] })).toContain('4 keys expire');
  });

  test('does not keep the message when the upload fails', async () => {
    const { workspace, illustrator, post, lines } = await anIllustrator();
    await illustrator.illustrated('one', outlook);
    illustrator.learn('one', refused);
    workspace.faults.failNext(1, 500, 'files.getUploadURLExternal');
    await post('one', illustrator);
    expect(lines).toMatchObject([{ level: 'warn', text: expect.stringContaining('could not be uploaded') }]);
    expect(workspace.person('U0ALICE').messages(INCIDENTS)).toHaveLength(1);
  });
});

test('a claim, a restart and another press: the message is drawn from the ledger, whoever runs', async () => {
  const { anna, card, slack, start, digests } = await aDigestInSlack();
  await slack.stop();
  await digests.claim({ ...from(alice), key: 'key-orders' });
  await start({ digests });
  await anna.waitForMessage((message) => message.ts === card.ts && says('Alice takes care of it')(message), {
    timeoutMs: 10_000,
  });
});
