import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { daysAfter, NOON } from '../support/builders.ts';
import { listeningReader, planOf } from '../support/explained.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';

const refused: LedgerEvent = { type: 'request_refused', what: 'close it', code: 'not_allowed', sentence: 'No.' };
const alarm = (id: string): LedgerEvent => ({
  type: 'alarm_raised',
  alarm: { id, kind: 'clock_jump', key: null, sentence: 'The clock jumped.', raisedAt: NOON },
});

/** A line on each of these days after noon. */
async function aLedgerOf(days: readonly number[], more: readonly LedgerEvent[] = []) {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file, () => NOON);
  for (const day of days) await recordEvents(ledger, [refused], { at: daysAfter(NOON, day) });
  for (const event of more) await recordEvents(ledger, [event], { at: daysAfter(NOON, 900) });
  const counted = async (from: number, to: number) =>
    (await ledger.read.countedBetween(daysAfter(NOON, from), daysAfter(NOON, to))).request_refused ?? 0;
  return { file, ledger, counted };
}

const DAYS = Array.from({ length: 60 }, (_, index) => index * 3);

test.each([
  [-10, 0, 0],
  [-10, 1, 1],
  [0, 3, 1],
  [0, 4, 2],
  [28, 57, 9],
  [170, 400, 3],
  [178, 400, 0],
  [-10, 400, 60],
])('of the days %d to %d are counted the lines of those days', async (from, to, lines) => {
  const { counted } = await aLedgerOf(DAYS);
  expect(await counted(from, to)).toBe(lines);
});

test('of a period nothing is read but the lines near it', async () => {
  const { file } = await aLedgerOf(DAYS);
  const raw = rawLedger(file);
  const { reader, asked } = listeningReader(raw);
  await reader.countedBetween(daysAfter(NOON, 90), daysAfter(NOON, 97));
  const last = asked.at(-1);
  if (last === undefined) throw new Error('nothing was asked');
  expect(planOf(raw, last)[0]).toMatch(/^SEARCH audit USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)/);
  const [from, to] = last.parameters.filter((value) => typeof value === 'number');
  expect(Number(to) - Number(from)).toBeLessThan(6);
});

test('a clock that is put right by less than a day loses no line', async () => {
  const { counted } = await aLedgerOf([0, 5, 10, 9.5, 9.7, 10.2, 20]);
  expect(await counted(9, 10)).toBe(2);
  expect(await counted(10, 11)).toBe(2);
});

test('after a clock has jumped all lines are read, in whatever order they stand', async () => {
  const { counted } = await aLedgerOf([0, 800, 801, 802, 5, 6, 7, 8], [alarm('alm-1')]);
  expect(await counted(4, 7)).toBe(2);
  expect(await counted(799, 803)).toBe(3);
});
