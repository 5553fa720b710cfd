import { expect, test } from 'vitest';
import { wordsOf } from '../../src/ledger/key-words.ts';
import { aKey } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from '../support/ledger-file.ts';

test.each([
  ['payments', []],
  ['stripe-payments-prod', ['payments-prod', 'prod']],
  ['a.b_c', ['b-c', 'c']],
  ['trailing-', []],
])('the later words of %s', (slug, words) => {
  expect(wordsOf(slug)).toEqual(words);
});

test('a menu finds a key by its beginning first, then by a word in its name, then by service and owner', async () => {
  const ledger = await anOpenLedger(aLedgerFile());
  const key = (slug: string, more = {}) => {
    const id = `key-${slug}` as never;
    const digest = Buffer.from(slug.padEnd(32, '0').slice(0, 32)).toString('hex');
    return aKey({ id, slug, version: 1, service: 'other', owner: null, externalRef: slug, digest, ...more });
  };
  const keys = [
    key('by-owner', { owner: 'group:pay' }),
    key('by-service', { service: 'payroll' }),
    key('stripe-pay-prod'),
    key('payments-prod'),
    key('nothing'),
  ];
  await recordEvents(
    ledger,
    keys.map((one) => ({ type: 'key_issued' as const, key: one })),
  );
  const found = await ledger.read.keysNamedLike('pay', 10);
  expect(found.map(({ slug }) => slug)).toEqual(['payments-prod', 'stripe-pay-prod', 'by-service', 'by-owner']);
  expect((await ledger.read.keysNamedLike('pay', 1)).map(({ slug }) => slug)).toEqual(['payments-prod']);
});
