import type { Pepper } from '../../providers/pepper.ts';
import type { EngineDeps } from '../deps.ts';

/** What the verbs on people's codes stand on. */
export type SecondFactorDeps = Pick<EngineDeps, 'ledger' | 'policy' | 'vault' | 'now' | 'newId' | 'log'> & {
  pepper: Pepper;
};
