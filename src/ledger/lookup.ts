import Database from 'better-sqlite3';
import type { Selectable } from 'kysely';
import { KeyId } from '../domain/ids.ts';
import { type Key, KeyClass, KeyState } from '../domain/key.ts';
import { fromJson, instant, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { KeysTable } from './schema/keys.ts';
import { troubleOf } from './trouble.ts';

/** What has to be known of a key to say whether it may be used, by whom and for what. */
export type KeyFacts = Pick<
  Key,
  | 'id'
  | 'slug'
  | 'version'
  | 'class'
  | 'service'
  | 'environment'
  | 'owner'
  | 'scopes'
  | 'rateLimit'
  | 'state'
  | 'expiresAt'
  | 'graceEndsAt'
  | 'digest'
>;

/** `many`: what is remembered of any key may be out of date. `issued`: a digest that was unknown may be known now. */
export type KeyChanges = 'none' | 'many' | { keys: readonly string[]; issued: boolean };

/**
 * Synchronous looks at the ledger for the path that every call of every service takes. They go over a connection of their own, which sees
 * what is committed and nothing that a transaction of this process has only begun.
 */
export interface KeyLookup {
  byDigest: (digest: string) => KeyFacts | null;
  /**
   * Each watcher has its own place in the audit; its first look says `many`. What anybody has committed by now, in this process or another
   * one on the same file, is in the answer.
   */
  watch: () => () => KeyChanges;
  close: () => void;
}

// A watcher that is further behind forgets everything, which is cheaper than reading how it came to that.
const MOST_LINES = 1_000;

export function openLookup(file: string, db: LedgerDb): KeyLookup {
  let opened: Connection | null = null;
  // At the first look: most commands never ask.
  const connection = () => {
    opened ??= connect(file, db);
    return opened;
  };
  return {
    byDigest: (digest) => orTrouble(() => connection().byDigest(digest)),
    watch: () => {
      let seen: Place | null = null;
      return () =>
        orTrouble(() => {
          const { place, changes } = connection().changesSince(seen);
          seen = place;
          return changes;
        });
    },
    close: () => opened?.close(),
  };
}

/** `version` is SQLite's count of commits by other connections; it says cheaply that there is nothing to read. */
interface Place {
  version: number;
  seq: number;
}

interface Connection {
  byDigest: (digest: string) => KeyFacts | null;
  changesSince: (seen: Place | null) => { place: Place; changes: KeyChanges };
  close: () => void;
}

interface ChangeRow {
  seq: number;
  action: string;
  subject: string;
}

function connect(file: string, db: LedgerDb): Connection {
  const sqlite = new Database(file, { readonly: true, fileMustExist: true, timeout: 50 });
  const key = sqlite.prepare<[string], FactsRow>(factsQuery(db));
  const version = sqlite.prepare<[], number>('pragma data_version').pluck();
  const head = sqlite.prepare<[], number>('select seq from audit_head where id = 1').pluck();
  const lines = sqlite.prepare<[number], ChangeRow>(linesQuery(db));
  return {
    byDigest: (digest) => {
      const row = key.get(digest);
      return row === undefined ? null : factsOf(row);
    },
    changesSince: (seen) => {
      const now = version.get() ?? 0;
      if (seen?.version === now) return { place: seen, changes: 'none' };
      // What is committed after the version was read moves it again: read twice, missed never.
      const rows = seen === null ? [] : lines.all(seen.seq);
      if (seen === null || rows.length > MOST_LINES)
        return { place: { version: now, seq: head.get() ?? 0 }, changes: 'many' };
      return { place: { version: now, seq: rows.at(-1)?.seq ?? seen.seq }, changes: changesIn(rows) };
    },
    close: () => {
      sqlite.close();
    },
  };
}

const COLUMNS = [
  'id',
  'slug',
  'version',
  'class',
  'service',
  'environment',
  'owner',
  'scopes',
  'rate_limit',
  'state',
  'expires_at',
  'grace_ends_at',
  'digest',
] as const;
type FactsRow = Pick<Selectable<KeysTable>, (typeof COLUMNS)[number]>;

function factsQuery(db: LedgerDb): string {
  return db.selectFrom('keys').select(COLUMNS).where('digest', '=', '').compile().sql;
}

function linesQuery(db: LedgerDb): string {
  const after = db.selectFrom('audit').select(['seq', 'action', 'subject']).where('seq', '>', 0).orderBy('seq');
  return `${after.compile().sql} limit ${MOST_LINES + 1}`;
}

function changesIn(rows: readonly ChangeRow[]): KeyChanges {
  const about = rows.filter(({ subject }) => subject.startsWith('key:'));
  if (about.length === 0) return 'none';
  return {
    keys: about.map(({ subject }) => subject.slice('key:'.length)),
    issued: about.some(({ action }) => action === 'key_issued'),
  };
}

function factsOf(row: FactsRow): KeyFacts {
  return {
    id: KeyId.parse(row.id),
    slug: row.slug,
    version: row.version,
    class: KeyClass.parse(row.class),
    service: row.service,
    environment: row.environment,
    owner: row.owner,
    scopes: fromJson(Texts, row.scopes),
    rateLimit: row.rate_limit,
    state: KeyState.parse(row.state),
    expiresAt: instant(row.expires_at),
    graceEndsAt: instant(row.grace_ends_at),
    digest: row.digest,
  };
}

function orTrouble<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw troubleOf(error) ?? error;
  }
}
