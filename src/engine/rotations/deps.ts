import type { EngineDeps } from '../deps.ts';

/** What the verbs on rotations stand on. */
export type RotationsDeps = Pick<
  EngineDeps,
  'ledger' | 'queue' | 'runbooks' | 'policy' | 'classRule' | 'now' | 'newId' | 'log'
>;
