import type { IncidentId, RunId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import type { Key } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy } from '../../domain/policy.ts';
import { assertInterval, assertNoneOpen, assertRotatable } from '../../domain/rotation-rules.ts';
import { startRulesOf } from '../../domain/schedule.ts';
import { freezeAt, nextStart, type StartRules } from '../../domain/windows.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { RotationsDeps } from './deps.ts';
import { assertNotItsOwnCredential } from './lock-out.ts';
import { beginning, newRotation } from './new-rotation.ts';
import { recipientOf } from './recipient.ts';
import type { RotationAsked, RotationRequest } from './rotations.ts';
import { heldBy } from './running.ts';
import { spikeAlarm } from './spike.ts';

const HOUR_MS = 3_600_000;
// The last one that counts is never behind more failed ones than this.
const LOOKED_BACK = 50;

/** What a request is decided on: everything as it is inside the recording transaction. */
export interface Standing {
  read: LedgerReader;
  key: Key;
  policy: Policy;
  rule: ClassRule;
  /** The run that asks and the ones above it: they do not stand in the way of what they ask for themselves. */
  within?: readonly RunId[];
  /** Of the run that asks; null for one that belongs to none. */
  incident?: IncidentId | null;
}

/** A planned rotation: at once when a person says now, else when windows and freezes let it. */
export async function planned(
  deps: RotationsDeps,
  request: RotationRequest,
  { read, key, policy, rule, within = [] }: Standing,
): Promise<Recording<RotationAsked>> {
  const now = deps.now();
  await assertFree(read, key, within);
  assertRotatable(key, { mode: 'planned', rule, now });
  await assertNotItsOwnCredential(read, key, now);
  const recipient = await recipientOf(read, { policy, request, key, now });
  const scheduledAt = beginOf(request, { rules: startRulesOf(key, { rule, policy }), leadHours: rule.leadHours, now });
  const { override, reason, graceHours, actor: requestedBy } = request;
  const hours = policy.rotations.minimum_interval_hours;
  assertInterval(await read.rotationsOf(key.slug, LOOKED_BACK), { hours, at: scheduledAt, override });
  const rotation = newRotation(deps, {
    key,
    rule,
    mode: 'planned',
    graceHours,
    scheduledAt,
    requestedBy,
    reason: override === null ? reason : `${reason} (rules set aside: ${override})`,
    recipient,
  });
  const alarms = await spikeAlarm(deps, read, { key, policy, requestedBy, replaces: null });
  const requested = { type: 'rotation_requested', rotation } as const;
  if (scheduledAt > now) return { events: [requested, ...alarms], result: { kind: 'scheduled', rotation, key } };
  const { events } = beginning(deps, {
    rotation,
    key,
    incident: null,
    ...(request.askedIn && { askedIn: request.askedIn }),
  });
  return { events: [requested, ...events, ...alarms], result: { kind: 'started', rotation, key } };
}

/** Nothing else is replacing any version of this key: neither a rotation nor an incident's run that has not minted yet. */
async function assertFree(read: LedgerReader, key: Key, within: readonly RunId[]): Promise<void> {
  assertNoneOpen(await read.openRotationOf(key.slug));
  for (const version of await read.versionsOf(key.slug)) {
    // One that was cancelled holds the key no more, and may still be taking its work back.
    const [run = await read.openRunOfKey(version.id)] = await heldBy(read, version, within);
    if (run === null || within.includes(run.id)) continue;
    const { id, runbook, requestedBy, startedAt } = run;
    throw new Refusal(
      'rotation_open',
      `${key.slug} is in the hands of ${runbook.id} (${id}): in progress since ${instantText(startedAt)} by ${requestedBy}, ends when that run ends.`,
    );
  }
}

/** A person who says "now" is not kept by windows, which are for the schedule; a freeze is for everybody who gives no reason. */
function beginOf(
  { actor, notBefore, override }: RotationRequest,
  { rules, leadHours, now }: { rules: StartRules; leadHours: number; now: Date },
): Date {
  const isScheduled = actor.startsWith('schedule:');
  const earliest = notBefore ?? (isScheduled ? new Date(now.getTime() + leadHours * HOUR_MS) : now);
  if (isScheduled || earliest > now) return nextStart(earliest > now ? earliest : now, rules).at;
  const freeze = freezeAt(now, rules);
  if (freeze === null || override !== null) return now;
  throw new Refusal(
    'frozen',
    `No planned rotation begins now: ${freeze.name} lasts until ${instantText(freeze.until)}. Ask for then or later, or say why this one cannot wait.`,
  );
}
