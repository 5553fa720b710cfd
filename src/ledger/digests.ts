import { sql } from 'kysely';
import type { Impression } from '../domain/digest/shown.ts';
import { KeyId, PersonId } from '../domain/ids.ts';
import { instant, stored } from './codec.ts';
import type { DigestReader } from './digest-reader.ts';
import { expiryClaimFromRow, headFromRow, itemFromRow, markFromRow } from './digest-rows.ts';
import type { LedgerDb } from './open.ts';

type Shown = Pick<
  DigestReader,
  | 'digest'
  | 'digestHead'
  | 'lastDigest'
  | 'digests'
  | 'digestsSince'
  | 'digestItems'
  | 'digestMessages'
  | 'impressionsOf'
>;

/** Digests as they were, and what of them came through. */
export function digestQueries(db: LedgerDb): Shown {
  const heads = () => db.selectFrom('digests').selectAll();
  const itemsOf = (digest: string) =>
    db.selectFrom('digest_items').selectAll().where('digest_id', '=', digest).orderBy('position');
  const digestHead: Shown['digestHead'] = async (id) => {
    const row = await heads().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : headFromRow(row);
  };
  return {
    digestHead,
    digest: async (id) => {
      const head = await digestHead(id);
      return head === null ? null : { ...head, items: (await itemsOf(id).execute()).map(itemFromRow) };
    },
    lastDigest: async () => {
      const byClock = heads().where('kind', '<>', sql.lit('asked')).orderBy('day', 'desc');
      const row = await byClock.limit(1).executeTakeFirst();
      return row === undefined ? null : headFromRow(row);
    },
    digests: async (limit) => (await heads().orderBy('ran_at', 'desc').limit(limit).execute()).map(headFromRow),
    digestsSince: async (since) =>
      (await heads().where('ran_at', '>', stored(since)).orderBy('ran_at').execute()).map(headFromRow),
    digestItems: async (digest, { part, person }) => {
      const items = (await itemsOf(digest).execute()).map(itemFromRow);
      return items.filter((item) =>
        person === null
          ? item.part === part
          : item.direct.some((direct) => direct.person === person && direct.part === part),
      );
    },
    digestMessages: async (digest) => {
      const rows = await db
        .selectFrom('messages')
        .innerJoin('outbox', 'outbox.message_id', 'messages.id')
        .leftJoin('digest_impressions as seen', (join) =>
          join.on('seen.digest_id', '=', digest).onRef('seen.message', '=', 'messages.subject'),
        )
        // '0' follows '/', so this is every subject that begins with `<digest>/`.
        .where('messages.subject', '>=', `${digest}/`)
        .where('messages.subject', '<', `${digest}0`)
        .select([
          'messages.subject',
          'messages.address',
          'messages.ts',
          'seen.shown_at',
          'outbox.error',
          'outbox.gave_up_at',
        ])
        .orderBy('outbox.position')
        .execute();
      return rows.map((row) => ({
        subject: row.subject,
        person: row.address.startsWith('person:') ? PersonId.parse(row.address.slice('person:'.length)) : null,
        postedAt: row.ts === null ? null : new Date(Number(row.ts) * 1_000),
        recorded: row.shown_at !== null,
        error: row.error,
        gaveUp: row.gave_up_at !== null,
      }));
    },
    impressionsOf: async (key) => {
      const rows = await db
        .selectFrom('digest_items')
        .innerJoin('digest_impressions as seen', 'seen.digest_id', 'digest_items.digest_id')
        .where('digest_items.key_id', '=', key)
        .selectAll('digest_items')
        .select(['seen.message', 'seen.person', 'seen.shown_at'])
        .orderBy('seen.shown_at')
        .execute();
      return rows.flatMap((row): Impression[] => {
        const item = itemFromRow(row);
        const shown = item.direct.map(({ person, part }) => `${row.digest_id}/${person}/${part}`);
        if (![`${row.digest_id}/${item.part}`, ...shown].includes(row.message)) return [];
        const to = row.person === null ? null : PersonId.parse(row.person);
        return [{ digest: row.digest_id, at: instant(row.shown_at), to, owners: item.owners }];
      });
    },
  };
}

type Said = Pick<
  DigestReader,
  | 'openExpiryClaim'
  | 'expiryClaim'
  | 'expiryClaimsOf'
  | 'expiryClaimsDue'
  | 'expirySnooze'
  | 'openSnoozes'
  | 'unusedMark'
  | 'standingMark'
  | 'confirmedUnused'
  | 'keysInHand'
>;

const KEYS_AT_ONCE = 500;

/** What people said to them. */
export function digestAnswerQueries(db: LedgerDb): Said {
  const claims = () => db.selectFrom('expiry_claims').selectAll();
  const snoozes = () => db.selectFrom('expiry_snoozes').selectAll();
  const marks = () => db.selectFrom('unused_marks').selectAll();
  const snoozeOf = (row: { key_id: string; until: string; person: string; snoozed_at: string }) => ({
    key: KeyId.parse(row.key_id),
    until: instant(row.until),
    by: PersonId.parse(row.person),
    at: instant(row.snoozed_at),
  });
  return {
    openExpiryClaim: async (key) => {
      const row = await claims().where('key_id', '=', key).where('outcome', 'is', null).executeTakeFirst();
      return row === undefined ? null : expiryClaimFromRow(row);
    },
    expiryClaim: async (id) => {
      const row = await claims().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : expiryClaimFromRow(row);
    },
    expiryClaimsOf: async (key) =>
      (await claims().where('key_id', '=', key).orderBy('claimed_at', 'desc').execute()).map(expiryClaimFromRow),
    expiryClaimsDue: async (now, limit) => {
      const due = claims().where('outcome', 'is', null).where('until', '<=', stored(now));
      return (await due.orderBy('until').limit(limit).execute()).map(expiryClaimFromRow);
    },
    expirySnooze: async (key) => {
      const row = await snoozes().where('key_id', '=', key).executeTakeFirst();
      return row === undefined ? null : snoozeOf(row);
    },
    openSnoozes: async (now) => (await snoozes().where('until', '>', stored(now)).execute()).map(snoozeOf),
    unusedMark: async (id) => {
      const row = await marks().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : markFromRow(row);
    },
    standingMark: async (key) => {
      const standing = marks().where(({ or, eb }) =>
        or([eb('confirmed', 'is', null), eb('confirmed', '=', sql.lit(1))]),
      );
      const row = await standing.where('key_id', '=', key).executeTakeFirst();
      return row === undefined ? null : markFromRow(row);
    },
    confirmedUnused: (keys) =>
      ofSome(keys, (some) =>
        db
          .selectFrom('unused_marks')
          .select('key_id')
          .where('key_id', 'in', some)
          .where('confirmed', '=', sql.lit(1))
          .execute(),
      ),
    keysInHand: (keys) =>
      ofSome(keys, (some) =>
        db
          .selectFrom('runs')
          .select('key_id')
          .distinct()
          .where('key_id', 'in', some)
          .where('finished_at', 'is', null)
          .where('open_runs', '=', 'one_per_key')
          .where((eb) => eb.or([eb('parent_run', 'is', null), eb('cancel_requested_at', 'is', null)]))
          .execute(),
      ),
  };
}

/** One question takes only so many names. */
async function ofSome(
  keys: readonly KeyId[],
  ask: (some: readonly KeyId[]) => Promise<readonly { key_id: string | null }[]>,
): Promise<KeyId[]> {
  const found: KeyId[] = [];
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE)
    for (const { key_id } of await ask(keys.slice(from, from + KEYS_AT_ONCE)))
      if (key_id !== null) found.push(KeyId.parse(key_id));
  return found;
}
