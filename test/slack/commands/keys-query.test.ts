import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryOf, tokenOf } from '../../../src/slack/commands/keys/query.ts';

test('a list comes back from its button as it was, or has no button', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
  const query = fc.record(
    {
      page: fc.integer({ min: 0, max: 30 }),
      service: name,
      environment: name,
      owner: fc.oneof(
        name,
        name.map((one) => `group:${one}`),
      ),
      health: fc.constantFrom('expired' as const, 'healthy' as const),
      expiringWithinMs: fc.integer({ min: 1, max: 10 ** 10 }),
    },
    { requiredKeys: ['page'] },
  );
  fc.assert(
    fc.property(query, (one) => {
      const token = tokenOf(one);
      if (token !== null) expect(queryOf(token)).toEqual(one);
    }),
  );
  expect(tokenOf({ page: 1, service: 'two words' })).toBe(null);
});

test.each(['', 'p:x', 'p:1::z:1', '{"page":1}', 'p:1::p:2::q'])('%j is no list', (token) => {
  expect(queryOf(token)).toBe(null);
});
