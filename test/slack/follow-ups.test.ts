import { describe, expect, test, vi } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { reviewTitle } from '../../src/domain/review.ts';
import { summaryToPost } from '../../src/steps/draw-summary.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { aFollowUp, anIncident, aReview, aRun, bob, carol, minutesAfter, NOON } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from './support.ts';

const incident = anIncident().id;
const LONG = { timeout: 10_000 };
const may = {
  rotate: ['group:oncall', 'owner'],
  cancel: ['group:oncall'],
  read: ['alice', 'bob', 'carol'],
  declare: ['alice', 'bob', 'carol'],
  close: ['bob'],
};

/** An incident in Slack, with what follows it; alice may do nothing but say what happened. */
async function afterAnIncident(events: LedgerEvent[] = []) {
  const slackWorld = await aSlackWorld({ policy: { may, reviews: { by: ['bob'], at: '09:00' } } });
  const { workspace, rekey, start, world } = slackWorld;
  const { ledger } = rekey;
  await recordEvents(ledger, [
    { type: 'incident_opened', incident: anIncident({ channel: INCIDENTS }) },
    { type: 'run_started', run: aRun() },
    ...events,
  ]);
  const slack = await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), LONG);
  const [alice, bobHere, carolHere] = ['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => workspace.person(id));
  if (alice === undefined || bobHere === undefined || carolHere === undefined) throw new Error('nobody is there');
  const open = async (who: typeof alice, on: Message, action: string, callback = action) => {
    await who.click(on, action);
    return who.waitForView((view) => view.callbackId === callback);
  };
  return { ...slackWorld, slack, ledger, world, alice, bob: bobHere, carol: carolHere, open };
}

async function withCard() {
  const here = await afterAnIncident([{ type: 'follow_up_added', followUp: aFollowUp() }]);
  const card = await here.alice.waitForMessage(
    (message) => message.threadTs !== undefined && says('Follow-up', 'Route the warnings.')(message),
  );
  const rewritten = (...words: string[]) =>
    here.alice.waitForMessage((message) => message.ts === card.ts && says(...words)(message));
  return { ...here, card, rewritten };
}

describe('the card of a follow-up', () => {
  test('is done with one press of its owner, and a second press of anybody is told who did it', async () => {
    const { carol: owner, bob: lead, card, rewritten, ledger } = await withCard();
    await owner.click(card, 'follow_up_done');
    await rewritten('Follow-up done', '✓ Done', 'Carol');
    await lead.click(card, 'follow_up_done').catch(() => {});
    await lead.waitForMessage(says('carol did this already'));
    expect((await ledger.read.followUp('fup-1'))?.ended).toMatchObject({ how: 'done', by: 'carol' });
    expect((await ledger.read.audit({ limit: 50 })).filter(({ action }) => action === 'follow_up_done')).toHaveLength(
      1,
    );
  });

  test('belongs to its owner and to who may close: others are told so before they fill anything in', async () => {
    const { alice, card, ledger } = await withCard();
    for (const action of ['follow_up_done', 'follow_up_hand_over', 'follow_up_move', 'follow_up_drop'])
      await alice.click(card, action);
    await vi.waitFor(
      async () =>
        expect(
          (await ledger.read.audit({ limit: 50 })).filter(({ action }) => action === 'request_refused'),
        ).toHaveLength(1),
      LONG,
    );
    await alice.waitForMessage(says('not yours to change', 'bob, carol'));
    expect(alice.views()).toEqual([]);
    expect((await ledger.read.followUp('fup-1'))?.ended).toBeNull();
  });

  test('is handed over to somebody whom policy.yaml knows', async () => {
    const { carol: owner, card, open, rewritten } = await withCard();
    const form = await open(owner, card, 'follow_up_hand_over', 'hand_over_follow_up');
    expect(await owner.submit(form, { to: 'U0DAVE' })).toMatchObject({
      fields: { to: expect.stringContaining('policy.yaml') },
    });
    expect(await owner.submit(form, { to: 'U0BOB', reason: 'on leave' })).toEqual({ ok: true });
    await rewritten('Owner', 'Bob');
  });

  test('moves to another day with a reason, and not into the past', async () => {
    const { carol: owner, card, open, ledger } = await withCard();
    const form = await open(owner, card, 'follow_up_move', 'move_follow_up');
    expect(await owner.submit(form, { due: '2020-01-01', reason: 'x' })).toMatchObject({
      fields: { due: expect.stringContaining('in the future') },
    });
    expect(await owner.submit(form, { due: '2027-04-14', reason: 'the vendor is late' })).toEqual({ ok: true });
    await vi.waitFor(
      async () => expect((await ledger.read.followUp('fup-1'))?.dueAt.toISOString()).toBe('2027-04-14T17:00:00.000Z'),
      LONG,
    );
  });

  test('is dropped with a reason that everybody reads as it was written', async () => {
    const { bob: lead, card, open, rewritten } = await withCard();
    const form = await open(lead, card, 'follow_up_drop', 'drop_follow_up');
    expect(await lead.submit(form, { reason: 'gone, see <https://evil.example|here> *now*' })).toEqual({ ok: true });
    const shown = await rewritten('Follow-up dropped', 'gone, see <https://evil.example|here> *now*');
    expect(JSON.stringify(shown.blocks)).not.toContain('mrkdwn');
  });

  test('has working buttons after a restart', async () => {
    const { carol: owner, card, rewritten, slack, start, workspace } = await withCard();
    await slack.stop();
    await vi.waitFor(() => expect(workspace.connections()).toBe(0), LONG);
    await start();
    await vi.waitFor(() => expect(workspace.connections()).toBe(2), LONG);
    await owner.click(card, 'follow_up_done');
    await rewritten('Follow-up done');
  });
});

describe('a reminder', () => {
  const items = [
    { subject: 'fup-1', sinceAt: NOON, nth: 2, escalated: false },
    { subject: `retrospective:${incident}`, sinceAt: NOON, nth: 1, escalated: false },
  ];

  test('is one direct message with everything in it, whose buttons work and vanish one by one', async () => {
    const {
      carol: owner,
      alice,
      open,
      ledger,
    } = await afterAnIncident([
      { type: 'follow_up_added', followUp: aFollowUp() },
      { type: 'retrospective_due', retrospective: { incident, dueAt: NOON, people: [carol], published: null } },
      { type: 'person_nagged', nag: { id: 'nag-1', person: carol, day: '2027-03-17', items } },
    ]);
    const direct = await owner.waitForMessage(
      (message) => message.channel === owner.directMessage() && says('2 things wait for you')(message),
    );
    await owner.click(direct, 'follow_up_done');
    await owner.waitForMessage(
      (message) => message.ts === direct.ts && says('1 thing waits for you', '✓ done')(message),
    );
    const form = await open(owner, direct, 'publish_retrospective');
    expect(await owner.submit(form, { words: 'https://wiki.example.com/7' })).toEqual({ ok: true });
    await owner.waitForMessage((message) => message.ts === direct.ts && says('All of this is done')(message));
    await alice.waitForMessage(says('Retrospective published', 'https://wiki.example.com/7', 'Carol'));
    expect((await ledger.read.retrospective(incident))?.published).toMatchObject({ by: 'carol' });
  });
});

describe('the summary', () => {
  async function posted(more: LedgerEvent[] = []) {
    const here = await afterAnIncident(more);
    const { ledger, rekey } = here;
    const { deps } = rekey;
    const found = await ledger.read.incident(incident);
    if (found === null) throw new Error('there is no incident');
    const { events } = await summaryToPost(found, null, {
      ledger: ledger.read,
      now: deps.now,
      newId: deps.newId,
      by: 'system:engine',
    });
    await recordEvents(ledger, events, { incident, at: deps.now() });
    const post = await here.alice.waitForMessage(
      (message) => message.channel === INCIDENTS && says('Summary of SEV2', 'Full summary')(message),
    );
    return { ...here, post };
  }

  test('opens as a whole, page by page, with the audit lines of every sentence', async () => {
    const notes: LedgerEvent[] = Array.from({ length: 120 }, (_, index) => ({
      type: 'incident_noted',
      note: {
        id: `note-${index}`,
        incident,
        version: 1,
        words: `Something happened, number ${index}, and <!channel> was not mentioned`,
        saidBy: bob,
        addedBy: [bob],
        source: null,
        alteredBy: null,
        happenedAt: minutesAfter(NOON, index),
        reportedAt: minutesAfter(NOON, index),
        recordedAt: minutesAfter(NOON, index),
      },
    }));
    const { alice, post } = await posted(notes);
    await alice.click(post, 'full_summary');
    const first = await alice.waitForView((view) => textOf(view).includes('page 1 of'));
    expect(textOf(first)).toMatch(/\[#\d+/);
    await alice.click(first, 'full_summary');
    const second = await alice.waitForView((view) => textOf(view).includes('page 2 of'));
    expect(second.id).toBe(first.id);
    await alice.click(second, 'full_summary_back');
    await alice.waitForView((view) => textOf(view).includes('page 1 of'));
    expect(JSON.stringify(second.blocks)).not.toContain('mrkdwn');
  });

  test('stands in the thread as Markdown, as it was posted', async () => {
    const { alice, ledger } = await posted();
    const part = await alice.waitForMessage(
      (message) => message.threadTs !== undefined && says('as Markdown, 1 of')(message),
    );
    const [version] = await ledger.read.summariesOf(incident);
    const [heading = ''] = version?.markdown.split('\n') ?? [];
    expect(textOf(part)).toContain(heading);
    expect(JSON.stringify(part.blocks)).toContain('rich_text_preformatted');
  });

  test('takes a follow-up of anybody who may declare, and shows it at once', async () => {
    const { alice, post, open } = await posted();
    const form = await open(alice, post, 'add_follow_up');
    expect(
      await alice.submit(form, { what: 'Buy a second gateway', owner: 'U0CAROL', due: '2020-01-01' }),
    ).toMatchObject({
      fields: { due: expect.stringContaining('in the future') },
    });
    expect(await alice.submit(form, { what: 'Buy a second gateway', owner: 'U0CAROL', due: '2027-04-14' })).toEqual({
      ok: true,
    });
    await alice.waitForMessage((message) => message.ts === post.ts && says('Buy a second gateway', 'Carol')(message));
    await alice.waitForMessage(
      (message) => message.threadTs !== undefined && says('Follow-up', 'Buy a second gateway')(message),
    );
  });

  test('refuses what looks like a key, and keeps nothing of it', async () => {
    const { alice, post, open, ledger } = await posted();
    const form = await open(alice, post, 'add_follow_up');
    const key = `ghp_${'b'.repeat(36)}`;
    await alice.submit(form, { what: `Rotate ${key}`, owner: 'U0CAROL', due: '2027-04-14' });
    await alice.waitForView((view) => textOf(view).includes('looks like a live key'));
    expect((await ledger.read.followUpsOf(incident)).filter(({ rule }) => rule === null)).toEqual([]);
    expect(JSON.stringify(await ledger.read.audit({ limit: 100 }))).not.toContain('bbbbbbbb');
  });
});

test('/incident follow-up add writes one down, opens the form where words are missing, and ends one by its id', async () => {
  const { alice, carol: owner, ledger } = await afterAnIncident();
  await alice.command(OPS, '/incident follow-up add inc-1 "Route the warnings" owner:@carol due:2027-04-14');
  const said = await alice.waitForMessage(says('is added for carol, until 2027-04-14'));
  await alice.command(OPS, '/incident follow-up add inc-1');
  await alice.waitForView((view) => view.callbackId === 'add_follow_up');
  const id = /fup-\d+/.exec(textOf(said))?.[0] ?? '';
  await owner.command(OPS, `/incident follow-up done ${id} because "merged in #812"`);
  await owner.waitForMessage(says(`${id} (Route the warnings): done.`));
  expect((await ledger.read.followUp(id))?.ended).toMatchObject({ by: 'carol', note: 'merged in #812' });
});

test('/incident timeline opens the summary where its timeline begins', async () => {
  const { alice } = await afterAnIncident();
  await alice.command(OPS, '/incident timeline inc-1');
  const page = await alice.waitForView((view) => view.title?.startsWith('Summary, version') === true);
  expect(textOf(page)).toContain('Timeline');
});

test('/incident summary shows it to who asks, and posts it for who may close', async () => {
  const { alice, bob: lead, ledger } = await afterAnIncident();
  await alice.command(OPS, '/incident summary inc-1');
  await alice.waitForMessage(says('Summary of SEV2'));
  await alice.command(OPS, '/incident summary post inc-1');
  await alice.waitForMessage(says('may not close'));
  expect(await ledger.read.summariesOf(incident)).toEqual([]);
  await lead.command(OPS, '/incident summary post inc-1');
  await lead.waitForMessage((message) => message.channel === INCIDENTS && says('Summary of SEV2')(message));
  expect(await ledger.read.summariesOf(incident)).toHaveLength(1);
});

describe('a review in Slack', () => {
  const opened = (overrides: Parameters<typeof aReview>[0] = {}): LedgerEvent => ({
    type: 'review_opened',
    review: aReview(overrides),
  });

  test('is ticked by those who may, and is finished with the last point', async () => {
    const { alice, bob: lead, open, ledger } = await afterAnIncident([opened()]);
    const card = await alice.waitForMessage(
      (message) => message.channel === INCIDENTS && says('Weekly review')(message),
    );
    expect(textOf(card)).toContain('1: payments-prod v3.');
    await alice.click(card, 'tick_review');
    await alice.waitForMessage(says('Reviews are not yours to tick', 'bob'));
    const form = await open(lead, card, 'tick_review');
    expect(await lead.submit(form, {})).toMatchObject({
      fields: { 'ticks-0': expect.stringContaining('at least one') },
    });
    expect(await lead.submit(form, { 'ticks-0': ['owned'], note: 'all three' })).toEqual({ ok: true });
    await lead.waitForMessage((message) => message.ts === card.ts && says('Looked at', 'Bob', 'all three')(message));
    const again = await open(lead, card, 'tick_review');
    expect(await lead.submit(again, { 'ticks-0': ['debt'] })).toEqual({ ok: true });
    await lead.waitForMessage((message) => message.ts === card.ts && says('Weekly review finished')(message));
    await lead.click(card, 'tick_review').catch(() => {});
    expect((await ledger.read.review(aReview().id))?.ticks.map(({ item, by }) => [item, by])).toEqual([
      ['owned', 'bob'],
      ['debt', 'bob'],
    ]);
  });

  test('stands in the channel that policy.yaml names, and its reminder is a message of its own', async () => {
    const { alice, ledger } = await afterAnIncident([opened({ channel: OPS })]);
    const card = await alice.waitForMessage((message) => message.channel === OPS && says('Weekly review')(message));
    await recordEvents(ledger, [{ type: 'review_nagged', review: aReview().id, channel: OPS }]);
    const reminder = await alice.waitForMessage(
      (message) => message.channel === OPS && says(`${reviewTitle(aReview())} is not finished`)(message),
    );
    expect(reminder.ts).not.toBe(card.ts);
  });
});
