import type { Actor } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { sentenceFor, toldBy } from '../../domain/timeline.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { linesAbout } from './audit-lines.ts';

/** Everything that happened to a key, oldest first: versions, rotations, who asked, who agreed, and why. */
export interface KeyHistory {
  /** Newest first, both. */
  versions: Key[];
  rotations: Rotation[];
  lines: { seq: number; at: Date; actor: Actor; sentence: string }[];
}

export async function historyOf(
  read: Pick<LedgerReader, 'versionsOf' | 'rotationsOf' | 'audit'>,
  { slug, last }: { slug: string; last: number },
): Promise<KeyHistory> {
  const versions = await read.versionsOf(slug);
  const rotations = await read.rotationsOf(slug, last);
  const names = new Map(versions.map((key) => [String(key.id), nameOf(key)]));
  const entries = (await linesAbout(read, { versions, rotations })).slice(-last);
  const lines = entries.flatMap((entry) => {
    const event = toldBy(entry);
    // What did not have to be done is no part of what happened.
    if (event.type === 'step_recorded' && event.record.state === 'skipped') return [];
    const sentence = sentenceFor(event, names);
    return sentence === null ? [] : [{ seq: entry.seq, at: entry.at, actor: entry.actor, sentence }];
  });
  return { versions, rotations, lines };
}
