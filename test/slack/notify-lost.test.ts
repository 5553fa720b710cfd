import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { IncidentId } from '../../src/domain/ids.ts';
import { Secret } from '../../src/secret.ts';
import { createNotifier } from '../../src/slack/notify.ts';
import { openVoice } from '../../src/slack/voice.ts';
import { webClient } from '../../src/slack/web.ts';
import { anIncident, aRun } from '../support/builders.ts';
import { rawLedger, recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, BOT_TOKEN, INCIDENTS, OPS, says, textOf } from './support.ts';

const SOON = { timeout: 10_000 };
const INCIDENT = anIncident();
const DECLARED: LedgerEvent = { type: 'incident_opened', incident: INCIDENT };
const RUNNING: LedgerEvent = { type: 'run_started', run: aRun() };
const CHANGED: LedgerEvent = {
  type: 'incident_classified',
  incident: INCIDENT.id,
  keyClass: 'issuer_key',
  why: 'it says so',
};

async function aNewsroom({ may = {} }: { may?: Record<string, string[]> } = {}) {
  const slackWorld = await aSlackWorld({ policy: { may: { administer: ['carol'], ...may } } });
  const { workspace, deps, rekey, world } = slackWorld;
  const { log } = deps;
  const client = webClient(new Secret(BOT_TOKEN), { apiUrl: workspace.apiUrl, log });
  const open = () => {
    const notifier = createNotifier({
      ...{ outbox: deps.outbox, sources: deps, client, voice: openVoice(client), log },
      ...{ roomLost: deps.incidents.roomLost, channels: deps.channels },
      patience: { slowRetryMs: 100, firstRetryMs: 20, pollMs: 30 },
    });
    onTestFinished(() => notifier.stop());
    return notifier;
  };
  const record = (...events: LedgerEvent[]) => recordEvents(rekey.ledger, events, about(world.now(), events));
  const bob = workspace.person('U0BOB');
  const carol = workspace.person('U0CAROL');
  const shown = (channel: string) => bob.messages(channel).filter((message) => message.by === 'app');
  const settled = () =>
    vi.waitFor(
      async () => expect(await deps.outbox.due(new Date(world.now().getTime() + 60_000), 10)).toEqual([]),
      SOON,
    );
  const losses = () => rawLedger(world.file).prepare('select message_id, reason, channel, ts from lost_messages').all();
  const alarms = () => rawLedger(world.file).prepare('select id, ended_at from alarms').all();
  return { ...slackWorld, open, record, bob, carol, shown, settled, losses, alarms };
}

function about(at: Date, events: readonly LedgerEvent[]) {
  const isFirst = events.some((event) => event.type === 'incident_opened' || event.type === 'run_started');
  return { at, incident: INCIDENT.id, run: isFirst ? null : aRun().id };
}

describe('a message that somebody deleted', () => {
  test('is posted anew as long as what it shows is open, once, and where it stood is kept', async () => {
    const { open, record, bob, settled, shown, losses, rekey } = await aNewsroom();
    await record(DECLARED);
    open();
    await settled();
    const [first] = shown(INCIDENTS);
    if (first === undefined) throw new Error('nothing was posted');
    await bob.deleteMessage(first);
    await record(CHANGED);
    const again = await bob.waitForMessage((message) => message.ts > first.ts && says('SEV2')(message));
    await settled();
    // What people say in the old thread still belongs to it.
    for (const { ts } of [first, again])
      expect(await rekey.ledger.read.incidentAt({ channel: INCIDENTS, thread: ts })).toBe(INCIDENT.id);
    expect(losses()).toMatchObject([{ reason: 'deleted', channel: INCIDENTS, ts: first.ts }]);
    await settled();
    await bob.deleteMessage(again);
    await record({ type: 'incident_contained', incident: INCIDENT.id });
    await settled();
    expect(shown(INCIDENTS)).toEqual([]);
    expect(losses()).toHaveLength(1);
  });

  test('is given up when what it shows is over', async () => {
    const { open, record, bob, settled, shown } = await aNewsroom();
    await record(DECLARED);
    await record(RUNNING);
    open();
    await settled();
    const progress = shown(INCIDENTS).find((message) => message.threadTs !== undefined);
    if (progress === undefined) throw new Error('nothing was posted');
    await bob.deleteMessage(progress);
    await record({ type: 'run_finished', run: aRun().id, outcome: 'succeeded', why: 'done' });
    await settled();
    expect(shown(INCIDENTS).filter((message) => message.threadTs !== undefined)).toEqual([]);
  });

  test('that began a thread is posted anew before the next answer to it', async () => {
    const { open, record, bob, settled, shown } = await aNewsroom();
    await record(DECLARED);
    open();
    await settled();
    const [first] = shown(INCIDENTS);
    if (first === undefined) throw new Error('nothing was posted');
    await bob.deleteMessage(first);
    await record(RUNNING);
    await bob.waitForMessage(says('▸ Running'));
    await settled();
    const [anew, reply] = shown(INCIDENTS);
    expect(textOf(anew ?? { blocks: [] })).toContain('SEV2');
    expect(reply?.threadTs).toBe(anew?.ts);
  });
});

describe('a channel that is out of reach', () => {
  test.each([
    ['archived', 'was archived', 'archive'],
    ['closed to Rekey', 'Rekey was taken out of #ops', 'removeApp'],
  ] as const)(
    'because it was %s: what is open goes to the team with the reason, and administrators hear once',
    async (_how, why, act) => {
      const { open, record, bob, carol, settled, shown, alarms, losses, workspace } = await aNewsroom();
      await record({ ...DECLARED, incident: { ...INCIDENT, channel: OPS } });
      open();
      await settled();
      await workspace.person('U0ALICE')[act](OPS);
      await record(RUNNING);
      await record(CHANGED);
      const moved = await bob.waitForMessage((message) => message.channel === INCIDENTS && says('SEV2', why)(message));
      await settled();
      const reply = shown(INCIDENTS).find(says('▸ Running'));
      expect(reply?.threadTs).toBe(moved.ts);
      await carol.waitForMessage((message) => message.channel === carol.directMessage() && says(why)(message));
      expect(alarms()).toHaveLength(1);
      expect(losses()).toMatchObject([{ reason: 'out_of_reach', channel: OPS }]);
      expect(shown(INCIDENTS).filter(says('SEV2'))).toHaveLength(1);
    },
  );

  test('and comes back ends the alarm, also when Rekey was started anew in between', async () => {
    const { open, record, settled, alarms, carol, workspace } = await aNewsroom();
    const alice = workspace.person('U0ALICE');
    await record({ ...DECLARED, incident: { ...INCIDENT, channel: OPS } });
    const before = open();
    await settled();
    await alice.removeApp(OPS);
    await record(CHANGED);
    await vi.waitFor(() => expect(alarms()).toMatchObject([{ ended_at: null }]), SOON);
    await before.stop();
    await alice.inviteApp(OPS);
    open();
    await vi.waitFor(() => expect(alarms()).toMatchObject([{ ended_at: expect.any(String) }]), SOON);
    await carol.waitForMessage(says('Over', 'Rekey can write to'));
  });

  test('and is the team’s own holds everything back in order until it is there again', async () => {
    const { open, record, settled, shown, alarms, carol, workspace, bob } = await aNewsroom();
    const alice = workspace.person('U0ALICE');
    await record(DECLARED);
    const notifier = open();
    await settled();
    await alice.archive(INCIDENTS);
    await record(RUNNING);
    await record(CHANGED);
    notifier.nudge();
    await carol.waitForMessage((message) => message.channel === carol.directMessage() && says('was archived')(message));
    expect(notifier.problem()).toContain('is_archived');
    await alice.unarchive(INCIDENTS);
    await bob.waitForMessage(says('▸ Running'));
    await settled();
    expect(shown(INCIDENTS).filter(says('SEV2'))).toHaveLength(1);
    expect(alarms()).toMatchObject([{ ended_at: expect.any(String) }]);
    await vi.waitFor(() => expect(notifier.problem()).toBeNull(), SOON);
  });

  test('and is the incident’s own: what was shown there goes to the thread, with the reason and without an alarm', async () => {
    const { open, record, settled, shown, alarms, workspace, bob, rekey } = await aNewsroom();
    await record(DECLARED, { type: 'incident_room_wanted', incident: INCIDENT.id, name: 'ops', isPrivate: false });
    await record({ type: 'incident_room_made', incident: INCIDENT.id, name: 'ops', room: OPS });
    await record(RUNNING);
    open();
    await settled();
    expect(shown(OPS).some(says('▸ Running'))).toBe(true);
    await workspace.person('U0ALICE').archive(OPS);
    await record(CHANGED);
    await record({ type: 'run_cancel_requested', run: aRun().id, reason: 'wrong key' });
    const moved = await bob.waitForMessage(
      (message) => message.channel === INCIDENTS && says('run-1', 'Here, because #ops was archived')(message),
    );
    expect(moved.threadTs).toBe(shown(INCIDENTS)[0]?.ts);
    expect((await rekey.ledger.read.roomOf(INCIDENT.id))?.state).toBe('lost');
    expect(alarms()).toEqual([]);
  });

  test('and what was shown there and is over stays as it is', async () => {
    const { open, record, settled, shown, workspace, losses } = await aNewsroom();
    await record({ ...DECLARED, incident: { ...INCIDENT, channel: OPS } });
    open();
    await settled();
    await workspace.person('U0ALICE').archive(OPS);
    await record({ type: 'incident_closed', incident: INCIDENT.id, openPoints: [] });
    await settled();
    expect(shown(INCIDENTS).filter(says('SEV2'))).toEqual([]);
    expect(losses()).toEqual([]);
  });
});

describe('after a restart', () => {
  test('everything that is open is drawn again, and what is new does not wait for it', async () => {
    const { open, record, settled, workspace, deps, bob } = await aNewsroom();
    await record(DECLARED);
    await record(RUNNING);
    const before = open();
    await settled();
    await before.stop();
    await deps.outbox.redrawOpen();
    const { length } = workspace.wire.list();
    open();
    await record({ type: 'incident_contained', incident: INCIDENT.id });
    await bob.waitForMessage(says('contained, not recovered yet'));
    await settled();
    const rewritten = workspace.wire
      .list()
      .slice(length)
      .filter((entry) => entry.name === 'chat.update');
    expect(rewritten.length).toBeGreaterThanOrEqual(2);
    const due = await deps.outbox.due(deps.now(), 10);
    expect(due).toEqual([]);
  });

  test('a few at a time, the latest first', async () => {
    const { record, deps, world, open, settled } = await aNewsroom();
    for (let number = 2; number < 42; number++)
      await record({
        ...DECLARED,
        incident: anIncident({ id: IncidentId.parse(`inc-${number}`), title: `no ${number}` }),
      });
    const before = open();
    await settled();
    await before.stop();
    world.pass(2_000);
    await deps.outbox.redrawOpen();
    const due = await deps.outbox.due(deps.now(), 500);
    expect(due).toHaveLength(25);
    expect(due[0]?.subject).toBe('inc-41');
  });
});
