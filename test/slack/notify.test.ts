import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { IncidentId } from '../../src/domain/ids.ts';
import type { Outbox } from '../../src/ledger/outbox.ts';
import { Secret } from '../../src/secret.ts';
import { createNotifier, type Notifier } from '../../src/slack/notify.ts';
import { openVoice } from '../../src/slack/voice.ts';
import { webClient } from '../../src/slack/web.ts';
import { anApproval, anIncident, aRun } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, BOT_TOKEN, INCIDENTS, type Logged, OPS, says, textOf } from './support.ts';

const INCIDENT = anIncident();
const OPENED: LedgerEvent[] = [{ type: 'incident_opened', incident: INCIDENT }];
const RUNNING: LedgerEvent[] = [...OPENED, { type: 'run_started', run: aRun() }];

async function aNewsroom() {
  const slackWorld = await aSlackWorld();
  const { workspace, deps, rekey, world } = slackWorld;
  const { log } = deps;
  const client = webClient(new Secret(BOT_TOKEN), { apiUrl: workspace.apiUrl, log });
  const patience = { slowRetryMs: 100, firstRetryMs: 20, pollMs: 30 };
  const open = (outbox: Outbox = deps.outbox, sources = deps): Notifier => {
    const places = { roomLost: deps.incidents.roomLost, channels: deps.channels };
    const notifier = createNotifier({ outbox, sources, client, voice: openVoice(client), log, patience, ...places });
    onTestFinished(() => notifier.stop());
    return notifier;
  };
  const record = (events: LedgerEvent[]) =>
    recordEvents(rekey.ledger, events, {
      at: world.now(),
      incident: INCIDENT.id,
      run: events.some((event) => event.type === 'incident_opened' || event.type === 'run_started') ? null : aRun().id,
    });
  const bob = workspace.person('U0BOB');
  const posted = () => bob.messages(INCIDENTS).map((message) => message.text);
  const calls = (name: string) =>
    workspace.wire.list().filter((entry) => entry.name === name && entry.direction === 'from_app');
  const settled = () =>
    vi.waitFor(async () => expect(await deps.outbox.due(new Date(world.now().getTime() + 60_000), 10)).toEqual([]), {
      timeout: 8_000,
    });
  return { ...slackWorld, open, record, posted, bob, calls, settled };
}

describe('messages from the ledger', () => {
  test('are posted once, in order, each reply in the thread of its incident', async () => {
    const { open, record, bob, settled, calls } = await aNewsroom();
    await record([...RUNNING, { type: 'approval_requested', approval: anApproval() }]);
    open();
    await settled();
    const [incident, ...others] = bob.messages(INCIDENTS);
    expect(textOf(incident ?? { blocks: [] })).toContain('SEV2: payments-prod expired');
    const inThread = (words: string) => others.find(says(words))?.threadTs;
    expect(inThread('▸ Running')).toBe(incident?.ts);
    expect(inThread('Approval needed')).toBeUndefined();
    expect(others).toHaveLength(2);
    expect(bob.messages(bob.directMessage())).toHaveLength(1);
    expect(calls('chat.postMessage')).toHaveLength(5);
    expect(incident?.metadata).toMatchObject({ event_type: 'rekey_message' });
  });

  test('are rewritten when what they show changes, at most once a second', async () => {
    const { open, record, bob, settled, calls, world } = await aNewsroom();
    await record(OPENED);
    const notifier = open();
    await settled();
    const began = world.now().getTime();
    for (let change = 0; change < 20; change++) {
      await record([{ type: 'incident_classified', incident: INCIDENT.id, keyClass: 'issuer_key', why: `${change}` }]);
      notifier.nudge();
    }
    await record([{ type: 'incident_contained', incident: INCIDENT.id }]);
    await bob.waitForMessage(says('contained, not recovered yet'));
    await settled();
    expect(calls('chat.update').length).toBeLessThanOrEqual(Math.ceil((world.now().getTime() - began) / 1_000));
    expect(bob.messages(INCIDENTS)).toHaveLength(1);
  });

  test('wake it at once when something was written', async () => {
    const { record, bob, deps, start } = await aNewsroom();
    await start({ patience: { pollMs: 60_000 } });
    await vi.waitFor(async () => expect(await deps.outbox.nextDue()).toBeNull());
    await record(OPENED);
    await bob.waitForMessage(says('SEV2: payments-prod expired'), { timeoutMs: 2_000 });
  });
});

describe('a message whose answer was lost', () => {
  test('is in Slack exactly once', async () => {
    const { open, record, posted, workspace, settled } = await aNewsroom();
    workspace.faults.loseReplyNext(1, 'chat.postMessage');
    await record(RUNNING);
    open();
    await settled();
    expect(posted().filter((text) => text.includes('SEV2'))).toHaveLength(1);
    expect(posted()).toHaveLength(2);
  });

  test('in a thread is in Slack exactly once', async () => {
    const { open, record, posted, workspace, settled } = await aNewsroom();
    await record(OPENED);
    const notifier = open();
    await settled();
    workspace.faults.loseReplyNext(1, 'chat.postMessage');
    await record([{ type: 'run_started', run: aRun() }]);
    notifier.nudge();
    await settled();
    expect(posted().filter((text) => text.includes('R-KEY-EXPIRY'))).toHaveLength(1);
  });

  test('because the process was killed between posting and writing that down is in Slack exactly once', async () => {
    const { open, record, posted, deps, settled } = await aNewsroom();
    await record(OPENED);
    const killed = Promise.withResolvers<void>();
    const dying: Outbox = {
      ...deps.outbox,
      sent: () => {
        killed.resolve();
        return new Promise<never>(() => {});
      },
    };
    const client = webClient(new Secret(BOT_TOKEN), { apiUrl: deps.config.apiUrl, log: deps.log });
    void createNotifier({
      outbox: dying,
      sources: deps,
      client,
      voice: openVoice(client),
      log: deps.log,
      roomLost: deps.incidents.roomLost,
      channels: deps.channels,
      patience: { slowRetryMs: 100, firstRetryMs: 20, pollMs: 30 },
    });
    await killed.promise;
    expect(posted()).toHaveLength(1);
    open();
    await settled();
    expect(posted()).toHaveLength(1);
    expect((await deps.outbox.find('incident', INCIDENT.id))?.ts).toBeTruthy();
  });

  test('because the process was killed before posting is in Slack exactly once', async () => {
    const { open, record, posted, deps, settled } = await aNewsroom();
    await record(OPENED);
    const [message] = await deps.outbox.due(deps.now(), 1);
    if (message === undefined) throw new Error('nothing is due');
    await deps.outbox.begin(message);
    open();
    await settled();
    expect(posted()).toHaveLength(1);
  });
});

describe('a Slack that is slow to take messages', () => {
  test('gets them in order, after the wait that it asked for, and none twice', async () => {
    const { open, record, bob, workspace, settled, world, calls } = await aNewsroom();
    workspace.faults.rateLimitNext(2, 1, 'chat.postMessage');
    const incidents = [1, 2, 3, 4].map((index) =>
      anIncident({ id: IncidentId.parse(`inc-${index}`), title: `number ${index}` }),
    );
    for (const incident of incidents) await record([{ type: 'incident_opened', incident }]);
    const began = world.now().getTime();
    open();
    await settled();
    expect(bob.messages(INCIDENTS).map((message) => /number \d/.exec(message.text)?.[0])).toEqual([
      'number 1',
      'number 2',
      'number 3',
      'number 4',
    ]);
    expect(world.now().getTime() - began).toBeGreaterThanOrEqual(1_900);
    expect(calls('chat.postMessage')).toHaveLength(6);
    expect(calls('conversations.history')).toEqual([]);
  });

  test('does not hold up other channels', async () => {
    const { open, record, bob, workspace, calls } = await aNewsroom();
    await record([
      { type: 'incident_opened', incident: { ...INCIDENT, channel: 'C0GONE' } },
      { type: 'incident_opened', incident: anIncident({ id: IncidentId.parse('inc-2') }) },
    ]);
    open();
    await bob.waitForMessage((message) => message.channel === INCIDENTS);
    await vi.waitFor(() => expect(calls('chat.postMessage').length).toBeGreaterThan(2));
    expect(workspace.connections()).toBe(0);
  });

  test('in one channel only gets everything else, however much waits for that one', async () => {
    const { open, record, bob, world, deps, calls } = await aNewsroom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, team: { ...policy.team, incident_channel: 'C0GONE' } });
    const opened = (id: string, channel: string): LedgerEvent => ({
      type: 'incident_opened',
      incident: anIncident({ id: IncidentId.parse(id), channel }),
    });
    await record(Array.from({ length: 510 }, (_, index) => opened(`inc-gone-${index}`, 'C0GONE')));
    const notifier = open();
    await vi.waitFor(() => expect(notifier.problem()).toContain('channel_not_found'), { timeout: 8_000 });
    await record([opened('inc-ops', OPS)]);
    notifier.nudge();
    await bob.waitForMessage((message) => message.channel === OPS, { timeoutMs: 8_000 });
    expect(calls('chat.postMessage').length).toBeLessThan(100);
  });

  test('and fails with 500 is tried again without a second copy', async () => {
    const { open, record, posted, workspace, settled } = await aNewsroom();
    workspace.faults.failNext(3, 500, 'chat.postMessage');
    await record(OPENED);
    open();
    await settled();
    expect(posted()).toHaveLength(1);
  });
});

describe('a message that cannot go out as it is', () => {
  test('and holds key material is blocked, logged and recorded, and nothing of it leaves', async () => {
    const { open, record, posted, lines, deps, workspace, settled } = await aNewsroom();
    const material = new Secret('canary-material-in-a-title-42');
    await record([{ type: 'incident_opened', incident: { ...INCIDENT, title: `leaked ${material.reveal()}` } }]);
    open();
    await vi.waitFor(() =>
      expect(lines).toContainEqual(
        expect.objectContaining({ level: 'error', text: expect.stringContaining('was blocked') }),
      ),
    );
    await settled();
    expect(posted()).toEqual([]);
    expect(JSON.stringify(workspace.wire.list())).not.toContain('canary-material');
    expect(await deps.outbox.nextDue()).toBeNull();
  });

  test('because its channel is missing is logged once, however often it is tried', async () => {
    const { open, record, lines, calls, world, deps } = await aNewsroom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, team: { ...policy.team, incident_channel: 'C0GONE' } });
    await record([{ type: 'incident_opened', incident: { ...INCIDENT, channel: 'C0GONE' } }]);
    const notifier = open();
    await vi.waitFor(() => expect(calls('chat.postMessage').length).toBeGreaterThan(2), { timeout: 4_000 });
    const ofIncident = ({ fields }: Logged) => fields.surface === 'incident' && fields.reason === 'channel_not_found';
    expect(lines.filter(ofIncident)).toHaveLength(1);
    expect(notifier.problem()).toContain('channel_not_found');
  });

  test('and goes to somebody whom the policy does not know any more is given up, with the reason', async () => {
    const { open, record, lines, world, deps } = await aNewsroom();
    const { policy } = await deps.policy();
    const { bob: _gone, ...people } = policy.people;
    world.setPolicy({ ...policy, people });
    await record([...RUNNING, { type: 'approval_requested', approval: anApproval() }]);
    open();
    await vi.waitFor(() =>
      expect(lines).toContainEqual(
        expect.objectContaining({
          fields: expect.objectContaining({ reason: 'policy.yaml does not know bob any more' }),
        }),
      ),
    );
  });

  test('and is refused by a wrong token waits until the token is right', async () => {
    const { record, posted, deps, settled, workspace } = await aNewsroom();
    await record(OPENED);
    let token = 'xoxb-2222-wrong';
    const sources = deps;
    const clients = () => webClient(new Secret(token), { apiUrl: workspace.apiUrl, log: deps.log });
    const patience = { slowRetryMs: 60, firstRetryMs: 20, pollMs: 30 };
    const wrong = createNotifier({
      outbox: deps.outbox,
      sources,
      client: clients(),
      voice: openVoice(clients()),
      log: deps.log,
      patience,
      roomLost: deps.incidents.roomLost,
      channels: deps.channels,
    });
    await vi.waitFor(() => expect(wrong.problem()).toContain('invalid_auth'));
    await wrong.stop();
    token = BOT_TOKEN;
    const right = createNotifier({
      outbox: deps.outbox,
      sources,
      client: clients(),
      voice: openVoice(clients()),
      log: deps.log,
      patience,
      roomLost: deps.incidents.roomLost,
      channels: deps.channels,
    });
    onTestFinished(() => right.stop());
    await settled();
    expect(posted()).toHaveLength(1);
    expect(right.problem()).toBeNull();
  });

  test('stopping finishes the one in hand', async () => {
    const { record, posted, deps, open, workspace } = await aNewsroom();
    await record(OPENED);
    workspace.faults.slow(200, 'chat.postMessage');
    const notifier = open();
    await vi.waitFor(async () => expect((await deps.outbox.due(deps.now(), 1))[0]?.sending).toBe(true));
    await notifier.stop();
    expect(posted()).toHaveLength(1);
    const message = await deps.outbox.find('incident', INCIDENT.id);
    expect(message?.sentVersion).toBe(message?.version);
  });
});
