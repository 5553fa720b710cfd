import { extendedGrace } from '../../domain/grace.ts';
import type { Key } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { Refusal } from '../../errors.ts';
import { linesAbout } from '../../ledger/lines-about.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { recordOnKey } from '../keys/record-on-key.ts';
import type { RotationsDeps } from './deps.ts';

type OnGrace = Origin & { key: string; reason: string };

export async function extendGrace(deps: RotationsDeps, request: OnGrace & { hours: number }): Promise<Key> {
  const { hours, reason } = request;
  const key = await versionInGrace(deps.ledger.read, request.key);
  return recordOnKey(
    deps,
    { ...request, key },
    {
      verb: 'extend',
      doing: 'extend the grace of',
      decide: async ({ key: old, read, now }) => {
        const rotation = await rotationOf(read, old);
        if (old.state === 'retiring' && (rotation?.state === 'preempted' || (await wasCut(read, old))))
          throw preempted(old);
        const graceEndsAt = extendedGrace(old, { mode: rotation?.mode ?? 'planned', hours, now });
        return [{ type: 'key_grace_extended', key: old.id, graceEndsAt, reason }];
      },
    },
  );
}

/** What an emergency has ended, or runs beside, does not get longer again. */
function preempted(key: Key): Refusal {
  return new Refusal(
    'no_extension',
    `An emergency came between: the grace of ${nameOf(key)} is never extended. Move its callers over.`,
  );
}

/** Any number of changes may lie between. */
async function wasCut(read: Pick<LedgerReader, 'audit'>, key: Key): Promise<boolean> {
  for await (const { action } of linesAbout(read, `key:${key.id}`))
    if (action === 'key_retired' || action === 'key_grace_cut') return action === 'key_grace_cut';
  return false;
}

export async function waiveGate(deps: RotationsDeps, request: OnGrace): Promise<void> {
  const { reason, actor: by } = request;
  const key = await versionInGrace(deps.ledger.read, request.key);
  await recordOnKey(
    deps,
    { ...request, key },
    {
      verb: 'waive',
      doing: 'waive the usage gate of',
      decide: async ({ key: old, read }) => {
        const rotation = await rotationOf(read, old);
        if (rotation?.state !== 'grace' && rotation?.state !== 'usage_gate')
          throw new Refusal(
            'no_gate',
            `No rotation waits for the callers of ${nameOf(old)}: a gate is waived in the grace of its rotation or after it, until it is revoked.`,
          );
        return [{ type: 'usage_gate_waived', key: old.id, reason, by }];
      },
    },
  );
}

/** By its name people mean the version that is on its way out; the one in use has no grace. */
async function versionInGrace(read: Pick<LedgerReader, 'versionsOf'>, name: string): Promise<string> {
  const retiring = (await read.versionsOf(name)).find((version) => version.state === 'retiring');
  return retiring?.id ?? name;
}

const LOOKED_BACK = 20;

/** The newest rotation of exactly this version. */
async function rotationOf(read: LedgerReader, key: Key): Promise<Rotation | null> {
  const newestFirst = await read.rotationsOf(key.slug, LOOKED_BACK);
  return newestFirst.find((rotation) => rotation.key === key.id) ?? null;
}
