import { expect, test } from 'vitest';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { aKey } from '../support/builders.ts';

test.each([
  ['another class', { class: 'database' as const }, /applies to .*`api_key`.* and this is of the class `database`/],
  [
    'a provider without a grant',
    { provider: 'stigmem' },
    /grants name the providers `ledger` or `imported`, and this key's is `stigmem`/,
  ],
  [
    'a sink without a grant',
    { delivery: { sink: 'vault', target: '/x' } },
    /grants name the sinks `file`, and this key is delivered by `vault`/,
  ],
])('refuses to run R-KEY-EXPIRY for a key of %s, and says why', async (_case, change, words) => {
  const runbooks = await openRunbookSet('runbooks', stepKinds);
  expect(() => runbooks.assertFits('R-KEY-EXPIRY', aKey(change))).toThrow(words);
});

test('runs R-KEY-EXPIRY for each of the four classes it was written for', async () => {
  const runbooks = await openRunbookSet('runbooks', stepKinds);
  for (const keyClass of ['api_key', 'issuer_key', 'federation_key', 'passphrase'] as const)
    expect(() => runbooks.assertFits('R-KEY-EXPIRY', aKey({ class: keyClass }))).not.toThrow();
});
