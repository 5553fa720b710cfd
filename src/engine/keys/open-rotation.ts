import type { LedgerEvent } from '../../domain/event.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

/**
 * A key may be revoked while it is in grace. A rotation of it that has not begun has nothing left to do, and is cancelled. Any other that is under
 * way would find its key gone: Refusal `rotation_open` with what to do instead.
 */
export async function settleOpenRotation(
  read: Pick<LedgerReader, 'openRotationOf'>,
  key: Key,
  why: string,
): Promise<LedgerEvent[]> {
  const open = await read.openRotationOf(key.slug);
  if (open === null || (open.key !== key.id && open.replacement !== key.id)) return [];
  // Cutting a grace short is what an early revoking is: its run sees that the key is gone, and goes on to the proof.
  if (open.key === key.id && (open.state === 'grace' || open.state === 'usage_gate')) return [];
  if (open.run === null) return [{ type: 'rotation_ended', rotation: open.id, outcome: 'cancelled', why }];
  const ends = open.graceEndsAt === null ? '' : `, grace ends ${open.graceEndsAt.toISOString()}`;
  throw new Refusal(
    'rotation_open',
    `${nameOf(key)} is in a rotation (${open.id}, ${open.mode}, ${open.state}) since ${open.createdAt.toISOString()} by ${open.requestedBy}${ends}. ` +
      'Cancel that rotation first; if the key leaked, ask for an emergency rotation, which takes its place.',
  );
}
