import type { Insertable, Selectable } from 'kysely';
import { z } from 'zod';
import { Actor } from '../domain/ids.ts';
import type { RunOutcome } from '../domain/run.ts';
import type { RunbookProof, RunbookVersion } from '../domain/runbook-version.ts';
import { fromJson, instant, jsonText, stored, Texts } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { RunbookProofsTable, RunbookVersionsTable } from './schema/runbooks.ts';

/** A text that is live, with the day since when. */
export type LiveRunbook = RunbookVersion & { text: string; since: Date };

/** How often a text of a runbook ran, by how it ended; null counts the runs that are open. */
export interface RunsOfVersion {
  hash: string;
  outcome: RunOutcome | null;
  count: number;
  lastStartedAt: Date;
}

export interface RunbookReader {
  /** What is live now, by runbook. */
  liveRunbooks: () => Promise<LiveRunbook[]>;
  /** What was live last, by runbook, with those whose file is gone. Empty in a ledger that has seen no runbook yet. */
  runbooksLiveLast: () => Promise<LiveRunbook[]>;
  /** `<runbook>@<hash>` of each text whose wider grants somebody approved. */
  approvedRunbooks: () => Promise<string[]>;
  runbookVersion: (runbook: string, hash: string) => Promise<RunbookVersion | null>;
  /** Newest first. */
  runbookVersions: (runbook: string) => Promise<RunbookVersion[]>;
  runbookText: (hash: string) => Promise<string | null>;
  runsOfRunbook: (runbook: string) => Promise<RunsOfVersion[]>;
  /** Newest first. */
  runbookProofs: (runbook: string, limit: number) => Promise<RunbookProof[]>;
}

const Grants = z.record(z.string(), Texts);
const How = z.enum(['drill', 'rehearsal']);
const Outcome = z.enum(['succeeded', 'failed', 'cancelled']);

export function versionToRow(version: RunbookVersion): Insertable<RunbookVersionsTable> {
  const { runbook, hash, title, owner, grants, reviewBy, firstReadAt, approvedBy, approvedAt } = version;
  return {
    runbook,
    hash,
    title,
    owner,
    grants: jsonText(grants),
    review_by: reviewBy,
    first_read_at: stored(firstReadAt),
    approved_by: approvedBy,
    approved_at: stored(approvedAt),
  };
}

export function proofToRow(proof: RunbookProof): Insertable<RunbookProofsTable> {
  const { recoverMs, at, passed, ...same } = proof;
  return { ...same, passed: passed ? 1 : 0, recover_ms: recoverMs, at: stored(at) };
}

export function runbookQueries(db: LedgerDb): RunbookReader {
  const lastLive = () =>
    db
      .selectFrom('runbooks_live')
      .innerJoin('runbook_versions', (join) =>
        join
          .onRef('runbook_versions.runbook', '=', 'runbooks_live.runbook')
          .onRef('runbook_versions.hash', '=', 'runbooks_live.hash'),
      )
      .innerJoin('runbook_texts', 'runbook_texts.hash', 'runbooks_live.hash')
      .selectAll('runbook_versions')
      .select(['runbook_texts.text', 'runbooks_live.since'])
      .orderBy('runbooks_live.runbook');
  return {
    liveRunbooks: async () => (await lastLive().where('runbooks_live.gone_at', 'is', null).execute()).map(liveFromRow),
    runbooksLiveLast: async () => (await lastLive().execute()).map(liveFromRow),
    approvedRunbooks: async () => {
      const approved = db
        .selectFrom('runbook_versions')
        .select(['runbook', 'hash'])
        .where('approved_at', 'is not', null);
      return (await approved.execute()).map(({ runbook, hash }) => `${runbook}@${hash}`);
    },
    runbookVersion: async (runbook, hash) => {
      const versions = db.selectFrom('runbook_versions').selectAll().where('runbook', '=', runbook);
      const row = await versions.where('hash', '=', hash).executeTakeFirst();
      return row === undefined ? null : versionFromRow(row);
    },
    runbookVersions: async (runbook) => {
      const versions = db.selectFrom('runbook_versions').selectAll().where('runbook', '=', runbook);
      return (await versions.orderBy('first_read_at', 'desc').orderBy('hash').execute()).map(versionFromRow);
    },
    runbookText: async (hash) => {
      const row = await db.selectFrom('runbook_texts').select('text').where('hash', '=', hash).executeTakeFirst();
      return row?.text ?? null;
    },
    runsOfRunbook: async (runbook) => {
      const rows = await db
        .selectFrom('runs')
        .where('runbook_id', '=', runbook)
        .groupBy(['runbook_hash', 'outcome'])
        .select(({ fn }) => [
          'runbook_hash',
          'outcome',
          fn.countAll<number>().as('count'),
          fn.max('started_at').as('last'),
        ])
        .execute();
      return rows.map(({ runbook_hash: hash, outcome, count, last }) => ({
        hash,
        outcome: Outcome.nullable().parse(outcome),
        count: Number(count),
        lastStartedAt: instant(last),
      }));
    },
    runbookProofs: async (runbook, limit) => {
      const proofs = db.selectFrom('runbook_proofs').selectAll().where('runbook', '=', runbook);
      return (await proofs.orderBy('at', 'desc').limit(limit).execute()).map(proofFromRow);
    },
  };
}

function liveFromRow(row: Selectable<RunbookVersionsTable> & { text: string; since: string }): LiveRunbook {
  return { ...versionFromRow(row), text: row.text, since: instant(row.since) };
}

function versionFromRow(row: Selectable<RunbookVersionsTable>): RunbookVersion {
  const { runbook, hash, title, owner } = row;
  return {
    runbook,
    hash,
    title,
    owner,
    grants: fromJson(Grants, row.grants),
    reviewBy: row.review_by,
    firstReadAt: instant(row.first_read_at),
    approvedBy: row.approved_by === null ? null : Actor.parse(row.approved_by),
    approvedAt: instant(row.approved_at),
  };
}

function proofFromRow(row: Selectable<RunbookProofsTable>): RunbookProof {
  const { id, runbook, hash, how, passed, recover_ms: recoverMs, summary, at } = row;
  return { id, runbook, hash, how: How.parse(how), passed: passed === 1, recoverMs, summary, at: instant(at) };
}
