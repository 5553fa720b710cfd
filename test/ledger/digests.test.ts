import { expect, test } from 'vitest';
import type { DigestEvent } from '../../src/domain/digest-event.ts';
import { KeyId } from '../../src/domain/ids.ts';
import { aKey, alice, carol, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { aDigest, anItem } from '../support/digest-builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';

const key = aKey().id;
const other = KeyId.parse('key-other');
const RAN: DigestEvent = { type: 'digest_ran', digest: aDigest() };

function claimed(overrides: object = {}): DigestEvent {
  const claim = { id: 'clm-1', key, by: alice, at: NOON, until: daysAfter(NOON, 1), lacked: [], end: null };
  return { type: 'digest_key_claimed', claim: { ...claim, ...overrides } };
}

async function aLedger() {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const second = { id: other, slug: 'other', externalRef: 'other', digest: 'd'.repeat(64) };
  await recordEvents(ledger, [
    { type: 'key_issued', key: aKey() },
    { type: 'key_issued', key: aKey(second) },
  ]);
  return { file, ledger, read: ledger.read };
}

test('a digest is read back as it was made, and there is one a day', async () => {
  const { ledger, read } = await aLedger();
  const figures = {
    compliance: { percentage: 90, judged: 10, overdue: 1 },
    rotations: { completed: 3, failed: 0 },
    weeks: [{ from: '2027-03-10', expiring: 2, rotating: 1, byHand: 1 }],
    picture: true,
  };
  const digest = aDigest({
    figures,
    notes: [{ kind: 'runbook', overdue: true, sentence: 'Read it.', key: null }],
    more: [{ section: 'too_old', count: 3, isAll: false }],
  });
  await recordEvents(ledger, [{ type: 'digest_ran', digest }]);
  expect(await read.digest(digest.id)).toEqual(digest);
  expect(await read.lastDigest()).toMatchObject({ id: digest.id });
  const again = recordEvents(ledger, [{ type: 'digest_ran', digest: { ...digest, id: 'dig-again', items: [] } }]);
  await expect(again).rejects.toThrow(/UNIQUE/);
  await recordEvents(ledger, [{ type: 'digest_ran', digest: aDigest({ id: 'dig-asked', kind: 'asked', items: [] }) }]);
  expect(await read.lastDigest()).toMatchObject({ id: digest.id });
});

test('each message is there once, in the order of the parts, the picture behind them, and owners get their own', async () => {
  const { ledger, read } = await aLedger();
  const items = [anItem(), anItem({ key: other, part: 2, section: 'days_30', direct: [] })];
  const figures = {
    compliance: { percentage: 1, judged: 1, overdue: 1 },
    rotations: { completed: 0, failed: 0 },
    weeks: [],
    picture: true,
  };
  await recordEvents(ledger, [{ type: 'digest_ran', digest: aDigest({ parts: 2, items, figures, channel: '#keys' }) }]);
  const due = await ledger.outbox.due(NOON, 50);
  expect(due.map(({ surface, subject, channel }) => [surface, subject, channel])).toEqual([
    ['digest', 'dig-2027-03-10/1', '#keys'],
    ['digest', 'dig-2027-03-10/2', '#keys'],
    ['digest_outlook', 'dig-2027-03-10/outlook', '#keys'],
    ['digest_dm', 'dig-2027-03-10/carol/1', 'person:carol'],
  ]);
  expect(await read.digestItems('dig-2027-03-10', { part: 2, person: null })).toMatchObject([{ key: other }]);
  expect(await read.digestItems('dig-2027-03-10', { part: 1, person: carol })).toMatchObject([{ key }]);
});

test('a quiet digest posts nothing and is on record', async () => {
  const { ledger, read } = await aLedger();
  await recordEvents(ledger, [{ type: 'digest_ran', digest: aDigest({ parts: 0, keys: 0, items: [] }) }]);
  expect(await ledger.outbox.due(NOON, 50)).toEqual([]);
  expect(await read.lastDigest()).toMatchObject({ parts: 0 });
});

test('a claim, a snooze, and the word that a key is not in use rewrite every message that shows the key', async () => {
  const { ledger } = await aLedger();
  await recordEvents(ledger, [RAN]);
  for (const message of await ledger.outbox.due(NOON, 50))
    await ledger.outbox.sent(message, { channel: 'C1', ts: '1804680000.000100', version: message.version });
  const later = minutesAfter(NOON, 5);
  const rewritten = async () => (await ledger.outbox.due(later, 50)).map(({ subject }) => subject);
  expect(await rewritten()).toEqual([]);
  await recordEvents(ledger, [claimed()]);
  expect(await rewritten()).toEqual(['dig-2027-03-10/1', 'dig-2027-03-10/carol/1']);
});

test('who was shown a key is known by the message that reached Slack, and of each key by itself', async () => {
  const { ledger, read } = await aLedger();
  const items = [anItem(), anItem({ key: other, part: 2, direct: [] })];
  await recordEvents(ledger, [{ type: 'digest_ran', digest: aDigest({ parts: 2, items }) }]);
  const [first, , direct] = await ledger.outbox.due(NOON, 50);
  for (const message of [first, direct])
    if (message !== undefined)
      await ledger.outbox.sent(message, { channel: 'C1', ts: '1804680060.000100', version: 1 });
  const messages = await read.digestMessages('dig-2027-03-10');
  expect(messages.map(({ subject, person, postedAt }) => [subject, person, postedAt?.toISOString()])).toEqual([
    ['dig-2027-03-10/1', null, '2027-03-10T12:01:00.000Z'],
    ['dig-2027-03-10/2', null, undefined],
    ['dig-2027-03-10/carol/1', 'carol', '2027-03-10T12:01:00.000Z'],
  ]);
  const shownAt = minutesAfter(NOON, 1);
  await recordEvents(ledger, [
    { type: 'digest_shown', digest: 'dig-2027-03-10', message: 'dig-2027-03-10/1', to: null, shownAt },
    { type: 'digest_shown', digest: 'dig-2027-03-10', message: 'dig-2027-03-10/carol/1', to: carol, shownAt },
  ]);
  expect(await read.impressionsOf(key)).toEqual([
    { digest: 'dig-2027-03-10', at: shownAt, to: null, owners: [carol] },
    { digest: 'dig-2027-03-10', at: shownAt, to: carol, owners: [carol] },
  ]);
  expect(await read.impressionsOf(other)).toEqual([]);
});

test('one claim at a time: the database itself refuses a second one, and takes one when the first has ended', async () => {
  const { ledger, read } = await aLedger();
  await recordEvents(ledger, [claimed()]);
  await expect(recordEvents(ledger, [claimed({ id: 'clm-2', by: carol })])).rejects.toThrow(/UNIQUE/);
  const ended: DigestEvent = {
    type: 'digest_claim_ended',
    claim: 'clm-1',
    key,
    how: 'released',
    why: 'Nothing came of it.',
    tell: [alice],
  };
  await recordEvents(ledger, [ended, claimed({ id: 'clm-2', by: carol })]);
  await expect(recordEvents(ledger, [ended])).rejects.toThrow('no open claim clm-1');
  expect((await read.expiryClaimsOf(key)).map(({ id, end }) => [id, end?.how])).toEqual(
    expect.arrayContaining([
      ['clm-1', 'released'],
      ['clm-2', undefined],
    ]),
  );
  expect((await ledger.outbox.due(NOON, 9)).map(({ surface, channel }) => [surface, channel])).toEqual([
    ['digest_claim', 'person:alice'],
  ]);
});

test('the audit tells everything that the tables say', async () => {
  const { ledger } = await aLedger();
  const mark = { id: 'unu-1', key, by: alice, reason: 'nothing calls it', at: NOON, asked: [carol], answer: null };
  await recordEvents(ledger, [
    RAN,
    { type: 'digest_shown', digest: 'dig-2027-03-10', message: 'dig-2027-03-10/1', to: null, shownAt: NOON },
    claimed(),
    { type: 'digest_claim_ended', claim: 'clm-1', key, how: 'let_go', why: 'alice gave it back.', tell: [] },
    { type: 'digest_key_snoozed', snooze: { key, until: daysAfter(NOON, 2), by: alice, at: NOON } },
    { type: 'digest_key_snoozed', snooze: { key, until: daysAfter(NOON, 3), by: carol, at: NOON } },
    { type: 'digest_key_unused', mark },
    { type: 'digest_unused_answered', mark: 'unu-1', key, confirmed: true, by: carol },
  ]);
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
  expect(await ledger.read.standingMark(key)).toMatchObject({ answer: { confirmed: true, by: carol } });
  expect(await ledger.read.confirmedUnused([key, other])).toEqual([key]);
});

test('a row that was changed behind its back is found', async () => {
  const { file, ledger } = await aLedger();
  await recordEvents(ledger, [RAN, claimed()]);
  rawLedger(file).exec("update expiry_claims set person = 'mallory'");
  expect(await ledger.verifyTables()).toMatchObject({ whole: false, table: 'expiry_claims' });
});
