/** What carries a rotation out, planned or not. */
export const ROTATION_RUNBOOK = 'R-ROTATE';
