import { describe, expect, test, vi } from 'vitest';
import { INCIDENTS, OPS, says } from '../support.ts';
import { anIncidentWorld, cardWith, declared } from './world.ts';

const PATIENT = { timeout: 10_000 };
const SOON = { timeoutMs: 10_000 };
const LOOKS_LIVE = `rekey_live_${'A'.repeat(16)}_${'b'.repeat(43)}`;

async function aThread(incidents: Parameters<typeof anIncidentWorld>[0] = {}) {
  const world = await anIncidentWorld(incidents);
  await world.start();
  const incident = await declared(world);
  const card = await cardWith(world, 'payments are rejected');
  const says_ = async (text: string, channel = INCIDENTS) => {
    await world.bob.say(channel, text, channel === INCIDENTS ? { threadTs: card.ts } : {});
    return world.alice.waitForMessage(says(text.slice(0, 20)), SOON);
  };
  /** Beside the one that it was declared with. */
  const notes = async () => (await world.deps.ledger.notesOf(incident.id)).filter(({ source }) => source !== null);
  return { ...world, incident, card, tell: says_, notes };
}

describe('the emoji under a message of an incident', () => {
  test('puts it on the timeline, with three times, who said it and who added it', async () => {
    const world = await aThread();
    const said = await world.tell('the old key answers again since noon');
    await world.alice.react(said, 'pushpin');
    const [note] = await vi.waitFor(async () => {
      expect(await world.notes()).toHaveLength(1);
      return world.notes();
    }, PATIENT);
    expect(note).toMatchObject({ words: 'the old key answers again since noon', saidBy: 'bob', addedBy: ['alice'] });
    expect(note?.happenedAt).toEqual(new Date(Math.floor(Number(said.ts) * 1_000)));
    expect(note?.recordedAt).toBeInstanceOf(Date);
    expect(note?.reportedAt).toBeInstanceOf(Date);
  });

  test('taken away takes it back, and the first version stays on record', async () => {
    const world = await aThread();
    const said = await world.tell('we think it was the cache');
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('On the timeline'), SOON);
    // The same once more takes it away, as in Slack.
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('Taken off the timeline'), SOON);
    expect(await world.notes()).toEqual([]);
    const lines = await world.deps.ledger.audit({ incident: world.incident.id, limit: 50 });
    expect(lines.filter(({ details }) => details.includes('we think it was the cache'))).toHaveLength(2);
  });

  test('of two people stays until both have taken theirs away', async () => {
    const world = await aThread();
    const said = await world.tell('the vendor has confirmed it');
    await world.alice.react(said, 'pushpin');
    // Each waits for Slack to say who they are, so the second one could overtake the first.
    await vi.waitFor(async () => expect((await world.notes())[0]?.addedBy).toEqual(['alice']), PATIENT);
    await world.bob.react(said, 'pushpin');
    await vi.waitFor(async () => expect((await world.notes())[0]?.addedBy).toEqual(['alice', 'bob']), PATIENT);
    await world.alice.react(said, 'pushpin');
    await vi.waitFor(async () => expect((await world.notes())[0]?.addedBy).toEqual(['bob']), PATIENT);
    await world.bob.react(said, 'pushpin');
    await vi.waitFor(async () => expect(await world.notes()).toEqual([]), PATIENT);
  });

  test('that Slack delivers twice is noted once', async () => {
    const world = await aThread();
    const said = await world.tell('callers are moved over');
    world.workspace.faults.duplicateDelivery(true);
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('On the timeline'), SOON);
    world.workspace.faults.duplicateDelivery(false);
    const lines = await world.deps.ledger.audit({ incident: world.incident.id, limit: 50 });
    expect(lines.filter(({ details }) => details.includes('callers are moved over'))).toHaveLength(1);
  });

  test('notes nothing that holds what looks like a live key', async () => {
    const world = await aThread();
    const said = await world.tell(`this one leaked: ${LOOKS_LIVE}`);
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('it was not put on the timeline'), SOON);
    expect(await world.notes()).toEqual([]);
    expect(JSON.stringify(await world.deps.ledger.audit({ limit: 200 }))).not.toContain(LOOKS_LIVE);
  });

  test('means nothing elsewhere, nor when policy.yaml names another', async () => {
    const world = await aThread({ timeline_reaction: 'memo' });
    const elsewhere = await world.tell('lunch at noon, anybody?', OPS);
    const inside = await world.tell('the vendor was called');
    await world.alice.react(elsewhere, 'memo');
    await world.alice.react(inside, 'pushpin');
    await world.alice.react(inside, 'memo');
    await vi.waitFor(
      async () => expect((await world.notes()).map(({ words }) => words)).toEqual(['the vendor was called']),
      PATIENT,
    );
  });
});

describe('/incident note', () => {
  test('says when it happened, on a clock of the team', async () => {
    const world = await aThread();
    await world.alice.command(INCIDENTS, '/incident note "the cache was cleared by hand" at 03:12');
    await world.alice.waitForMessage(says('Noted on the timeline'), SOON);
    const note = (await world.deps.ledger.notesOf(world.incident.id)).find(({ words }) =>
      words.startsWith('the cache'),
    );
    expect(note?.happenedAt.toISOString()).toMatch(/T03:12:00\.000Z$/);
    expect(note?.happenedAt.getTime()).toBeLessThan(world.world.now().getTime());
  });

  test('asks for the words in a form when there are none, and takes no key', async () => {
    const world = await aThread();
    await world.bob.click(world.card, 'incident_note');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_note', SOON);
    expect((await world.bob.submit(form, { note: 'the peer was called' })).ok).toBe(true);
    await vi.waitFor(
      async () =>
        expect((await world.deps.ledger.notesOf(world.incident.id)).map(({ words }) => words)).toContain(
          'the peer was called',
        ),
      PATIENT,
    );
  });
});

describe('a message on the timeline that is changed where it stands', () => {
  const edited = (of: { channel: string; ts: string; text: string; id: string; user?: string; team: string }) => ({
    type: 'event_callback',
    event_id: of.id,
    team_id: of.team,
    event: {
      type: 'message',
      subtype: 'message_changed',
      channel: of.channel,
      message: { ts: of.ts, user: of.user ?? 'U0BOB', text: of.text, edited: { user: of.user ?? 'U0BOB' } },
    },
  });

  test('gets a new version, once, and says who wrote it', async () => {
    const world = await aThread();
    const said = await world.tell('it began at noon, we think');
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('On the timeline'), SOON);
    const change = {
      channel: INCIDENTS,
      ts: said.ts,
      text: 'it began at eleven',
      id: 'Ev1',
      team: world.workspace.teamId,
    };
    for (let delivery = 0; delivery < 2; delivery++) await world.workspace.deliverRaw('events_api', edited(change));
    await vi.waitFor(async () => expect((await world.notes())[0]?.words).toBe('it began at eleven'), PATIENT);
    expect((await world.notes())[0]).toMatchObject({ version: 2, saidBy: 'bob', addedBy: ['alice'] });
  });

  test('is not followed into words that hold what looks like a live key', async () => {
    const world = await aThread();
    const said = await world.tell('the vendor sent us a new one');
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('On the timeline'), SOON);
    const change = {
      channel: INCIDENTS,
      ts: said.ts,
      text: `it is ${LOOKS_LIVE}`,
      id: 'Ev2',
      team: world.workspace.teamId,
    };
    await world.workspace.deliverRaw('events_api', edited(change));
    await vi.waitFor(
      () => expect(world.lines.map(({ text }) => text)).toContain('a changed message was not taken over'),
      PATIENT,
    );
    expect((await world.notes())[0]?.words).toBe('the vendor sent us a new one');
  });

  test.each([
    ['a guest', 'U0GINA', 'gina'],
    ['somebody whom policy.yaml does not know', 'U0DAVE', 'U0DAVE'],
    ['somebody of another workspace', 'U0BOB', 'bob'],
  ])('by %s keeps its words, and says that it was changed in Slack', async (who, user, named) => {
    const world = await aThread();
    const said = await world.tell('it began at noon, we think');
    await world.alice.react(said, 'pushpin');
    await world.alice.waitForMessage(says('On the timeline'), SOON);
    const team = who.endsWith('workspace') ? 'T0OTHER' : world.workspace.teamId;
    const change = { channel: INCIDENTS, ts: said.ts, text: 'nothing happened', id: 'Ev3', user, team };
    await world.workspace.deliverRaw('events_api', edited(change));
    await vi.waitFor(async () => expect((await world.notes())[0]?.alteredBy).toBe(named), PATIENT);
    expect((await world.notes())[0]).toMatchObject({ words: 'it began at noon, we think', version: 2 });
    const [line] = await world.deps.ledger.audit({ incident: world.incident.id, limit: 1 });
    expect(line?.actor).toBe('system:slack');
  });
});
