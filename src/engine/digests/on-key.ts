import { type PersonId, personOf } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';

/** Only people say something to a digest. */
export function personOrRefuse({ actor }: Pick<Origin, 'actor'>): PersonId {
  const person = personOf(actor);
  if (person !== null) return person;
  throw new Refusal('not_allowed', `${actor} is no person; only people answer a digest.`);
}

/** Refusal `key_over` for what was replaced or revoked since the digest was posted. */
export function assertCurrent({
  state,
  supersededAt,
  ...key
}: Pick<Key, 'slug' | 'version' | 'state' | 'supersededAt'>): void {
  if (supersededAt !== null)
    throw new Refusal(
      'key_over',
      `${nameOf(key)} was replaced at ${instantText(supersededAt)}; there is nothing to do.`,
    );
  if (state === 'revoked') throw new Refusal('key_over', `${nameOf(key)} is revoked; there is nothing to do.`);
}

/** Refusal `rotation_open`: something takes care of it, so nobody has to. */
export async function assertNothingUnderWay(read: LedgerReader, key: Key): Promise<void> {
  const rotation = await read.openRotationOf(key.slug);
  if (rotation !== null)
    throw new Refusal(
      'rotation_open',
      `A rotation of ${key.slug} (${rotation.id}) was asked for by ${rotation.requestedBy} and begins at ${instantText(rotation.scheduledAt)}; nobody has to claim it.`,
    );
  const run = await read.openRunOfKey(key.id);
  if (run === null) return;
  throw new Refusal(
    'rotation_open',
    `${nameOf(key)} is in the hands of ${run.runbook.id} (${run.id}); nobody has to claim it.`,
  );
}
