import type { Approval } from './approval.ts';
import type { AuditEntry } from './event.ts';
import type { Ask, Evidence, Incident, Notice, Reminder } from './incident.ts';
import type { Key } from './key.ts';
import type { PeerBoard } from './peer.ts';
import type { Run } from './run.ts';

/** Everything that the ledger knows about one incident, read in one go. */
export interface IncidentFacts {
  incident: Incident;
  /** The key that failed, and the version that callers use now; the same one when nothing replaced it. */
  failed: Key | null;
  current: Key | null;
  /** The run that sums up, and all runs of the incident, this one included. */
  run: Run;
  runs: readonly Run[];
  approvals: readonly Approval[];
  asks: readonly Ask[];
  notices: readonly Notice[];
  evidence: readonly Evidence[];
  /** The reminder of the current key. */
  reminder: Reminder | null;
  /** Who trusts the key that failed, and how far each has come with what takes its place; null for a key that nobody pins. */
  board: PeerBoard | null;
  usage: readonly CallerUse[];
  /** Audit lines of the incident, and where the whole chain stands now. */
  entries: readonly AuditEntry[];
  head: { seq: number; hash: string } | null;
  now: Date;
}

/** Calls of one caller with the failed key within one minute. */
export interface CallerUse {
  caller: string;
  minute: Date;
  accepted: number;
  rejected: number;
}
