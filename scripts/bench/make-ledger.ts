import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { newKey } from '../../src/domain/new-key.ts';
import { lineOf } from '../../src/ledger/audit.ts';
import { type AuditRow, chained, GENESIS } from '../../src/ledger/audit-chain.ts';
import { keyToRow } from '../../src/ledger/keys.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { fillKeyWords } from '../../src/ledger/migrations/0004-slack-experience/key-words.ts';

export interface Made {
  keys: number;
  /** Lines of the audit; the first ones tell of the keys. */
  lines: number;
  /** How many of the keys expire within a week. */
  expiring: number;
  now: Date;
  digestOf: (material: string) => string;
}

const DAY_MS = 24 * 3_600_000;
const BATCH = 20_000;

export const materialOf = (i: number) => `rekey_test_${String(i).padStart(65, '0')}`;

/**
 * A ledger as years of use leave it: real rows, real lines, a real chain. They are written in bulk past the rules of the tables, which takes
 * a minute for a million keys and five million lines instead of hours.
 */
export async function makeLedger(file: string, made: Made): Promise<void> {
  await (await openLedger({ file, now: () => made.now })).close();
  const sqlite = new Database(file);
  sqlite.pragma('synchronous = OFF');
  sqlite.pragma('foreign_keys = OFF');
  const rules = withoutRules(sqlite);
  insertKeys(sqlite, made);
  insertLines(sqlite, made);
  for (const sql of rules) sqlite.exec(sql);
  sqlite.exec(
    'insert into key_counts select service, environment, class, state, count(*) from keys group by 1, 2, 3, 4',
  );
  sqlite.exec(fillKeyWords);
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
  chmodSync(file, 0o600);
}

/** Indexes and triggers are made again at the end: kept up row by row they would cost most of the time. */
function withoutRules(sqlite: Database.Database): string[] {
  const rules = sqlite
    .prepare<[], { type: string; name: string; sql: string }>(
      "select type, name, sql from sqlite_schema where type in ('index', 'trigger') and sql is not null and tbl_name in ('keys', 'audit')",
    )
    .all();
  for (const { type, name } of rules) sqlite.exec(`drop ${type} ${name}`);
  return rules.map(({ sql }) => sql);
}

function insertKeys(sqlite: Database.Database, made: Made): void {
  inBatches(sqlite, made.keys, (from, to) => {
    const insert = inserter(sqlite, 'keys', keyToRow(keyOf(0, made)));
    for (let i = from; i < to; i++) insert(keyToRow(keyOf(i, made)));
  });
}

function insertLines(sqlite: Database.Database, made: Made): void {
  let head = GENESIS;
  inBatches(sqlite, made.lines, (from, to) => {
    const rows = chained(
      head,
      Array.from({ length: to - from }, (_, i) => lineAt(from + i, made)),
    );
    const insert = inserter(sqlite, 'audit', rows[0] ?? {});
    for (const row of rows) insert(row);
    head = rows.at(-1) ?? head;
  });
  sqlite.prepare('update audit_head set seq = ?, hash = ?').run(head.seq, head.hash);
}

function lineAt(i: number, made: Made): Omit<AuditRow, 'seq' | 'prev_hash' | 'hash'> {
  const at = new Date(made.now.getTime() - (made.lines - i) * 1_000);
  const key = keyOf(i % made.keys, made);
  const event: LedgerEvent =
    i < made.keys
      ? { type: 'key_issued', key }
      : { type: 'key_proved_live', key: key.id, probes: 3, how: 'GET https://payments.example/v1/ping → 200' };
  return lineOf({
    event,
    context: { at, actor: 'system:engine', channel: 'engine', incident: null, run: null, step: null, planHash: null },
  });
}

function keyOf(i: number, { keys, expiring, now, digestOf }: Made): Key {
  // Spread over a year, none of them in the next month, but for the few that are asked for.
  const inDays = i < expiring ? 1 + (6 * i) / expiring : 30 + (335 * i) / keys;
  const expiresAt = new Date(now.getTime() + inDays * DAY_MS);
  const createdAt = new Date(expiresAt.getTime() - 365 * DAY_MS);
  return newKey({
    id: KeyId.parse(`key-${String(i).padStart(10, '0')}`),
    slug: `service-${i % 500}-${i}`,
    class: 'api_key',
    provider: 'ledger',
    externalRef: String(i).padStart(16, '0'),
    service: `service-${i % 500}`,
    environment: i % 2 === 0 ? 'production' : 'staging',
    owner: `group:team-${i % 50}`,
    escalation: 'group:oncall',
    scopes: ['orders:read', 'orders:write'],
    digest: digestOf(materialOf(i)),
    pepperId: 'bench',
    last4: 'aB3d',
    delivery: { sink: 'file', target: `/run/secrets/service-${i}` },
    runbook: 'R-ROTATE',
    state: 'active',
    createdAt,
    activatedAt: createdAt,
    provedLiveAt: createdAt,
    expiresAt,
  });
}

function inserter(sqlite: Database.Database, table: string, like: object): (row: object) => void {
  const columns = Object.keys(like);
  const names = columns.map((column) => `@${column}`).join(', ');
  const insert = sqlite.prepare(`insert into ${table} (${columns.join(', ')}) values (${names})`);
  return (row) => insert.run(row);
}

function inBatches(sqlite: Database.Database, count: number, insert: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += BATCH)
    sqlite.transaction(() => insert(from, Math.min(count, from + BATCH)))();
}
