import type { Pepper } from '../../providers/pepper.ts';
import type { EngineDeps } from '../deps.ts';

/** What the verbs on incidents stand on. */
export type IncidentsDeps = Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'newId' | 'log'> & { pepper: Pepper };
