import type { Pepper } from '../../providers/pepper.ts';
import type { EngineDeps } from '../deps.ts';

/** What the verbs on keys stand on. */
export type KeysDeps = Pick<
  EngineDeps,
  'ledger' | 'queue' | 'policy' | 'classRule' | 'providers' | 'sinks' | 'vault' | 'now' | 'newId' | 'log' | 'faultPoint'
> & { pepper: Pepper };
