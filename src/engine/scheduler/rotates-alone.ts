import type { Key } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import { rotatesAlone } from '../../domain/schedule.ts';
import type { EngineDeps } from '../deps.ts';
import { ROTATION_RUNBOOK } from '../rotations/runbook.ts';

/** Whether the schedule may rotate this key as things are here: its class, its place, its provider, and what R-ROTATE is written for. */
export function canRotateAlone(
  { providers, sinks, runbooks }: Pick<EngineDeps, 'providers' | 'sinks' | 'runbooks'>,
  key: Key,
  rule: ClassRule,
): boolean {
  const known = { rule, providers: Object.keys(providers), sinks: Object.keys(sinks) };
  if (!rotatesAlone(key, known) || runbooks.current(ROTATION_RUNBOOK) === null) return false;
  try {
    runbooks.assertFits(ROTATION_RUNBOOK, key);
    return true;
  } catch {
    // Not written for keys like this one: it stays on the list of what people rotate.
    return false;
  }
}
