import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Vote } from '../domain/approval.ts';
import { canonicalJson, contentHash } from '../domain/canonical.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { newAsk } from '../domain/new-ask.ts';
import { newKey } from '../domain/new-key.ts';
import { applyEvent } from './apply.ts';
import { contextFromRow, LEFT_OUT } from './audit.ts';
import { migrate } from './migrate.ts';
import type { LedgerDb } from './open.ts';
import { patientSqlite } from './patient-sqlite.ts';
import type { AuditTable } from './schema/audit.ts';
import type { LedgerTables } from './schema.ts';

export type TablesVerdict = { whole: true; rows: number } | { whole: false; table: string; row: string; why: string };

// Per table: its key, and what the audit does not hold: capability texts, ciphertext, long texts and who works on what right now.
const COMPARED = {
  key_words: { key: ['word', 'slug'], without: [] },
  keys: { key: ['id'], without: [] },
  rotations: { key: ['id'], without: [] },
  incidents: { key: ['id'], without: [] },
  runs: { key: ['id'], without: ['wake_at', 'wake_seq', 'lease_epoch', 'lease_owner', 'lease_until'] },
  steps: { key: ['run_id', 'step_id'], without: [] },
  settlements: { key: ['run_id', 'step_id', 'token', 'attempts'], without: [] },
  fan_out_items: { key: ['run_id', 'step_id', 'position'], without: [] },
  approvals: { key: ['id'], without: ['token'] },
  votes: { key: ['approval_id', 'person'], without: [] },
  delegations: { key: ['approval_id', 'from_person'], without: [] },
  glass_breaks: { key: ['approval_id'], without: [] },
  asks: { key: ['id'], without: ['token'] },
  peers: { key: ['name'], without: [] },
  peer_progress: { key: ['peer', 'key_id'], without: [] },
  canaries: { key: ['id'], without: [] },
  digests: { key: ['id'], without: [] },
  digest_items: { key: ['digest_id', 'key_id'], without: [] },
  digest_impressions: { key: ['digest_id', 'message'], without: [] },
  expiry_claims: { key: ['id'], without: [] },
  expiry_snoozes: { key: ['key_id'], without: [] },
  unused_marks: { key: ['id'], without: [] },
  dispatches: { key: ['id'], without: [] },
  deliveries: { key: ['id'], without: [] },
  ask_marks: { key: ['ask_id', 'item'], without: [] },
  alerts: { key: ['id'], without: [] },
  secrets: { key: ['id'], without: ['envelope'] },
  notices: { key: ['id'], without: [] },
  claims: { key: ['id'], without: ['token_hash'] },
  vault_proofs: { key: ['master_key'], without: ['envelope'] },
  alarms: { key: ['id'], without: [] },
  checkpoints: { key: ['seq'], without: [] },
  evidence: { key: ['id'], without: ['content'] },
  reminders: { key: ['key_id'], without: [] },
  runbook_versions: { key: ['runbook', 'hash'], without: [] },
  runbooks_live: { key: ['runbook'], without: [] },
  runbook_proofs: { key: ['id'], without: [] },
  scheduled_runs: { key: ['id'], without: [] },
  situations: { key: ['incident_id'], without: [] },
  incident_rooms: { key: ['incident_id'], without: [] },
  incident_roles: { key: ['incident_id', 'number'], without: [] },
  incident_notes: { key: ['id', 'version'], without: [] },
  incident_waivers: { key: ['incident_id', 'number'], without: [] },
  incident_statuses: { key: ['incident_id', 'number'], without: [] },
  incident_update_reminders: { key: ['incident_id', 'number'], without: [] },
  second_factors: { key: ['id'], without: ['envelope'] },
  second_factor_tries: { key: ['person'], without: [] },
  recovery_codes: { key: ['factor_id', 'digest'], without: [] },
  second_factor_invites: { key: ['id'], without: ['token_hash'] },
  checklist_dismissals: { key: ['person'], without: [] },
  summary_versions: { key: ['incident_id', 'version'], without: ['markdown', 'json'] },
  follow_ups: { key: ['id'], without: [] },
  nags: { key: ['id'], without: [] },
  nag_items: { key: ['subject', 'since_at', 'person', 'nth'], without: [] },
  retrospectives: { key: ['incident_id'], without: [] },
  reviews: { key: ['id'], without: [] },
  review_ticks: { key: ['review_id', 'item'], without: [] },
} as const satisfies Partial<Record<keyof LedgerTables, { key: readonly string[]; without: readonly string[] }>>;

/**
 * Plays the whole audit into an empty ledger in memory and compares every row. The chain proves what happened; this proves that the tables
 * say it: a value that was changed behind Rekey's back, or by a failing disk, is found although the file itself is in order.
 */
export async function verifyTables(db: LedgerDb): Promise<TablesVerdict> {
  const sqlite = new Database(':memory:');
  const replayed = new Kysely<LedgerTables>({ dialect: patientSqlite(sqlite) });
  try {
    migrate(sqlite);
    await replay(db, replayed);
    return (await differenceInHashes(db)) ?? (await compare(db, replayed));
  } finally {
    await replayed.destroy();
  }
}

async function replay(db: LedgerDb, replayed: LedgerDb): Promise<void> {
  for (let seq = 0; ; ) {
    const page = await db.selectFrom('audit').selectAll().where('seq', '>', seq).orderBy('seq').limit(1_000).execute();
    if (page.length === 0) return;
    for (const row of page) await applyEvent(replayed, eventOf(row), contextFromRow(row));
    seq = page.at(-1)?.seq ?? seq;
  }
}

async function compare(db: LedgerDb, replayed: LedgerDb): Promise<TablesVerdict> {
  let rows = 0;
  for (const [table, { key, without }] of Object.entries(COMPARED)) {
    const expected = await rowsOf(replayed, table, { key, without });
    const found = await rowsOf(db, table, { key, without });
    rows += found.size;
    for (const row of new Set([...expected.keys(), ...found.keys()])) {
      const why = differenceOf(expected.get(row), found.get(row));
      if (why !== null) return { whole: false, table, row, why };
    }
  }
  return { whole: true, rows };
}

// What is too long for the audit stands there by its hash.
async function differenceInHashes(db: LedgerDb): Promise<TablesVerdict | null> {
  for (const { hash, text } of await db.selectFrom('runbook_texts').select(['hash', 'text']).execute())
    if (createHash('sha256').update(text).digest('hex') !== hash)
      return { whole: false, table: 'runbook_texts', row: hash, why: 'text does not have this hash' };
  for (const { id, hash, content } of await db.selectFrom('evidence').select(['id', 'hash', 'content']).execute())
    if (contentHash(parsed(content)) !== hash)
      return { whole: false, table: 'evidence', row: id, why: 'content does not have the hash that was recorded' };
  for (const { incident_id, version, hash, json } of await db.selectFrom('summary_versions').selectAll().execute())
    if (hash !== null && createHash('sha256').update(json).digest('hex') !== hash)
      return {
        whole: false,
        table: 'summary_versions',
        row: `${incident_id} ${version}`,
        why: 'json does not have the hash that was recorded',
      };
  return null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

type Row = Record<string, unknown>;

async function rowsOf(
  db: LedgerDb,
  table: string,
  { key, without }: { key: readonly string[]; without: readonly string[] },
): Promise<Map<string, Row>> {
  const { rows } = await sql<Row>`select * from ${sql.table(table)}`.execute(db);
  return new Map(
    rows.map((row) => {
      const compared = Object.entries(row).filter(([column]) => !without.includes(column));
      return [key.map((column) => row[column]).join(' '), Object.fromEntries(compared)];
    }),
  );
}

function differenceOf(expected: Row | undefined, found: Row | undefined): string | null {
  if (expected === undefined) return 'the audit knows nothing of this row';
  if (found === undefined) return 'the audit tells of it, and it is not there';
  const column = Object.keys(expected).find((name) => comparable(expected[name]) !== comparable(found[name]));
  return column === undefined ? null : `${column} is not what the audit says`;
}

// JSON columns keep the order in which they were written; the audit sorts names and leaves some out.
function comparable(value: unknown): string {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return canonicalJson(value);
  try {
    return canonicalJson(JSON.parse(value, (name, inner: unknown) => (LEFT_OUT.has(name) ? undefined : inner)));
  } catch {
    return canonicalJson(value);
  }
}

const Anything = z.custom<LedgerEvent>((value) => typeof value === 'object' && value !== null && 'type' in value);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const isInstant = (name: string) =>
  /At$/.test(name) || name === 'notBefore' || name === 'at' || name === 'until' || name === 'shiftedTo';

// Written by this ledger only, and its line's hash was checked: the shape is not in question.
function eventOf(row: Selectable<AuditTable>): LedgerEvent {
  const event = Anything.parse(
    JSON.parse(row.details, (name, value: unknown) =>
      typeof value === 'string' && isInstant(name) && INSTANT.test(value) ? new Date(value) : value,
    ),
  );
  switch (event.type) {
    case 'key_issued':
      // Lines of an older Rekey say nothing of what was not known yet.
      return { ...event, key: newKey(event.key) };
    case 'claim_opened':
      return { ...event, claim: { ...event.claim, tokenHash: event.claim.id } };
    case 'secret_rewrapped':
    case 'totp_rewrapped':
    case 'master_key_adopted':
      return { ...event, envelope: '' };
    case 'totp_enrolled':
      return { ...event, factor: { ...event.factor, envelope: '' } };
    case 'second_factor_invited':
      return { ...event, invite: { ...event.invite, tokenHash: event.invite.id } };
    case 'run_started':
      return { ...event, run: { ...event.run, runbook: { ...event.run.runbook, text: '' } } };
    case 'runbook_read':
      return { ...event, text: '' };
    case 'approval_requested':
      // As above: what an older Rekey did not ask has the value that its rows got.
      return {
        ...event,
        approval: { ...event.approval, reminded: 0, escalated: 0, token: event.approval.id },
      };
    case 'vote_cast':
      return { ...event, vote: newVote(event.vote) };
    case 'ask_opened':
      return { ...event, ask: newAsk({ ...event.ask, token: event.ask.id }) };
    case 'secret_sealed':
      return { ...event, secret: { ...event.secret, envelope: event.secret.destroyedAt === null ? '' : null } };
    case 'summary_posted':
    case 'summary_redrawn':
      return { ...event, markdown: '', json: '' };
    case 'evidence_captured':
      return { ...event, evidence: { ...event.evidence, content: {} } };
    default:
      return event;
  }
}

function newVote(vote: Partial<Pick<Vote, 'proof' | 'notBefore'>> & Omit<Vote, 'proof' | 'notBefore'>): Vote {
  return { proof: 'click', notBefore: null, ...vote };
}
