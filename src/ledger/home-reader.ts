import { sql } from 'kysely';
import type { Approval } from '../domain/approval.ts';
import type { FirstWeekFacts } from '../domain/first-week.ts';
import type { PersonId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import { approvalsFrom } from './approvals.ts';
import { asksFrom } from './asks.ts';
import { instant } from './codec.ts';
import { inStates } from './in-states.ts';
import type { LedgerDb } from './open.ts';

/** A line of the audit, and when somebody looked at or vouched for everything up to it. */
export interface AuditMark {
  seq: number;
  at: Date;
}

/** What people's Home tabs ask. Each reads along an index, because a tab is opened often and a ledger may be large. */
export interface HomeReader {
  /** What nobody has decided yet, in and outside incidents; the one that ends first comes first. */
  openApprovals: () => Promise<Approval[]>;
  /** What runs wait for from this person, in and outside incidents; the one that is due first comes first. */
  openAsksFor: (person: PersonId) => Promise<Ask[]>;
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
    openApprovals: async () => {
      const open = db.selectFrom('approvals').selectAll().where('outcome', 'is', null);
      return approvalsFrom(db, await open.orderBy('expires_at').execute());
    },
    openAsksFor: (person) => openAsksFor(db, person),
    firstWeekFacts: () => firstWeekFacts(db),
    checklistDismissedBy: async (person) => {
      const found = db.selectFrom('checklist_dismissals').select('person').where('person', '=', person);
      return (await found.executeTakeFirst()) !== undefined;
    },
    auditChecked: async () => {
      const row = await db
        .selectFrom('audit_checked')
        .select(['seq', 'checked_at'])
        .where('id', '=', 1)
        .executeTakeFirst();
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

// More than that are as good as any: the list says how many there are.
const COUNTED = 1_000;

async function firstWeekFacts(db: LedgerDb): Promise<FirstWeekFacts> {
  const counts = db.selectFrom('key_counts').select(['environment', 'count']).where('count', '>', 0);
  const usable = await counts.where('state', 'in', ['active', 'suspended']).execute();
  const environments = [...new Set(usable.map(({ environment }) => environment))];
  const completed = () =>
    db
      .selectFrom('rotations')
      .innerJoin('keys', 'keys.id', 'rotations.key_id')
      .where('rotations.ended_at', 'is not', null)
      .where('rotations.state', '=', 'completed')
      .select('rotations.id')
      .limit(1);
  const canary = db.selectFrom('canaries').select('id').where('outcome', '=', sql.lit('healthy')).limit(1);
  const drill = db
    .selectFrom('runbook_proofs')
    .select('id')
    .where('how', '=', sql.lit('drill'))
    .where('passed', '=', sql.lit(1))
    .limit(1);
  const isThere = async (query: { executeTakeFirst: () => Promise<unknown> }) =>
    (await query.executeTakeFirst()) !== undefined;
  return {
    keys: usable.reduce((sum, { count }) => sum + count, 0),
    withoutOwner: await withoutOwner(db),
    withoutExpiry: await withoutExpiry(db, environments),
    rotated: await isThere(completed()),
    rotatedWithCare:
      (await isThere(completed().where('keys.environment', '<>', 'production'))) || (await isThere(canary)),
    drilled: await isThere(drill),
  };
}

function currentOf(db: LedgerDb) {
  return db.selectFrom('keys').select('id').where('superseded_at', 'is', null);
}

/** State by state, because only so is the index of owners followed. */
async function withoutOwner(db: LedgerDb): Promise<number> {
  let count = 0;
  for (const state of ['active', 'suspended']) {
    const found = currentOf(db).where('owner', 'is', null).where('state', '=', sql.lit(state));
    count += (await found.limit(COUNTED).execute()).length;
  }
  return count;
}

async function withoutExpiry(db: LedgerDb, environments: readonly string[]): Promise<number> {
  let count = 0;
  for (const environment of environments) {
    const undated = currentOf(db).where('expires_at', 'is', null).where(inStates('active', 'suspended'));
    count += (await undated.where('environment', '=', environment).limit(COUNTED).execute()).length;
  }
  return count;
}
