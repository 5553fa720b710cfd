import { describe, expect, test, vi } from 'vitest';
import { slackManifest } from '../../../src/slack/manifest.ts';
import type { ActingPerson } from '../../../src/workspace/workspace.ts';
import { INCIDENTS, says, textOf } from '../support.ts';
import { anIncidentWorld, cardWith, declared } from './world.ts';

const PATIENT = { timeout: 10_000 };

async function aRoomWorld(
  more: Parameters<typeof anIncidentWorld>[1] = {},
  settings: Parameters<typeof anIncidentWorld>[0] = {},
) {
  const runbook_page = 'https://wiki.example/{runbook}';
  const world = await anIncidentWorld({ channel_from: 'SEV2', runbook_page, ...settings }, more);
  const calls = (name: string) => world.workspace.wire.list().filter((entry) => entry.name === name);
  const roomOf = (incident: Awaited<ReturnType<typeof declared>>) =>
    vi.waitFor(async () => {
      const room = await world.deps.ledger.roomOf(incident.id);
      if (room === null || room.state === 'wanted') throw new Error(`still ${room?.state}`);
      return room;
    }, PATIENT);
  return { ...world, calls, roomOf };
}

/** Polled for, because whoever is invited later sees what was said before. */
function cardInside(person: ActingPerson, channel: string | null) {
  return vi.waitFor(() => {
    const card = channel === null ? undefined : person.messages(channel).find(says('Led by'));
    if (card === undefined) throw new Error('no card in the channel');
    return card;
  }, PATIENT);
}

function without(...scopes: string[]) {
  const manifest = slackManifest({ httpUrl: null });
  manifest.oauth_config.scopes.bot = manifest.oauth_config.scopes.bot.filter((scope) => !scopes.includes(scope));
  return { workspace: { manifest } };
}

describe('an incident that is grave enough', () => {
  test('gets a channel of its own, with a topic, links, and the people whom it concerns', async () => {
    const world = await aRoomWorld();
    const { start, workspace, roomOf, calls } = world;
    await start();
    const incident = await declared(world);
    const room = await roomOf(incident);
    expect(room.name).toBe('inc-0310-payments-prod');
    const { channel } = room;
    if (channel === null) throw new Error('no channel');
    expect(textOf(await cardInside(world.carol, channel))).toContain('payments are rejected');
    await vi.waitFor(() => expect(calls('conversations.invite').length).toBe(3), PATIENT);
    expect(workspace.person('U0BOB').messages(channel)).not.toEqual([]);
    expect(() => workspace.person('U0DAVE').messages(channel)).toThrow();
    await vi.waitFor(() => expect(calls('bookmarks.add')).toHaveLength(1), PATIENT);
    expect(JSON.stringify(calls('conversations.setTopic')[0])).toContain('SEV2 · payments are rejected');
    // The card stays where it was declared and leads there.
    await world.alice.waitForMessage(
      (message) => message.channel === INCIDENTS && JSON.stringify(message.blocks).includes(channel),
      { timeoutMs: 10_000 },
    );
  });

  test('has its runs and their questions in that channel, and what the team has to see in the incident channel', async () => {
    const world = await aRoomWorld();
    const { start, roomOf, rekey, deps } = world;
    await start();
    const run = await rekey.begin();
    const incident = (await rekey.run(run)).incident;
    const found = incident === null ? null : await deps.ledger.incident(incident);
    if (found === null) throw new Error('no incident');
    const { channel } = await roomOf(found);
    const progress = await world.carol.waitForMessage(says('R-KEY-EXPIRY', 'Running'), { timeoutMs: 10_000 });
    expect(progress.channel).toBe(channel);
    expect(progress.threadTs).toBeUndefined();
    const approval = await world.bob.waitForMessage(
      (message) => message.channel === INCIDENTS && says('Approval needed')(message),
      { timeoutMs: 10_000 },
    );
    expect(approval.threadTs).toBeUndefined();
  });

  test('keeps its topic up to date, and sets the same one only once', async () => {
    const world = await aRoomWorld();
    const { start, roomOf, calls, deps } = world;
    await start();
    const incident = await declared(world);
    await roomOf(incident);
    await vi.waitFor(() => expect(calls('conversations.setTopic')).toHaveLength(1), PATIENT);
    await world.alice.command(INCIDENTS, '/incident role commander @bob');
    await vi.waitFor(() => expect(calls('conversations.setTopic')).toHaveLength(2), PATIENT);
    expect(JSON.stringify(calls('conversations.setTopic')[1])).toContain('commander: Bob');
    await world.alice.command(INCIDENTS, '/incident role scribe me');
    await vi.waitFor(async () => expect(await deps.ledger.rolesOf(incident.id)).toHaveLength(2), PATIENT);
    expect(calls('conversations.setTopic')).toHaveLength(2);
  });

  test('that becomes grave later gets its channel then', async () => {
    const world = await aRoomWorld();
    const { start, deps, roomOf } = world;
    await start();
    const incident = await declared(world, 'open SEV3 key=payments-prod "odd rejections"');
    expect(await deps.ledger.roomOf(incident.id)).toBeNull();
    await world.alice.command(INCIDENTS, '/incident severity SEV2 because "customers see it"');
    expect((await roomOf(incident)).state).toBe('made');
  });

  test('and about a leaked key has a private channel, which those see whom it concerns or who are asked', async () => {
    const world = await aRoomWorld();
    await world.start();
    await world.alice.command(INCIDENTS, '/rotate-key payments-prod suspected because "it was in a gist"');
    const incident = await vi.waitFor(async () => {
      const [found] = await world.deps.ledger.openIncidents(1);
      if (found === undefined) throw new Error('nothing was opened');
      return found;
    }, PATIENT);
    const { channel, isPrivate } = await world.roomOf(incident);
    expect(isPrivate).toBe(true);
    await cardInside(world.carol, channel);
    await vi.waitFor(async () => {
      const asked = (await world.deps.ledger.approvalsOfIncident(incident.id)).flatMap((one) => one.asked);
      expect(asked).toContain('bob');
      expect(() => world.bob.messages(channel ?? '')).not.toThrow();
    }, PATIENT);
    expect(() => world.workspace.person('U0DAVE').messages(channel ?? '')).toThrow();
    expect(JSON.stringify(world.calls('conversations.create')[0])).toContain('is_private');
  });

  test('and private is not made without the right to, and it goes on in the thread', async () => {
    const world = await aRoomWorld(without('groups:write'), { private: 'always' });
    await world.start();
    expect((await world.roomOf(await declared(world))).state).toBe('refused');
    await cardWith(world, 'lacks a scope');
  });

  test('has another name for its channel when somebody has taken the first', async () => {
    const world = await aRoomWorld({
      workspace: { channels: [...baseChannels(), { id: 'C0TAKEN', name: 'inc-0310-payments-prod' }] },
    });
    await world.start();
    const room = await world.roomOf(await declared(world));
    expect(room).toMatchObject({ state: 'made', name: 'inc-0310-payments-prod-2' });
    expect(room.channel).not.toBe('C0TAKEN');
  });
});

function baseChannels() {
  return [
    { id: INCIDENTS, name: 'incidents' },
    { id: 'C0OPS', name: 'ops' },
  ];
}

describe('a channel that is being made', () => {
  test('is not made twice when the answer is lost', async () => {
    const world = await aRoomWorld();
    world.workspace.faults.loseReplyNext(1, 'conversations.create');
    await world.start();
    const room = await world.roomOf(await declared(world));
    expect(room).toMatchObject({ state: 'made', name: 'inc-0310-payments-prod' });
    const made = world.workspace.wire.list().filter((entry) => entry.name === 'conversations.create');
    expect(made.length).toBeGreaterThan(1);
  });

  test('is made by the process that starts after the one that died in the middle', async () => {
    const world = await aRoomWorld();
    world.workspace.faults.loseReplyNext(1, 'conversations.create');
    const first = await world.start({ patience: { ...world.deps.patience, pollMs: 60_000 } });
    const incident = await declared(world);
    await vi.waitFor(() => expect(world.calls('conversations.create')).toHaveLength(1), PATIENT);
    await first.stop();
    expect((await world.deps.ledger.roomOf(incident.id))?.state).toBe('wanted');
    await world.start();
    expect(await world.roomOf(incident)).toMatchObject({ state: 'made', name: 'inc-0310-payments-prod' });
  });

  test('waits for a Slack that is away, and so do the messages for it', async () => {
    const world = await aRoomWorld();
    world.workspace.faults.failNext(3, 503, 'conversations.create');
    await world.start();
    const room = await world.roomOf(await declared(world));
    expect(room.state).toBe('made');
    await cardInside(world.carol, room.channel);
  });
});

describe('where Slack does not give an incident a channel', () => {
  test('it goes on in the thread, and the card says why', async () => {
    const world = await aRoomWorld(without('channels:manage'));
    const { start, roomOf, rekey, deps } = world;
    await start();
    const run = await rekey.begin();
    const id = (await rekey.run(run)).incident;
    const incident = id === null ? null : await deps.ledger.incident(id);
    if (incident === null) throw new Error('no incident');
    expect((await roomOf(incident)).state).toBe('refused');
    const card = await cardWith(world, 'lacks a scope');
    const progress = await world.carol.waitForMessage(says('R-KEY-EXPIRY', 'Running'), { timeoutMs: 10_000 });
    expect(progress).toMatchObject({ channel: INCIDENTS, threadTs: card.ts });
  });

  test('or somebody archives it, what is still to be said goes to the thread', async () => {
    const world = await aRoomWorld();
    const { start, roomOf, deps } = world;
    await start();
    const incident = await declared(world);
    const { channel } = await roomOf(incident);
    if (channel === null) throw new Error('no channel');
    await cardInside(world.carol, channel);
    await world.carol.archive(channel);
    const said = { conditions: 'Checkout is down', actions: '', needs: '' };
    const origin = { actor: 'person:alice', channel: 'slack', dedupe: { source: 'test', id: '1' } } as const;
    await deps.incidents.postStatus({ ...origin, incident: incident.id, ...said });
    const status = await world.alice.waitForMessage(
      (message) => message.channel === INCIDENTS && says('Status of', 'Checkout is down')(message),
      { timeoutMs: 10_000 },
    );
    expect(status.threadTs).toBeDefined();
    expect((await deps.ledger.roomOf(incident.id))?.state).toBe('lost');
    await cardWith(world, 'was archived');
    const later = new Date(world.world.now().getTime() + 60_000);
    await vi.waitFor(async () => expect(await deps.outbox.due(later, 10)).toEqual([]), PATIENT);
    // The card leads the thread already; a second one in it tells nobody anything.
    expect(world.alice.messages(INCIDENTS).filter(says('Led by'))).toHaveLength(1);
  });
});
