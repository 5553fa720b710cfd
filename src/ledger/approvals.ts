import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import type { Approval, Delegation, Vote } from '../domain/approval.ts';
import { Actor, ApprovalId, IncidentId, PersonId, RunId, StepId } from '../domain/ids.ts';
import { ApprovalRule } from '../domain/policy/approval-rule.ts';
import { fromJson, instant, jsonText, stored } from './codec.ts';
import { Proof } from './glass-breaks.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import { JsonRecord } from './runs.ts';
import type { ApprovalsTable, DelegationsTable, VotesTable } from './schema/approvals.ts';

// Rows of an older Rekey say nothing of what was not asked then.
const Subject = z.object({
  owner: z.string().nullable(),
  escalation: z.string().nullable(),
  environment: z.string().nullable().default(null),
  emergency: z.boolean().default(false),
  compromised: z.boolean().default(false),
  confirm: z.string().default(''),
});
const StoredBinding = z.object({
  runbook: z.string(),
  runbookHash: z.string(),
  fileHash: z.string().nullable(),
  inputs: JsonRecord,
  keyVersion: z.number().nullable(),
  policyHash: z.string(),
});
const Outcome = z.enum(['approved', 'rejected', 'expired', 'cancelled', 'superseded']);

export function approvalToRow(approval: Approval): Insertable<ApprovalsTable> {
  return {
    id: approval.id,
    run_id: approval.run,
    step_id: approval.step,
    incident_id: approval.incident,
    question: approval.question,
    rule_name: approval.ruleName,
    rule: jsonText(approval.rule),
    subject: jsonText(approval.subject),
    binding: jsonText(approval.binding),
    plan_hash: approval.planHash,
    requested_by: approval.requestedBy,
    asked: jsonText(approval.asked),
    token: approval.token,
    created_at: stored(approval.createdAt),
    expires_at: stored(approval.expiresAt),
    outcome: approval.outcome,
    decided_at: stored(approval.decidedAt),
    reminded: approval.reminded,
    escalated: approval.escalated,
  };
}

type ApprovalQueries = Pick<
  LedgerReader,
  'approval' | 'approvalByToken' | 'openApprovalsOfRun' | 'approvalsOfRun' | 'approvalsOfIncident'
>;

export function approvalQueries(db: LedgerDb): ApprovalQueries {
  const all = () => db.selectFrom('approvals').selectAll();
  const one = async (row: Selectable<ApprovalsTable> | undefined) => (row === undefined ? null : whole(db, row));
  const many = (rows: readonly Selectable<ApprovalsTable>[]) => approvalsFrom(db, rows);
  return {
    approval: async (id) => one(await all().where('id', '=', id).executeTakeFirst()),
    approvalByToken: async (token) => one(await all().where('token', '=', token).executeTakeFirst()),
    openApprovalsOfRun: async (run) =>
      many(await all().where('run_id', '=', run).where('outcome', 'is', null).execute()),
    approvalsOfRun: async (run) => many(await all().where('run_id', '=', run).orderBy('created_at').execute()),
    approvalsOfIncident: async (incident) =>
      many(await all().where('incident_id', '=', incident).orderBy('created_at').execute()),
  };
}

/** With their votes and whatever else stands in tables of its own. */
export async function approvalsFrom(db: LedgerDb, rows: readonly Selectable<ApprovalsTable>[]): Promise<Approval[]> {
  const found: Approval[] = [];
  for (const row of rows) found.push(await whole(db, row));
  return found;
}

async function whole(db: LedgerDb, row: Selectable<ApprovalsTable>): Promise<Approval> {
  const votes = await db.selectFrom('votes').selectAll().where('approval_id', '=', row.id).orderBy('at').execute();
  const delegations = await db.selectFrom('delegations').selectAll().where('approval_id', '=', row.id).execute();
  const glass = await db
    .selectFrom('glass_breaks')
    .select('by_person')
    .where('approval_id', '=', row.id)
    .executeTakeFirst();
  return approvalFromRow(row, {
    votes: votes.map(voteFromRow),
    delegations: delegations.map(delegationFromRow),
    glassBrokenBy: glass === undefined ? null : PersonId.parse(glass.by_person),
  });
}

function approvalFromRow(
  row: Selectable<ApprovalsTable>,
  besides: Pick<Approval, 'votes' | 'delegations' | 'glassBrokenBy'>,
): Approval {
  return {
    id: ApprovalId.parse(row.id),
    run: RunId.parse(row.run_id),
    step: StepId.parse(row.step_id),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    question: row.question,
    ruleName: row.rule_name,
    rule: fromJson(ApprovalRule, row.rule),
    subject: fromJson(Subject, row.subject),
    binding: fromJson(StoredBinding, row.binding),
    planHash: row.plan_hash,
    requestedBy: Actor.parse(row.requested_by),
    asked: fromJson(z.array(PersonId), row.asked),
    token: row.token,
    createdAt: instant(row.created_at),
    expiresAt: instant(row.expires_at),
    ...besides,
    reminded: row.reminded,
    escalated: row.escalated,
    outcome: row.outcome === null ? null : Outcome.parse(row.outcome),
    decidedAt: instant(row.decided_at),
  };
}

function voteFromRow(row: Selectable<VotesTable>): Vote {
  return {
    person: PersonId.parse(row.person),
    vote: row.vote === 'approve' ? 'approve' : 'deny',
    reason: row.reason,
    at: instant(row.at),
    proof: Proof.parse(row.proof),
    notBefore: instant(row.not_before),
  };
}

function delegationFromRow(row: Selectable<DelegationsTable>): Delegation {
  return {
    from: PersonId.parse(row.from_person),
    to: PersonId.parse(row.to_person),
    reason: row.reason,
    at: instant(row.at),
  };
}
