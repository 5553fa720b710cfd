import { assertTransition, type Key } from '../../domain/key.ts';
import { reinstatedTo } from '../../domain/reinstate.ts';
import { assertNotLastAdmin } from '../rotations/lock-out.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { asOf, recordOnKey } from './record-on-key.ts';

/** Refused everywhere from the moment that this returns, until it is reinstated. */
export async function suspend(deps: KeysDeps, request: OnKey): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'suspend',
    doing: 'suspend',
    decide: async ({ key, read, now }) => {
      assertTransition(asOf(key, now), 'suspended');
      await assertNotLastAdmin(read, key, now, 'suspend');
      return [{ type: 'key_suspended', key: key.id, reason: request.reason }];
    },
  });
}

/** Back to where it was: active, or beside its replacement for what is left of the grace, unless that was revoked meanwhile. */
export async function reinstate(deps: KeysDeps, request: OnKey): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'suspend',
    doing: 'reinstate',
    decide: async ({ key, read, now }) => {
      const to = reinstatedTo(key, await read.versionsOf(key.slug), now);
      return [{ type: 'key_reinstated', key: key.id, to, reason: request.reason }];
    },
  });
}
