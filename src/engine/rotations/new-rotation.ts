import type { LedgerEvent } from '../../domain/event.ts';
import { type GraceProfile, graceEnd, graceMs } from '../../domain/grace.ts';
import { type Actor, type IncidentId, RotationId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Rotation, RotationMode } from '../../domain/rotation.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { keyRefOf } from '../../steps/fields.ts';
import { newRun } from '../begin.ts';
import type { RotationsDeps } from './deps.ts';
import type { RotationRequest } from './rotations.ts';
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
    replacement: null,
    run: null,
    mode,
    state: 'scheduled',
    reason,
    requestedBy,
    graceMs: withinLife(granted, key, scheduledAt),
    approvals: approvalsNeeded(mode, rule, requestedBy),
    recipient,
    createdAt: now(),
    scheduledAt,
    startedAt: null,
    mintedAt: null,
    distributedAt: null,
    verifiedAt: null,
    graceStartedAt: null,
    graceEndsAt: null,
    revokedAt: null,
    endedAt: null,
    why: null,
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
  { rotation, key, incident }: { rotation: Rotation; key: Key; incident: IncidentId | null },
): { run: Run; events: LedgerEvent[] } {
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
      { type: 'run_started', run },
      { type: 'rotation_started', rotation: rotation.id, run: run.id },
    ],
  };
}

/** Who is offered the new key, or null for its registered place. Refusals `no_delivery`, `unknown_recipient`. */
export async function recipientOf(
  read: Pick<LedgerReader, 'keyBySlug'>,
  policy: Policy,
  { deliver, key }: { deliver: RotationRequest['deliver']; key: Key },
): Promise<string | null> {
  if (deliver.to === 'registered') {
    assertPlace(key);
    return null;
  }
  const [kind, name = ''] = deliver.recipient.split(/:(.*)/s);
  const known =
    (deliver.recipient === 'owner' && key.owner !== null) ||
    (deliver.recipient === 'escalation' && key.escalation !== null) ||
    (kind === 'person' && Object.hasOwn(policy.people, name)) ||
    (kind === 'group' && Object.hasOwn(policy.groups, name)) ||
    (kind === 'token' && (await read.keyBySlug(name)) !== null);
  if (known) return deliver.recipient;
  throw new Refusal(
    'unknown_recipient',
    `Nobody here is ${deliver.recipient}. Name the owner or escalation of the key, a person or group of policy.yaml, or a key of the ledger: owner, person:carol, group:payments, token:ci-deployer.`,
  );
}

function assertPlace(key: Key): void {
  if (key.delivery !== null) return;
  throw new Refusal(
    'no_delivery',
    `${nameOf(key)} has no registered place that its caller reads it from. Register one, or name who claims the new key.`,
  );
}
