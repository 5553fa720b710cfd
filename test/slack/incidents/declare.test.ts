import { describe, expect, test, vi } from 'vitest';
import { aKey } from '../../support/builders.ts';
import { INCIDENTS, OPS, says, textOf } from '../support.ts';
import { anIncidentWorld, cardWith, declared } from './world.ts';

const PATIENT = { timeout: 10_000 };
const SOON = { timeoutMs: 10_000 };
const LOOKS_LIVE = `rekey_live_${'A'.repeat(16)}_${'b'.repeat(43)}`;

describe('/incident open', () => {
  test('declares an incident with a key, and what was said is the first entry of its timeline', async () => {
    const world = await anIncidentWorld();
    await world.start();
    const incident = await declared(world);
    expect(incident).toMatchObject({ severity: 'SEV2', title: 'payments are rejected', openedBy: 'person:alice' });
    const [note] = await world.deps.ledger.notesOf(incident.id);
    expect(note).toMatchObject({ words: 'customers see errors', saidBy: 'alice', addedBy: ['alice'] });
    await cardWith(world, 'payments-prod', 'nobody yet');
  });

  test('works without a key and without a run', async () => {
    const world = await anIncidentWorld();
    await world.start();
    const incident = await declared(world, 'open "somebody is asking odd questions"');
    expect(incident).toMatchObject({ severity: 'SEV3', key: null });
    await cardWith(world, 'not known');
  });

  test('asks in a form for what is missing', async () => {
    const world = await anIncidentWorld();
    await world.start();
    await world.alice.command(INCIDENTS, '/incident open');
    const form = await world.alice.waitForView((view) => view.callbackId === 'declare_incident', SOON);
    const offered = await world.alice.options(form, 'incident_key', 'pay');
    expect(offered.map(({ value }) => value)).toEqual(['payments-prod']);
    expect((await world.alice.submit(form, { title: 'odd calls', key: 'payments-prod' })).ok).toBe(true);
    await vi.waitFor(
      async () => expect((await world.deps.ledger.openIncidents(5)).map(({ title }) => title)).toEqual(['odd calls']),
      PATIENT,
    );
  });

  test('a second time for the same key joins the first', async () => {
    const world = await anIncidentWorld();
    await world.start();
    const incident = await declared(world);
    await world.bob.command(INCIDENTS, '/incident open key=payments-prod "declined cards" because "the shop calls"');
    await world.bob.waitForMessage(says(`${incident.id} is open for this key already`, 'it stays SEV2'), SOON);
    expect(await world.deps.ledger.openIncidents(5)).toHaveLength(1);
    const notes = await world.deps.ledger.notesOf(incident.id);
    expect(notes.map(({ words }) => words)).toContain('declined cards: the shop calls');
  });

  test('and the first run for its key meet in one incident', async () => {
    const world = await anIncidentWorld();
    await world.start();
    const incident = await declared(world);
    const run = await world.rekey.begin();
    expect((await world.rekey.run(run)).incident).toBe(incident.id);
  });

  test('is refused to whoever may not, with the names of those who may', async () => {
    const world = await anIncidentWorld({}, { policy: { may: { declare: ['bob'], read: ['alice', 'bob'] } } });
    await world.start();
    await world.alice.command(INCIDENTS, '/incident open "odd calls"');
    await world.alice.waitForMessage(says('alice may not declare', 'Who may: bob'), SOON);
    expect(await world.deps.ledger.openIncidents(5)).toEqual([]);
  });

  test('keeps no key that somebody pasted into the title', async () => {
    const world = await anIncidentWorld();
    await world.start();
    await world.alice.command(INCIDENTS, `/incident open "${LOOKS_LIVE} is public"`);
    await world.alice.waitForMessage(says('holds what looks like a live key'), SOON);
    expect(await world.deps.ledger.openIncidents(5)).toEqual([]);
  });
});

describe('a message', () => {
  test('becomes the first entry of the timeline, with its time and whoever wrote it', async () => {
    const world = await anIncidentWorld();
    await world.start();
    await world.bob.say(OPS, 'the checkout rejects every card since five minutes');
    const said = await world.alice.waitForMessage(says('the checkout rejects'), SOON);
    await world.alice.shortcut('declare_incident', said);
    const form = await world.alice.waitForView((view) => view.callbackId === 'declare_incident', SOON);
    expect(JSON.stringify(form)).toContain('the checkout rejects every card');
    expect((await world.alice.submit(form, {})).ok).toBe(true);
    const [incident] = await vi.waitFor(async () => {
      const open = await world.deps.ledger.openIncidents(5);
      expect(open).toHaveLength(1);
      return open;
    }, PATIENT);
    if (incident === undefined) throw new Error('no incident');
    const [note] = await world.deps.ledger.notesOf(incident.id);
    expect(note).toMatchObject({ saidBy: 'bob', addedBy: ['alice'], source: { channel: OPS, ts: said.ts } });
  });

  test('that gives a key away names it, is stored nowhere, and starts its replacement as exploited', async () => {
    const world = await anIncidentWorld();
    await world.start();
    await world.bob.say(OPS, `look: payments-prod is ${LOOKS_LIVE}`);
    const said = await world.alice.waitForMessage(says('look: payments-prod'), SOON);
    await world.alice.shortcut('key_leaked', said);
    const form = await world.alice.waitForView((view) => view.callbackId === 'key_leaked', SOON);
    expect(JSON.stringify(form)).toContain('Delete it in Slack');
    expect(JSON.stringify(form)).not.toContain(LOOKS_LIVE);
    expect(JSON.stringify(form)).toContain('payments-prod (named as payments-prod)');
    expect((await world.alice.submit(form, { reason: 'pasted by accident' })).ok).toBe(true);
    const [incident] = await vi.waitFor(async () => {
      const open = await world.deps.ledger.openIncidents(5);
      expect(open).toHaveLength(1);
      return open;
    }, PATIENT);
    expect(incident?.title).toContain('exploited');
    const audit = JSON.stringify(await world.deps.ledger.audit({ limit: 200 }));
    expect(audit).not.toContain(LOOKS_LIVE);
    expect(audit).toContain('pasted by accident');
  });
});

describe('/incident list and status', () => {
  test('show what is open, and in its thread or channel without an id', async () => {
    const world = await anIncidentWorld();
    await world.start();
    const incident = await declared(world);
    await declared(world, 'open "another one"');
    await world.bob.command(INCIDENTS, '/incident list');
    const list = await world.bob.waitForMessage(says('2 open incidents'), SOON);
    expect(textOf(list)).toContain(incident.id);
    await world.bob.command(INCIDENTS, '/incident status');
    await world.bob.waitForMessage(says('Say which incident you mean'), SOON);
    const card = await cardWith(world, 'payments are rejected');
    await world.bob.say(INCIDENTS, '@rekey impact', { threadTs: card.ts });
    await world.bob.waitForMessage(says('payments-prod', 'No caller was seen'), SOON);
  });
});

describe('whoever may not read an incident', () => {
  test('does not hear its id when they have to say which one', async () => {
    const world = await anIncidentWorld({}, { policy: { may: MAY } });
    await world.start();
    const ofKey = await declared(world);
    const other = await declared(world, 'open "another one"');
    await world.carol.command(INCIDENTS, '/incident status');
    // The one that carol may read, as the owner of its key; so there is no question.
    const answer = await world.carol.waitForMessage((message) => message.visibleTo === 'U0CAROL', SOON);
    expect(textOf(answer)).toContain('payments are rejected');
    await world.bob.command(INCIDENTS, '/incident status');
    const none = await world.bob.waitForMessage(says('No incident is open'), SOON);
    for (const { id } of [ofKey, other]) expect(textOf(none)).not.toContain(id);
  });

  test('sees nothing of the peers of a key that they may not answer for', async () => {
    const world = await anIncidentWorld({}, { policy: { may: { ...MAY, answer: ['owner'], waive: ['owner'] } } });
    await world.start();
    for (const action of ['mark_peer', 'waive_peer'])
      await world.workspace.deliverRaw('interactive', {
        type: 'block_actions',
        user: { id: 'U0BOB', team_id: world.workspace.teamId },
        team: { id: world.workspace.teamId },
        trigger_id: `trigger-${action}`,
        container: { type: 'message', channel_id: OPS, message_ts: '1.2' },
        channel: { id: OPS },
        actions: [{ type: 'button', action_id: action, value: aKey().id }],
      });
    await world.bob.waitForMessage(says('bob may not answer this key'), SOON);
    await world.bob.waitForMessage(says('bob may not waive this key'), SOON);
  });
});

const MAY = { rotate: ['owner'], read: ['owner'], change: ['owner'], declare: ['alice'], close: ['owner'] };
