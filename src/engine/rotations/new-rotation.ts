import type { AskedIn } from '../../domain/asked-in.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { type GraceProfile, graceEnd, graceMs } from '../../domain/grace.ts';
import { type Actor, type IncidentId, RotationId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import { NOT_BEGUN, type Rotation, type RotationMode } from '../../domain/rotation.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import { keyRefOf } from '../../steps/fields.ts';
import { newRun } from '../begin.ts';
import type { RotationsDeps } from './deps.ts';
import { ROTATION_RUNBOOK } from './runbook.ts';

const MINUTE_MS = 60_000;

interface Asked {
  key: Key;
  rule: ClassRule;
  mode: RotationMode;
  graceHours: number | GraceProfile | null;
  scheduledAt: Date;
  requestedBy: Actor;
  reason: string;
  recipient: string | null;
}

export function newRotation({ now, newId }: Pick<RotationsDeps, 'now' | 'newId'>, asked: Asked): Rotation {
  const { key, rule, mode, graceHours, scheduledAt, requestedBy, reason, recipient } = asked;
  const granted = graceMs({ mode, hours: graceHours, rule });
  return {
    id: RotationId.parse(newId('rot')),
    key: key.id,
    slug: key.slug,
    ...NOT_BEGUN,
    mode,
    reason,
    requestedBy,
    graceMs: withinLife(granted, key, scheduledAt),
    approvals: approvalsNeeded(mode, rule, requestedBy),
    recipient,
    createdAt: now(),
    scheduledAt,
  };
}

// In whole minutes, which is what a runbook's input takes. The step that begins the grace caps it once more, by the clock of then.
function withinLife(granted: number, key: Key, from: Date): number {
  const left = graceEnd(from, granted, key).getTime() - from.getTime();
  return granted === 0 ? 0 : Math.max(MINUTE_MS, Math.floor(left / MINUTE_MS) * MINUTE_MS);
}

/** The run that carries the rotation out, and the two events that begin it. */
export function beginning(
  deps: RotationsDeps,
  of: { rotation: Rotation; key: Key; incident: IncidentId | null; askedIn?: AskedIn },
): { run: Run; events: LedgerEvent[] } {
  const { rotation, key, incident, askedIn } = of;
  const inputs = {
    key: keyRefOf(key),
    mode: rotation.mode,
    grace_minutes: rotation.graceMs / MINUTE_MS,
    approvals: rotation.approvals,
    deliver_to: rotation.recipient === null ? 'registered' : 'claim',
    recipient: rotation.recipient ?? '',
  };
  const { requestedBy, reason } = rotation;
  const run = newRun(deps, { runbook: ROTATION_RUNBOOK, inputs, key, incident, requestedBy, reason });
  return {
    run,
    events: [
      { type: 'run_started', run, ...(askedIn && { askedIn }) },
      { type: 'rotation_started', rotation: rotation.id, run: run.id },
    ],
  };
}
