import type { KeyChange } from '../../domain/event.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { assertFacts, assertRequired } from '../../domain/key-facts.ts';
import { Refusal } from '../../errors.ts';
import { assertNotLastAdmin } from '../rotations/lock-out.ts';
import { authorize } from './authority.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { sinkOrRefuse } from './place.ts';
import { assertNoSecretIn, recordOnKey } from './record-on-key.ts';

/** What people say of a key, without another version of it. Its expiry, state, scopes and material are not among that. */
export async function change(deps: KeysDeps, request: OnKey & { change: KeyChange }): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'change',
    doing: 'change',
    decide: async ({ key, read, policy, rule, now }) => {
      const changed = { ...key, ...request.change };
      assertNoSecretIn({ change: request.change });
      assertChangeable(key, request.change);
      assertFacts(request.change, policy);
      assertRequired(changed, rule);
      const by = { policy, origin: request, now };
      // Moving a key to another service takes a say in both.
      await authorize(read, { ...by, verb: 'change', subject: { ...key, service: changed.service } });
      if (changed.administers !== key.administers) {
        await authorize(read, { ...by, verb: 'administer', subject: key });
        await assertNotLastAdmin(read, key, now, 'revoke');
      }
      if (request.change.delivery != null) sinkOrRefuse(deps, request.change.delivery);
      return [{ type: 'key_changed', key: key.id, change: request.change, reason: request.reason }];
    },
  });
}

function assertChangeable(key: Key, change: KeyChange): void {
  if (key.state === 'revoked')
    throw new Refusal('key_over', `${nameOf(key)} is revoked; what is recorded of it stays as it was.`);
  if (Object.values(change).every((value) => value === undefined))
    throw new Refusal('nothing_to_change', `Say what is to be changed on ${nameOf(key)}: its owner, runbook, place …`);
}
