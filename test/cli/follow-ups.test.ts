import { expect, test } from 'vitest';
import { aFollowUp, anIncident, aReview } from '../support/builders.ts';
import { anInstallationOf } from '../support/cli-people.ts';
import { summaryPosted } from '../support/follow-ups.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const incident = anIncident().id;
const may = { read: ['bob'], declare: ['alice', 'bob', 'carol'], close: ['bob'] };

/** A ledger with an incident, its summary, a follow-up of carol and a review; the commands are typed by bob. */
async function after() {
  const installation = anInstallationOf('bob', { may });
  const ledger = await anOpenLedger(installation.ledgerFile, () => new Date());
  const at = new Date();
  await recordEvents(ledger, BEGINNING, { at });
  await recordEvents(
    ledger,
    [
      { type: 'follow_up_added', followUp: aFollowUp({ dueAt: new Date('2026-01-05T12:00:00Z') }) },
      summaryPosted(incident, '# as it was posted'),
      { type: 'review_opened', review: aReview() },
    ],
    { at, incident },
  );
  return { ...installation, ledger };
}

test('follow-ups are listed, added, handed over, moved, done and dropped, and who may not is told who may', async () => {
  const { rekey, become } = await after();
  const listed = await rekey(['follow-ups', 'list']);
  expect(listed).toMatchObject({ code: 1, out: expect.stringContaining('OVERDUE') });
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  const add = ['follow-ups', 'add', 'inc-1', 'Buy a second gateway', '--owner', 'carol', '--due'];
  expect(await rekey([...add, '2027-02-30'])).toMatchObject({ code: 2, err: expect.stringContaining('a day such as') });
  const added = await rekey([...add, soon]);
  const id = /fup-\w+/.exec(added.out)?.[0] ?? '';
  expect(added).toMatchObject({ code: 0, out: `${id} is added for carol, until ${soon}.\n` });
  expect(await rekey(['follow-ups', 'assign', id, 'erin'])).toMatchObject({ code: 2 });
  expect(await rekey(['follow-ups', 'assign', id, 'group:security'])).toMatchObject({ code: 0 });
  expect(await rekey(['follow-ups', 'move', id, soon, '--because', 'the vendor is late'])).toMatchObject({ code: 0 });
  expect(await rekey(['follow-ups', 'done', id, '--note', 'bought'])).toMatchObject({
    code: 0,
    out: `${id} is done: Buy a second gateway\n`,
  });
  expect(await rekey(['follow-ups', 'drop', id, '--because', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('bob did this already'),
  });
  become('alice');
  expect(await rekey(['follow-ups', 'done', 'fup-1'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Who may: bob, carol'),
  });
}, 90_000);

test('a summary is printed as it is now, as it was posted, and as JSON with the lines of every sentence', async () => {
  const { rekey } = await after();
  const now = await rekey(['summary', 'inc-1']);
  expect(now).toMatchObject({ code: 0, out: expect.stringContaining('# SEV2: payments-prod expired (inc-1)') });
  expect(now.out).toMatch(/was declared by person:alice: payments-prod expired\. \[#2\]/);
  expect((await rekey(['summary', 'inc-1', '--posted'])).out).toBe('# as it was posted\n');
  expect((await rekey(['summary', 'inc-1', '--kept', '7'])).err).toContain('There are: 1.');
  const parsed = JSON.parse((await rekey(['summary', 'inc-1', '--format', 'json'])).out);
  expect(parsed).toMatchObject({
    schema: 'rekey.summary/1',
    version: 2,
    declared: { sources: [{ kind: 'line', seq: 2 }] },
  });
  expect(await rekey(['summary', 'inc-9'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('no such incident'),
  });
  expect(await rekey(['summary', 'inc-1', '--post'])).toMatchObject({ code: 0 });
  expect((await rekey(['summary', 'inc-1', '--posted'])).out).toContain('Version 2');
  expect(await rekey(['follow-ups', 'retrospective', 'inc-1', 'https://wiki.example.com/7'])).toMatchObject({
    code: 0,
  });
  expect((await rekey(['summary', 'inc-1'])).out).toContain('published the retrospective');
}, 90_000);

test('reviews are evidence for an auditor: what was found, who ticked what, and when', async () => {
  const { rekey, become } = await after();
  const id = aReview().id;
  expect(await rekey(['reviews', 'list'])).toMatchObject({ code: 1, out: expect.stringContaining('2 of 3 open') });
  expect((await rekey(['reviews', 'show', id])).out).toContain('[x] audit  The audit is whole: Checked today.');
  become('carol');
  expect(await rekey(['reviews', 'tick', id, 'owned'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Who may: bob'),
  });
  become('bob');
  expect((await rekey(['reviews', 'tick', id, 'owned', '--note', 'all three'])).out).toContain('1 point of');
  expect((await rekey(['reviews', 'tick', id, 'debt'])).out).toBe(`${id} is finished.\n`);
  expect((await rekey(['reviews', 'show', id])).out).toMatch(/\[x\] owned .*\n +bob, .*: all three/);
  expect(JSON.parse((await rekey(['reviews', 'list', '--json'])).out)[0].finishedAt).not.toBeNull();
  expect((await rekey(['reviews', 'list'])).code).toBe(0);
}, 90_000);
