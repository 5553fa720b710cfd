import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { SlashCommand } from '../../src/slack/commands/contract.ts';
import { commandOf } from '../../src/slack/commands/contract.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import type { MessageRef } from '../../src/slack/message-ref.ts';
import type { Moment } from '../../src/slack/moment.ts';
import type { SlackReaction } from '../../src/slack/reactions/contract.ts';
import type { SlackShortcut } from '../../src/slack/shortcuts/contract.ts';
import { say, sayInModal } from '../../src/slack/views/say.ts';
import { aKey } from '../support/builders.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aSlackWorld, OPS, says } from './support.ts';

const SOON = { timeout: 10_000 };

interface Seen {
  words: string[];
  pointedAt: MessageRef[];
  moments: Moment[];
}

function catalogues(seen: Seen) {
  const verb = (name: string) => ({
    verb: name,
    example: name,
    help: 'for this test',
    offered: async () => true,
    run: async (words: readonly { text: string }[], moment: Moment) => {
      seen.words.push([name, ...words.map(({ text }) => text)].join(' '));
      seen.moments.push(moment);
      if (name === 'form') await moment.openModal(sayInModal('A form', 'Fill it in.'));
      else await moment.show(say(`${name} it is`));
    },
  });
  const incident = commandOf({
    command: '/incident',
    description: 'Incidents of this test',
    usageHint: 'status',
    verbs: [verb('status'), verb('note'), verb('form')],
  });
  const keys = commandOf({ command: '/keys', description: 'Keys', usageHint: 'list', verbs: [verb('list')] });
  const point = async (on: MessageRef, moment: Moment) => {
    seen.pointedAt.push(on);
    seen.moments.push(moment);
    if (on.text.includes('form')) await moment.openModal(sayInModal('A form', 'Fill it in.'));
  };
  const shortcut: SlackShortcut = { shortcut: 'look', name: 'Look', description: 'Looks', run: point };
  const reaction: SlackReaction = {
    reaction: 'pushpin',
    react: point,
    takeBack: async (on) => void seen.words.push(`took back ${on.text}`),
  };
  return { commands: [incident, keys] as SlashCommand[], shortcuts: [shortcut], reactions: [reaction] };
}

async function aListeningRoom(strict = {}) {
  const seen: Seen = { words: [], pointedAt: [], moments: [] };
  const all = catalogues(seen);
  const manifest = slackManifest({ httpUrl: null, catalogue: all.commands, menu: all.shortcuts });
  const slackWorld = await aSlackWorld({ workspace: { manifest, strict: { postBurst: 50, ...strict } } });
  const started = await slackWorld.start({ catalogues: all });
  await vi.waitFor(() => expect(slackWorld.workspace.connections()).toBe(2), SOON);
  const alice = slackWorld.workspace.person('U0ALICE');
  const said = async (text: string, options: { threadTs?: string } = {}) => {
    await alice.say(OPS, text, options);
    return alice.waitForMessage((message) => message.author === 'U0ALICE' && message.text.includes(text.slice(-8)));
  };
  return { ...slackWorld, all, seen, alice, said, started };
}

describe('saying it after Rekey’s name', () => {
  test('does what the command does, answered to that person alone and in that thread', async () => {
    const { alice, said, seen } = await aListeningRoom();
    const first = await said('payments are down');
    await alice.say(OPS, '@rekey keys list service:payments', { threadTs: first.ts });
    const answer = await alice.waitForMessage(says('list it is'));
    expect(answer).toMatchObject({ channel: OPS, threadTs: first.ts, visibleTo: 'U0ALICE' });
    await alice.say(OPS, 'Hey @rekey: /keys list because "it is down"', { threadTs: first.ts });
    await vi.waitFor(() => expect(seen.words).toEqual(['list service:payments', 'list because it is down']), SOON);
    expect(seen.moments[0]).toMatchObject({ person: 'alice', channel: OPS, thread: first.ts });
  });

  test('needs no command for a verb, and keeps whom it mentions', async () => {
    const { alice, seen } = await aListeningRoom();
    await alice.say(OPS, '@rekey status');
    await alice.say(OPS, '@rekey note @bob has restarted it');
    // A verb of no incident is found too: nobody thinks of a command first.
    await alice.say(OPS, '@rekey list service:payments');
    const said = ['status', 'note @U0BOB has restarted it', 'list service:payments'];
    await vi.waitFor(() => expect(seen.words).toEqual(said), SOON);
  });

  test('asks what was meant, and says what there is', async () => {
    const { alice } = await aListeningRoom();
    await alice.say(OPS, '@rekey statsu');
    await alice.waitForMessage(says('Did you mean status?'));
    await alice.say(OPS, '@rekey');
    await alice.waitForMessage(says('keys help', 'Every command works after my name too'));
  });

  test('shows a button where a form is needed, which carries out the same words with a trigger', async () => {
    const { alice, workspace, seen } = await aListeningRoom();
    await alice.say(OPS, '@rekey form');
    const offer = await alice.waitForMessage(says('This needs a form', 'Open the form'));
    expect(offer.visibleTo).toBe('U0ALICE');
    await alice.click(offer, 'open_form');
    await alice.waitForView((view) => view.title === 'A form');
    expect(seen.words).toEqual(['form', 'form']);
    const press = { ...offer, visibleTo: 'U0BOB' };
    await workspace.person('U0BOB').click(press, 'open_form');
    await workspace.person('U0BOB').waitForMessage(says('That offer is too old'));
    expect(seen.words).toHaveLength(2);
  });

  test('shows that button for a slash command that came too late for its form, too', async () => {
    const { alice, workspace } = await aListeningRoom({ triggerMs: 1_000 });
    workspace.faults.delayDelivery(1_100);
    await alice.command(OPS, '/incident form');
    const offer = await alice.waitForMessage(says('This needs a form'));
    workspace.faults.delayDelivery(0);
    await alice.click(offer, 'open_form');
    await alice.waitForView((view) => view.title === 'A form');
  });

  test('is kept before it is acknowledged, counts once however often it comes, and not at all from a bot', async () => {
    const { alice, workspace, world, seen } = await aListeningRoom();
    workspace.faults.duplicateDelivery(true);
    await alice.say(OPS, '@rekey status');
    await alice.waitForMessage(says('status it is'));
    const mention = workspace.wire.list().find((entry) => entry.name === 'app_mention')?.body as Record<string, object>;
    await workspace.deliverRaw('events_api', mention);
    const byBot = { ...mention, event_id: 'Ev0BOT', event: { ...mention.event, bot_id: 'B0OTHER' } };
    await workspace.deliverRaw('events_api', byBot);
    const edited = { ...mention, event_id: 'Ev0EDIT', event: { ...mention.event, edited: { ts: '1.2' } } };
    await workspace.deliverRaw('events_api', edited);
    expect(seen.words).toEqual(['status']);
    const kinds = rawLedger(world.file).prepare('select kind from inbox').pluck().all();
    expect(kinds).toEqual(['slack:mention']);
  });

  test('is refused from outside, and where outsiders read along', async () => {
    const { workspace, seen } = await aListeningRoom();
    await workspace.person('U0GINA').say(OPS, '@rekey status');
    await workspace.person('U0GINA').waitForMessage(says('yours is a guest account'));
    await workspace.person('U0ALICE').say('C0SHARED', '@rekey status');
    await workspace.person('U0ALICE').waitForMessage(says('This channel is shared with people outside'));
    expect(seen.words).toEqual([]);
  });

  test('that a crash left is carried out at the next start, once', async () => {
    const { workspace, world, deps, start, started, all, seen, alice } = await aListeningRoom();
    const from = { user: 'U0ALICE', teams: [workspace.teamId], enterprise: null };
    const left = { kind: 'mention', from, text: 'status', channel: OPS, ts: '1.2', thread: null };
    await started.stop();
    const kept = { id: 'slack:left', kind: 'slack:mention', payload: JSON.stringify(left), receivedAt: deps.now() };
    await deps.inbox.accept(kept);
    await start({ catalogues: all });
    await alice.waitForMessage(says('status it is'));
    expect(seen.words).toEqual(['status']);
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]), SOON);
    expect(rawLedger(world.file).prepare('select count(*) from inbox').pluck().get()).toBe(1);
  });
});

describe('pointing at a message', () => {
  test('with a shortcut brings who wrote what and when, without a live key, which is kept nowhere', async () => {
    const { alice, world, workspace, said, seen } = await aListeningRoom();
    const material = new Secret('canary-live-key-material-1234567890');
    const bob = workspace.person('U0BOB');
    await bob.say(OPS, `found ${material.reveal()} in a gist`);
    const message = await bob.waitForMessage((each) => each.text.includes('in a gist'));
    await alice.shortcut('look', message);
    await vi.waitFor(() => expect(seen.pointedAt).toHaveLength(1), SOON);
    expect(seen.pointedAt[0]).toMatchObject({
      channel: OPS,
      ts: message.ts,
      thread: null,
      author: 'U0BOB',
      text: 'found [secret] in a gist',
      heldSecret: true,
      postedAt: new Date(Math.floor(Number(message.ts) * 1_000)),
    });
    const kept = JSON.stringify(rawLedger(world.file).prepare('select payload from inbox').all());
    expect(kept).toContain('"shortcut');
    expect(kept).not.toContain('canary-live');
    const plain = await said('nothing secret');
    await alice.shortcut('look', plain);
    await vi.waitFor(() => expect(seen.pointedAt[1]).toMatchObject({ heldSecret: false }), SOON);
  });

  test('with a shortcut opens a form at once', async () => {
    const { alice, said } = await aListeningRoom();
    await alice.shortcut('look', await said('this needs a form'));
    await alice.waitForView((view) => view.title === 'A form');
  });

  test('with a shortcut that a crash left looks the message up again, and offers the form', async () => {
    const { workspace, deps, start, started, all, said, seen, alice } = await aListeningRoom();
    const first = await said('payments are down');
    const message = await said('this needs a form', { threadTs: first.ts });
    await started.stop();
    const from = { user: 'U0ALICE', teams: [workspace.teamId], enterprise: null };
    const on = { channel: OPS, ts: message.ts, thread: first.ts, author: 'U0ALICE' };
    const payload = JSON.stringify({ kind: 'shortcut', from, shortcut: 'look', on });
    await deps.inbox.accept({ id: 'slack:left', kind: 'slack:shortcut', payload, receivedAt: deps.now() });
    await start({ catalogues: all });
    const offer = await alice.waitForMessage(says('This needs a form'));
    expect(offer).toMatchObject({ threadTs: first.ts, visibleTo: 'U0ALICE' });
    expect(seen.pointedAt[0]).toMatchObject({ text: 'this needs a form', thread: first.ts });
  });

  test('with an emoji that means something looks the message up, in a thread too, and can be taken back', async () => {
    const { alice, workspace, world, said, seen } = await aListeningRoom();
    const first = await said('payments are down');
    const reply = await said('it began at ten', { threadTs: first.ts });
    await alice.react(reply, 'eyes');
    await alice.react(reply, 'pushpin');
    await vi.waitFor(() => expect(seen.pointedAt).toHaveLength(1), SOON);
    expect(seen.pointedAt[0]).toMatchObject({ text: 'it began at ten', thread: first.ts, author: 'U0ALICE' });
    expect(seen.moments[0]).toMatchObject({ person: 'alice', thread: first.ts });
    await alice.react(reply, 'pushpin');
    await vi.waitFor(() => expect(seen.words).toEqual(['took back it began at ten']), SOON);
    const kinds = rawLedger(world.file).prepare('select kind from inbox').pluck().all();
    expect(kinds).toEqual(['slack:reaction', 'slack:reaction']);
    const own = { type: 'reaction_added', user: workspace.botUserId, reaction: 'pushpin' };
    await workspace.deliverRaw('events_api', reactionBy(own, { ts: reply.ts, bot: workspace.botUserId }));
    expect(rawLedger(world.file).prepare('select count(*) from inbox').pluck().get()).toBe(2);
  });

  test('with an emoji of somebody who was deactivated a moment ago means nothing any more', async () => {
    const { alice, workspace, world, said, seen, deps } = await aListeningRoom();
    const first = await said('it began at ten');
    const second = await said('and ended at noon');
    await alice.react(first, 'pushpin');
    await vi.waitFor(() => expect(seen.pointedAt).toHaveLength(1), SOON);
    workspace.deactivate('U0ALICE');
    const late = { type: 'reaction_added', user: 'U0ALICE', reaction: 'pushpin' };
    const event = reactionBy(late, { ts: second.ts, bot: workspace.botUserId });
    await workspace.deliverRaw('events_api', { ...event, team_id: workspace.teamId });
    const kept = () => rawLedger(world.file).prepare('select count(*) from inbox').pluck().get();
    await vi.waitFor(() => expect(kept()).toBe(2), SOON);
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]), SOON);
    expect(seen.pointedAt).toHaveLength(1);
  });

  test('with an emoji from somebody whom Rekey does not listen to is passed over in silence', async () => {
    const { workspace, said, seen, deps } = await aListeningRoom();
    const message = await said('it began at ten');
    const dave = workspace.person('U0DAVE');
    await dave.react(message, 'pushpin');
    await vi.waitFor(async () =>
      expect(workspace.wire.list().some((each) => each.name === 'reaction_added')).toBe(true),
    );
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]), SOON);
    expect(seen.pointedAt).toEqual([]);
    expect(dave.messages(OPS).filter((each) => each.visibleTo !== undefined)).toEqual([]);
  });
});

describe('a Slack that does not say who somebody is', () => {
  const TYPED = '/rotate-key payments-prod expired because "blocked"';

  async function aRoom(patience = {}) {
    const slackWorld = await aSlackWorld();
    const slack = await slackWorld.start({
      patience: { slowRetryMs: 150, firstRetryMs: 20, pollMs: 40, admitMs: 60_000, ...patience },
    });
    await vi.waitFor(() => expect(slackWorld.workspace.connections()).toBe(2), SOON);
    const runs = () => slackWorld.rekey.ledger.read.runsOfKey(aKey().id);
    return { ...slackWorld, slack, runs, alice: slackWorld.workspace.person('U0ALICE') };
  }

  test.each(['users.info', 'conversations.info'])(
    'loses no order when %s fails: it waits, and is carried out',
    async (method) => {
      const { workspace, alice, runs } = await aRoom();
      workspace.faults.failNext(3, 500, method);
      await alice.command(OPS, TYPED);
      await alice.waitForMessage(says('Slack does not say who you are right now'));
      await alice.waitForMessage(says('Started for payments-prod'));
      expect(await runs()).toHaveLength(1);
    },
  );

  test('is left alone for as long as it wished', async () => {
    const { workspace, alice } = await aRoom();
    workspace.faults.rateLimitNext(1, 1, 'users.info');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('Started for payments-prod'));
    const asked = workspace.wire.list().filter((entry) => entry.name === 'users.info');
    expect(asked).toHaveLength(2);
  });

  test('is waited for no longer than two minutes, and then the person hears that nothing was done', async () => {
    const { workspace, alice, runs, deps } = await aRoom({ admitMs: 300 });
    workspace.faults.failNext(1_000, 500, 'users.info');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('so nothing was done'));
    expect(await runs()).toEqual([]);
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]), SOON);
  });

  test('does not lose the order over a restart either', async () => {
    const { workspace, alice, slack, start, runs, deps } = await aRoom();
    workspace.faults.failNext(1_000_000, 500, 'users.info');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('Slack does not say who you are right now'));
    await slack.stop();
    expect(await deps.inbox.unhandled('slack:')).toHaveLength(1);
    workspace.faults.clear();
    await start();
    await alice.waitForMessage(says('Started for payments-prod'));
    expect(await runs()).toHaveLength(1);
  });

  test('stands in with what it said a minute ago, and not with what it said before', async () => {
    const { workspace, world, alice, runs } = await aRoom({ admitMs: 200 });
    const answers = () => alice.messages(OPS).filter((message) => !says('who you are')(message)).length;
    await alice.command(OPS, '/rotate-key status');
    await vi.waitFor(() => expect(workspace.wire.list().some((each) => each.name === 'users.info')).toBe(true), SOON);
    await vi.waitFor(() => expect(answers()).toBe(1), SOON);
    workspace.faults.failNext(1_000_000, 500, 'users.info');
    world.pass(61_000);
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('so nothing was done'));
    workspace.faults.clear();
    await alice.command(OPS, '/rotate-key status');
    await vi.waitFor(() => expect(answers()).toBe(2), SOON);
    workspace.faults.failNext(1_000_000, 500, 'users.info');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('Started for payments-prod'));
    expect(await runs()).toHaveLength(1);
  });

  test('holds up a form no longer than it has to, and the decision is taken', async () => {
    const { workspace, alice } = await aRoom();
    await alice.command(OPS, TYPED);
    const bob = workspace.person('U0BOB');
    const card = await bob.waitForMessage(says('Approval needed'));
    await bob.click(card, 'review');
    const modal = await bob.waitForView((view) => view.callbackId === 'review');
    const field = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
    workspace.faults.failNext(3, 500, 'users.info');
    workspace.faults.slow(60, 'users.info');
    await bob.submit(modal, { [field]: 'approve', reason: 'seen it' });
    await bob.waitForMessage((message) => message.ts === card.ts && says('Approved', 'seen it')(message));
  });

  test('a person who was deactivated between the question and the click decides nothing', async () => {
    const { workspace, alice, rekey } = await aRoom();
    await alice.command(OPS, TYPED);
    const bob = workspace.person('U0BOB');
    const card = await bob.waitForMessage(says('Approval needed'));
    await bob.click(card, 'review');
    const modal = await bob.waitForView((view) => view.callbackId === 'review');
    const field = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
    workspace.deactivate('U0BOB');
    await bob.submit(modal, { [field]: 'approve', reason: 'seen it' });
    await bob.waitForView((view) => JSON.stringify(view.blocks).includes('yours is a deactivated account'));
    const [run] = await rekey.ledger.read.runsOfKey(aKey().id);
    expect(JSON.stringify(run)).not.toContain('"approved"');
  });
});

function reactionBy(event: Record<string, unknown>, { ts, bot }: { ts: string; bot: string }) {
  return {
    type: 'event_callback',
    event_id: 'Ev0OWN',
    team_id: 'T0',
    authorizations: [{ user_id: bot, is_bot: true }],
    event: { ...event, item: { type: 'message', channel: OPS, ts }, item_user: 'U0ALICE' },
  };
}
