import type { Key } from '../../domain/key.ts';
import type { EngineDeps } from '../../engine/deps.ts';
import type { Keys } from '../../engine/keys/keys.ts';
import type { Rotations } from '../../engine/rotations/rotations.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { KeyVerdict } from '../../providers/verify-key.ts';
import type { UsageCounter } from '../usage-counter.ts';
import type { Limits } from './limits.ts';

/** What is told of a key that was presented. */
export type PresentedKey = Pick<Key, 'id' | 'slug' | 'version' | 'service' | 'scopes' | 'rateLimit' | 'expiresAt'>;

export type Verified = KeyVerdict & { key: PresentedKey | null };

export interface ApiDeps {
  ledger: Pick<Ledger, 'read' | 'answers'>;
  keys: Keys;
  rotations: Rotations;
  /** May this material be used now? A key of the ledger, or a JWT that it signed. */
  verify: (material: string) => Verified | Promise<Verified>;
  usage: Pick<UsageCounter, 'count' | 'add'>;
  policy: EngineDeps['policy'];
  classRule: EngineDeps['classRule'];
  /** Looks at a run now instead of waiting for the queue; whoever has its lease already is left alone. */
  advance: (run: string) => Promise<void>;
  /** Keyed, so that what is kept of a request says nothing of the key in it. */
  digestOf: (text: string) => string;
  now: () => Date;
  limits: Limits;
  /** How long an answer with a new key in it is waited for. */
  responseWithinMs: number;
}
