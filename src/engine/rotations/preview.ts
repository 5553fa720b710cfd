import { type GraceProfile, graceEnd, graceMs } from '../../domain/grace.ts';
import type { Actor } from '../../domain/ids.ts';
import { type Key, type KeyClass, nameOf } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { RotationMode } from '../../domain/rotation.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Capabilities } from '../../providers/contract.ts';

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
  actor: Actor;
}

interface PreviewDeps {
  read: Pick<LedgerReader, 'callersOf'>;
  classRule: (keyClass: KeyClass) => Promise<ClassRule>;
  providers: Readonly<Record<string, { capabilities: Capabilities }>>;
  now: () => Date;
}

/** What a rotation would touch and when, before anybody says yes. Refusal `grace_out_of_bounds`. */
export async function rotationPreview(deps: PreviewDeps, planned: Planned): Promise<RotationPreview> {
  const { key, mode, hours, at, deliveredTo, actor } = planned;
  const now = deps.now();
  const rule = await deps.classRule(key.class);
  const granted = graceMs({ mode, hours, rule });
  const provider = Object.hasOwn(deps.providers, key.provider) ? deps.providers[key.provider] : undefined;
  const isAtOnce = mode === 'exploited';
  return {
    key: nameOf(key),
    callers: await callersOf(deps.read, key, new Date(now.getTime() - 7 * DAY_MS)),
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

async function callersOf(read: PreviewDeps['read'], key: Key, since: Date): Promise<RotationPreview['callers']> {
  const callers = await read.callersOf(key.id, since);
  return callers.map(({ caller, calls }) => ({ caller, calls }));
}
