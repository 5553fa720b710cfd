import { RotationMode } from '../domain/rotation.ts';
import type { StepContext } from './contract.ts';

/** Why this run replaces its key: a rotation says `mode`, an incident's runbook `situation`. Null for a run that says neither. */
export function modeOf({ run }: Pick<StepContext, 'run'>): RotationMode | null {
  return RotationMode.safeParse(run.inputs.mode ?? run.inputs.situation).data ?? null;
}
