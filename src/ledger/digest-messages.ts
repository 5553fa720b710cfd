import { partSubject } from '../domain/digest/digest.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { KeyId } from '../domain/ids.ts';
import { itemFromRow } from './digest-rows.ts';
import type { LedgerDb } from './open.ts';

// What is older has been read or never will be; every edit of it costs a call to Slack.
const EDITED = 3;

/** The messages of the latest digests that show the key which this event is about, and the question whether it is in use. */
export async function digestsShowing(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  const about = keyShown(event);
  if (about === null) return [];
  const rows = await tx
    .selectFrom('digest_items')
    .innerJoin('digests', 'digests.id', 'digest_items.digest_id')
    .selectAll('digest_items')
    .where('digest_items.key_id', '=', about)
    .orderBy('digests.ran_at', 'desc')
    .limit(EDITED)
    .execute();
  const parts = rows.flatMap((row) => {
    const { part, direct } = itemFromRow(row);
    const alone = direct.map((one) => partSubject(row.digest_id, one.part, one.person));
    return [partSubject(row.digest_id, part), ...alone];
  });
  return event.type === 'digest_unused_answered' ? [...parts, event.mark] : parts;
}

function keyShown(event: LedgerEvent): KeyId | null {
  switch (event.type) {
    case 'digest_key_claimed':
      return event.claim.key;
    case 'digest_key_snoozed':
      return event.snooze.key;
    case 'digest_key_unused':
      return event.mark.key;
    case 'digest_claim_ended':
    case 'digest_unused_answered':
    case 'key_revoked':
      return event.key;
    case 'rotation_requested':
      return event.rotation.key;
    default:
      return null;
  }
}
