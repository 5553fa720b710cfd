import { sql } from 'kysely';
import type { Approval } from '../domain/approval.ts';
import type { FirstWeekFacts } from '../domain/first-week.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import { approvalsFrom } from './approvals.ts';
import { asksFrom } from './asks.ts';
import { instant } from './codec.ts';
import { inStates } from './in-states.ts';
import { keyFromRow } from './keys.ts';
import type { LedgerDb } from './open.ts';

/** A line of the audit, and when somebody looked at or vouched for everything up to it. */
export interface AuditMark {
  seq: number;
  at: Date;
}

/** What people's Home tabs ask. Each reads along an index, because a tab is opened often and a ledger may be large. */
export interface HomeReader {
  /** What nobody has decided yet, in and outside incidents; the one that ends first comes first. */
  openApprovals: (limit: number) => Promise<Approval[]>;
  /** What runs wait for from this person, in and outside incidents; the one that is due first comes first. */
  openAsksFor: (person: PersonId) => Promise<Ask[]>;
  /** Current keys in use, and those whose time is over, that one of these owns or is the escalation of; the one that ends first comes first. */
  keysUnder: (names: readonly string[], limit: number) => Promise<Key[]>;
  firstWeekFacts: () => Promise<FirstWeekFacts>;
  checklistDismissedBy: (person: PersonId) => Promise<boolean>;
  /** How far the background check has come. */
  auditChecked: () => Promise<AuditMark | null>;
  lastCheckpoint: () => Promise<AuditMark | null>;
  /** When a provider's keys were last compared with the ledger. */
  lastSync: () => Promise<Date | null>;
}

export function homeQueries(db: LedgerDb): HomeReader {
  return {
    openApprovals: async (limit) => {
      const open = db.selectFrom('approvals').selectAll().where('outcome', 'is', null);
      return approvalsFrom(db, await open.orderBy('expires_at').limit(limit).execute());
    },
    openAsksFor: (person) => openAsksFor(db, person),
    keysUnder: (names, limit) => keysUnder(db, names, limit),
    firstWeekFacts: () => firstWeekFacts(db),
    checklistDismissedBy: async (person) => {
      const found = db.selectFrom('checklist_dismissals').select('person').where('person', '=', person);
      return (await found.executeTakeFirst()) !== undefined;
    },
    auditChecked: async () => {
      const row = await db.selectFrom('audit_checked').select(['seq', 'checked_at']).executeTakeFirst();
      return row === undefined ? null : { seq: row.seq, at: instant(row.checked_at) };
    },
    lastCheckpoint: async () => {
      const all = db.selectFrom('checkpoints').select(['seq', 'signed_at']);
      const row = await all.orderBy('seq', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? null : { seq: row.seq, at: instant(row.signed_at) };
    },
    lastSync: async () => {
      const synced = db.selectFrom('audit').select('at').where('action', '=', sql.lit('provider_synced'));
      const row = await synced.orderBy('seq', 'desc').limit(1).executeTakeFirst();
      return row === undefined ? null : instant(row.at);
    },
  };
}

async function openAsksFor(db: LedgerDb, person: PersonId): Promise<Ask[]> {
  const rows = await db
    .selectFrom('steps')
    .innerJoin('asks', 'asks.id', 'steps.waiting_id')
    .where('steps.state', '=', sql.lit('waiting'))
    .where('asks.answer', 'is', null)
    .where('asks.pushed_back', 'is', null)
    .selectAll('asks')
    .orderBy((eb) => eb.fn.coalesce('asks.due_at', sql.lit('9999')))
    .orderBy('asks.created_at')
    .execute();
  const open = await asksFrom(db, rows);
  return open.filter(({ assigned, escalation }) => [...assigned, ...(escalation?.people ?? [])].includes(person));
}

async function keysUnder(db: LedgerDb, names: readonly string[], limit: number): Promise<Key[]> {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('keys')
    .selectAll()
    .where('superseded_at', 'is', null)
    .where(inStates('active', 'retiring', 'suspended', 'expired'))
    .where((eb) => eb.or([eb('owner', 'in', names), eb('escalation', 'in', names)]))
    .orderBy((eb) => eb.fn.coalesce('expires_at', sql.lit('9999')))
    .orderBy('slug')
    .limit(limit)
    .execute();
  return rows.map(keyFromRow);
}

async function firstWeekFacts(db: LedgerDb): Promise<FirstWeekFacts> {
  const current = () => db.selectFrom('keys').where('superseded_at', 'is', null).where(inStates('active', 'suspended'));
  const counted = async (query: ReturnType<typeof current>) =>
    Number((await query.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  const rotated = db
    .selectFrom('rotations')
    .innerJoin('keys', 'keys.id', 'rotations.key_id')
    .where('rotations.ended_at', 'is not', null)
    .where('rotations.state', '=', 'completed')
    .select('keys.environment');
  const outside = await rotated.where('keys.environment', '<>', 'production').limit(1).executeTakeFirst();
  const canary = await db.selectFrom('canaries').select('id').where('outcome', '=', 'healthy').limit(1).execute();
  const drill = db.selectFrom('runbook_proofs').select('id').where('how', '=', 'drill').where('passed', '=', 1);
  return {
    keys: await counted(current()),
    withoutOwner: await counted(current().where('owner', 'is', null)),
    withoutExpiry: await counted(current().where('expires_at', 'is', null)),
    rotated: (await rotated.limit(1).executeTakeFirst()) !== undefined,
    rotatedWithCare: outside !== undefined || canary.length > 0,
    drilled: (await drill.limit(1).executeTakeFirst()) !== undefined,
  };
}
