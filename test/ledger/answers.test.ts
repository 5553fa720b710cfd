import { expect, test } from 'vitest';
import { minutesAfter, NOON } from '../support/builders.ts';
import { anOpenLedger } from '../support/ledger-file.ts';

const ID = { caller: 'key-ci', key: 'order-1' };
const REQUEST = { hash: 'a'.repeat(64), at: NOON, abandonedBefore: minutesAfter(NOON, -1) };

test('the same request is answered with the first answer, another one with the same key is not', async () => {
  const { answers } = await anOpenLedger();
  expect(await answers.begin(ID, REQUEST)).toEqual({ kind: 'new' });
  await answers.complete(ID, { status: 201, body: '{"id":"key-1"}' });

  expect(await answers.begin(ID, REQUEST)).toEqual({ kind: 'answered', status: 201, body: '{"id":"key-1"}' });
  expect(await answers.begin(ID, { ...REQUEST, hash: 'b'.repeat(64) })).toEqual({ kind: 'mismatch' });
});

test('two callers may use the same key', async () => {
  const { answers } = await anOpenLedger();
  await answers.begin(ID, REQUEST);
  expect(await answers.begin({ ...ID, caller: 'key-other' }, REQUEST)).toEqual({ kind: 'new' });
});

test('twenty copies at the same time are begun once', async () => {
  const { answers } = await anOpenLedger();
  const begun = await Promise.all(Array.from({ length: 20 }, () => answers.begin(ID, REQUEST)));
  expect(begun.filter(({ kind }) => kind === 'new')).toHaveLength(1);
  expect(begun.filter(({ kind }) => kind === 'running')).toHaveLength(19);
});

test('what a crash cut off is taken up once by the next one, after a minute', async () => {
  const { answers } = await anOpenLedger();
  await answers.begin(ID, REQUEST);
  const later = { ...REQUEST, at: minutesAfter(NOON, 2), abandonedBefore: minutesAfter(NOON, 1) };
  expect(await answers.begin(ID, later)).toEqual({ kind: 'new' });
  expect(await answers.begin(ID, later)).toEqual({ kind: 'running' });
});

test('a released key can be used again, an answered one cannot be released', async () => {
  const { answers } = await anOpenLedger();
  await answers.begin(ID, REQUEST);
  await answers.release(ID);
  expect(await answers.begin(ID, REQUEST)).toEqual({ kind: 'new' });
  await answers.complete(ID, { status: 200, body: '{}' });
  await answers.release(ID);
  expect(await answers.begin(ID, REQUEST)).toMatchObject({ kind: 'answered' });
});

test('forgets what is old, and nothing else', async () => {
  const { answers } = await anOpenLedger();
  await answers.begin(ID, REQUEST);
  await answers.begin({ ...ID, key: 'order-2' }, { ...REQUEST, at: minutesAfter(NOON, 1) });
  expect(await answers.forgetBegunBefore(minutesAfter(NOON, 1))).toBe(1);
  expect(await answers.begin({ ...ID, key: 'order-2' }, REQUEST)).toEqual({ kind: 'running' });
});
