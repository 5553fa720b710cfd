import { claims } from './0002-key-lifecycle/claims.ts';
import { keys } from './0002-key-lifecycle/keys.ts';
import { notices } from './0002-key-lifecycle/notices.ts';
import { proofs } from './0002-key-lifecycle/proofs.ts';
import { rotations } from './0002-key-lifecycle/rotations.ts';

/** The whole life of a key: grace, suspension, planned rotations, claims, alarms, counters, checkpoints. */
export const keyLifecycle = [keys, rotations, claims, notices, proofs].join('\n');
