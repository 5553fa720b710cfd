import type { ChainedLine } from '../../domain/chained-line.ts';

/** A row is the line whose hash the chain holds, and nothing more. */
export type AuditTable = ChainedLine;

export interface AuditHeadTable {
  id: number;
  seq: number;
  hash: string;
}

export interface AuditCheckedTable {
  id: number;
  seq: number;
  hash: string;
  checked_at: string;
}

export interface CheckpointsTable {
  seq: number;
  hash: string;
  signed_at: string;
  signer: string;
}

export interface AnswersTable {
  caller: string;
  idempotency_key: string;
  request_hash: string;
  status: number | null;
  body: string | null;
  begun_at: string;
}
