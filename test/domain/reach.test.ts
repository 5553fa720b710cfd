import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import { assertMay } from '../../src/domain/policy.ts';
import { isInReach, reachOf } from '../../src/domain/reach.ts';
import { aPolicy } from '../support/builders.ts';

const person = { slack: 'U0ALICE' };

test('what is in reach is exactly what the policy allows, for every key', () => {
  const who = fc.constantFrom('alice', 'bob', 'group:ops', 'group:all', 'owner', 'escalation');
  const holder = fc.constantFrom(null, 'alice', 'bob', 'group:ops', 'group:all', 'group:gone', 'mallory');
  fc.assert(
    fc.property(fc.array(who, { maxLength: 3 }), holder, holder, (read, owner, escalation) => {
      const policy = aPolicy({
        people: { alice: person, bob: { slack: 'U0BOB' } },
        groups: { ops: ['bob'], all: ['alice', 'bob'] },
        may: { read },
      });
      const key = { owner, escalation };
      for (const name of ['alice', 'bob']) {
        let allowed = true;
        try {
          assertMay(policy, 'read', { actor: `person:${name}`, subject: key });
        } catch {
          allowed = false;
        }
        expect(isInReach(reachOf(policy, 'read', PersonId.parse(name)), key)).toBe(allowed);
      }
    }),
  );
});
