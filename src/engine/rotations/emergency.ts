import type { LedgerEvent } from '../../domain/event.ts';
import type { RunId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { isEnded } from '../../domain/rotation.ts';
import { assertRotatable } from '../../domain/rotation-rules.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { incidentOfRun } from '../incident-of-run.ts';
import type { RotationsDeps } from './deps.ts';
import { assertNotItsOwnCredential, assertNotLastAdmin } from './lock-out.ts';
import { beginning, newRotation } from './new-rotation.ts';
import type { Standing } from './planned.ts';
import { cutGraces, endPlanned, preemptionBy } from './preempt.ts';
import { recipientOf } from './recipient.ts';
import type { RotationAsked, RotationRequest } from './rotations.ts';
import { assertNotWorse, runningEmergency } from './running.ts';
import { spikeAlarm } from './spike.ts';

/** An emergency begins now, whatever the calendar says, with an incident of its own; a planned rotation that is in the way ends. */
export async function emergency(
  deps: RotationsDeps,
  request: RotationRequest,
  { read, key: found, policy, rule, within = [], incident: known = null }: Standing,
): Promise<Recording<RotationAsked>> {
  const now = deps.now();
  const { mode, actor } = request;
  if (request.notBefore !== null && request.notBefore > now)
    throw new Refusal('emergency_waits', 'An emergency begins now. Leave the time out, or ask for a planned rotation.');
  const joined = await joinRunning(read, { key: found, within }, request);
  if (joined !== null) return joined;
  const preemption = await preemptionBy(read, found);
  const { key } = preemption;
  const isTakenBack = preemption.how === 'take_back' && preemption.open?.key === key.id;
  await assertAllowed(read, { key, isTakenBack, request, rule, now });
  const recipient = await recipientOf(read, { policy, request, key, now });
  const { cuts, reason } = await cutGraces(read, key, { policy, origin: request, now, reason: request.reason });
  const { graceHours } = request;
  const asked = { key, rule, mode, graceHours, scheduledAt: now, requestedBy: actor, reason, recipient };
  const rotation = newRotation(deps, asked);
  const title = `${nameOf(key)}: ${mode} compromise`;
  const ofRun = { key, title, policy, openedBy: actor, startedAt: now, isLeak: true };
  const opened = known === null ? await incidentOfRun(deps, read, ofRun) : null;
  const { events: begun } = beginning(deps, { rotation, key, incident: known ?? opened?.incident.id ?? null });
  const replaces = preemption.open?.id ?? null;
  const events: LedgerEvent[] = [
    ...(await endPlanned(read, preemption, request.reason)),
    ...cuts,
    ...(opened?.opening ?? []),
    { type: 'rotation_requested', rotation },
    ...begun,
    ...(await spikeAlarm(deps, read, { key, policy, requestedBy: actor, replaces })),
  ];
  return { events, result: { kind: 'started', rotation, key } };
}

async function assertAllowed(
  read: LedgerReader,
  of: { key: Key; isTakenBack: boolean; request: RotationRequest; rule: Standing['rule']; now: Date },
): Promise<void> {
  const { key, isTakenBack, request, rule, now } = of;
  const { mode } = request;
  // The version that had taken its place is on its way out again.
  assertRotatable(isTakenBack ? { ...key, supersededAt: null } : key, { mode, rule, now });
  if (mode === 'exploited') await assertNotLastAdmin(read, key, now, 'rotate');
  await assertNotItsOwnCredential(read, key, now);
}

/** An emergency that is under way already is joined when it does as much as is asked for now. */
async function joinRunning(
  read: LedgerReader,
  { key, within }: { key: Key; within: readonly RunId[] },
  { mode, reason }: RotationRequest,
): Promise<Recording<RotationAsked> | null> {
  const run = await runningEmergency(read, await read.versionsOf(key.slug), within);
  if (run === null) return null;
  const rotation = await read.rotationOfRun(run.id);
  // Its key is replaced and only people are being told; what is reported now is about the replacement.
  if (rotation !== null && isEnded(rotation)) return null;
  assertNotWorse(run, { key, mode });
  // An incident's runbook that has not minted yet has no rotation to show.
  if (rotation === null)
    throw new Refusal(
      'rotation_open',
      `${nameOf(key)} is being recovered already by ${run.runbook.id} (${run.id}), since ${instantText(run.startedAt)} by ${run.requestedBy}. Follow ${run.incident}.`,
    );
  const situation = mode === 'exploited' ? 'exploited' : 'suspected';
  return {
    events: [{ type: 'run_joined', run: run.id, incident: run.incident, situation, reason }],
    result: { kind: 'joined', rotation, key },
  };
}
