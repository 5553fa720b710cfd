import type { EngineDeps } from '../../engine/deps.ts';
import type { Keys } from '../../engine/keys/keys.ts';
import type { Rotations } from '../../engine/rotations/rotations.ts';
import { verifyWith } from '../../providers/jwt-verify.ts';
import type { Pepper } from '../../providers/pepper.ts';
import { openVerifier } from '../../providers/verify-cache.ts';
import type { UsageCounter } from '../usage-counter.ts';
import type { ApiDeps } from './deps.ts';
import { LIMITS, type LimitFigures, openLimits } from './limits.ts';

const RESPONSE_WITHIN_MS = 10_000;

interface Means {
  deps: Pick<EngineDeps, 'ledger' | 'policy' | 'classRule' | 'now'>;
  engine: { advance: (run: string) => Promise<void> };
  keys: Keys;
  rotations: Rotations;
  pepper: Pepper;
  usage: UsageCounter;
  limits?: LimitFigures;
}

/** What the API stands on. Keys are verified from memory; a JWT is asked of the ledger, because it is worth no more than what signed it. */
export function apiDeps({ deps, engine, keys, rotations, pepper, usage, limits = LIMITS }: Means): ApiDeps {
  const { ledger, policy, classRule, now } = deps;
  const verifier = openVerifier(ledger, pepper, now);
  return {
    ledger,
    keys,
    rotations,
    verify: (material) => verifyWith({ ledger: ledger.read, pepper, now: now() }, material, verifier.verify),
    usage,
    policy,
    classRule,
    advance: engine.advance,
    digestOf: pepper.digestOf,
    now,
    limits: openLimits(limits),
    responseWithinMs: RESPONSE_WITHIN_MS,
  };
}
