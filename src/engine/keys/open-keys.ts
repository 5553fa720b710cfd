import { change } from './change.ts';
import { claimOwner } from './claim-owner.ts';
import { linkFor, offersTo, peek } from './claims.ts';
import type { KeysDeps } from './deps.ts';
import { extendExpiry } from './extend-expiry.ts';
import { generate } from './generate.ts';
import { importKey } from './import.ts';
import type { Keys } from './keys.ts';
import { revoke } from './revoke.ts';
import { rotateSigningKey } from './rotate-signing-key.ts';
import { reinstate, suspend } from './suspend.ts';
import { take } from './take.ts';

/** The verbs on single keys bound to their means. */
export function openKeys(deps: KeysDeps): Keys {
  return {
    generate: (request) => generate(deps, request),
    import: (request) => importKey(deps, request),
    suspend: (request) => suspend(deps, request),
    reinstate: (request) => reinstate(deps, request),
    revoke: (request) => revoke(deps, request),
    change: (request) => change(deps, request),
    claimOwner: (request) => claimOwner(deps, request),
    rotateSigningKey: (request) => rotateSigningKey(deps, request),
    extendExpiry: (request) => extendExpiry(deps, request),
    offersTo: (by) => offersTo(deps, by),
    linkFor: (claim, request) => linkFor(deps, claim, request),
    peek: (token) => peek(deps, token),
    take: (claim, request) => take(deps, claim, request),
  };
}
