import type { LedgerEvent } from '../../domain/event.ts';
import type { RotationId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { spikeSentence } from '../../domain/rotation-rules.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { EngineDeps } from '../deps.ts';

const DAY_MS = 24 * 3_600_000;

interface Beginning {
  key: Key;
  policy: Policy;
  requestedBy: Rotation['requestedBy'];
  /** The rotation that this one takes the place of. */
  replaces: RotationId | null;
}

/** The alarm `rotation_spike` for a rotation that is about to begin, at most once a day for all versions of a name. */
export async function spikeAlarm(
  { now, newId }: Pick<EngineDeps, 'now' | 'newId'>,
  read: LedgerReader,
  { key, policy, requestedBy, replaces }: Beginning,
): Promise<LedgerEvent[]> {
  const at = now();
  const before = await read.rotationsRequestedSince(key.slug, new Date(at.getTime() - 7 * DAY_MS));
  const recent = before.filter(({ id }) => id !== replaces);
  const begun = { state: 'scheduled', requestedBy } as const;
  const sentence = spikeSentence(key.slug, [...recent, begun], policy.rotations.spike_in_7_days);
  if (sentence === null) return [];
  // Every rotation makes another version, so that the last alarm was about another one.
  for (const id of new Set([key.id, ...before.map((rotation) => rotation.key)])) {
    const last = await read.lastAlarm(id, 'rotation_spike');
    if (last !== null && last.raisedAt.getTime() > at.getTime() - DAY_MS) return [];
  }
  return [
    { type: 'alarm_raised', alarm: { id: newId('alm'), kind: 'rotation_spike', key: key.id, sentence, raisedAt: at } },
  ];
}
