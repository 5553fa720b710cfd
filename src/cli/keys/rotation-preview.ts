import { spanText } from '../../domain/duration.ts';
import { type GraceProfile, graceEnd, graceMs } from '../../domain/grace.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { RotationMode } from '../../domain/rotation.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import type { Rekey } from '../with-rekey.ts';

const DAY_MS = 24 * 3_600_000;

export interface RotationPreview {
  key: string;
  callers: { caller: string; calls: number }[];
  beginsAt: Date | null;
  graceMs: number;
  oldEndsAt: Date | null;
  approvals: number;
  deliveredTo: string;
  enforcementDelayMs: number | null;
  pointOfNoReturn: string;
  undo: string;
}

interface Planned {
  key: Key;
  mode: Exclude<RotationMode, 'expired'>;
  hours: number | GraceProfile | null;
  at: Date | null;
  deliveredTo: string;
}

/** What a rotation would touch and when, before anybody says yes. Refusal `grace_out_of_bounds`. */
export async function rotationPreview({ deps, actor }: Rekey, planned: Planned): Promise<RotationPreview> {
  const { key, mode, hours, at, deliveredTo } = planned;
  const now = deps.now();
  const rule = await deps.classRule(key.class);
  const granted = graceMs({ mode, hours, rule });
  const provider = Object.hasOwn(deps.providers, key.provider) ? deps.providers[key.provider] : undefined;
  const isAtOnce = mode === 'exploited';
  return {
    key: nameOf(key),
    callers: await callersOf(deps, key, new Date(now.getTime() - 7 * DAY_MS)),
    beginsAt: at,
    graceMs: granted,
    oldEndsAt: isAtOnce ? null : graceEnd(at ?? now, granted, key),
    approvals: approvalsNeeded(mode, rule, actor),
    deliveredTo,
    enforcementDelayMs: provider?.capabilities.enforcementDelayMs ?? null,
    pointOfNoReturn: isAtOnce
      ? 'at once: the old key is revoked first'
      : 'when the old key is revoked, after its grace',
    undo: isAtOnce ? 'nothing: a revoked key stays revoked' : 'everything, until then: rekey keys cancel',
  };
}

async function callersOf({ ledger }: Rekey['deps'], key: Key, since: Date): Promise<RotationPreview['callers']> {
  const callers = await ledger.read.callersOf(key.id, since);
  return callers.map(({ caller, calls }) => ({ caller, calls }));
}

export function describePreview(preview: RotationPreview): string {
  const { callers, beginsAt, approvals, oldEndsAt, enforcementDelayMs: delay } = preview;
  const seen = callers.map(({ caller, calls }) => `${caller} (${calls} calls in 7 d)`).join(', ');
  const lines = [
    ['callers', seen || 'none seen in 7 d; whoever does not ask this ledger is not seen'],
    ['begins', beginsAt === null ? 'now' : instantText(beginsAt)],
    ['agreed by', approvals === 0 ? 'nobody has to' : `${approvals} more ${approvals === 1 ? 'person' : 'people'}`],
    ['new value to', preview.deliveredTo],
    [
      'both accepted',
      oldEndsAt === null
        ? 'never: the old key ends first'
        : `${spanText(preview.graceMs)}, about until ${instantText(oldEndsAt)}`,
    ],
    [
      'refused',
      delay === null
        ? 'as soon as its provider enforces it'
        : delay === 0
          ? 'at once when revoked'
          : `at most ${spanText(delay)} after it is revoked`,
    ],
    ['no way back', preview.pointOfNoReturn],
    ['can be undone', preview.undo],
  ];
  return [`Rotating ${preview.key}`, ...lines.map(([name = '', text = '']) => `  ${name.padEnd(14)} ${text}`)].join(
    '\n',
  );
}
