import type { Approval } from './approval.ts';
import type { ExpiryClaim } from './digest/claim.ts';
import type { Impression } from './digest/shown.ts';
import type { NoticeDelivery } from './dispatch.ts';
import type { AuditEntry } from './event.ts';
import type { FollowUp, Retrospective } from './follow-up.ts';
import type { Ask, Evidence, Incident, Notice, Reminder } from './incident.ts';
import type { IncidentNote, RoleHeld, Waiver } from './incident-work.ts';
import type { Key } from './key.ts';
import type { PeerBoard } from './peer.ts';
import type { Run } from './run.ts';

/** Everything that the ledger knows about one incident, read in one go. */
export interface IncidentFacts {
  incident: Incident;
  /** When it was opened again last: the gate counts only what was done since. */
  reopenedAt: Date | null;
  /** The key that failed, and the version that callers use now; the same one when nothing replaced it. */
  failed: Key | null;
  current: Key | null;
  /** The outermost run, and all runs of the incident, this one included; null where people carried it through without one. */
  run: Run | null;
  runs: readonly Run[];
  approvals: readonly Approval[];
  asks: readonly Ask[];
  notices: readonly Notice[];
  /** What was sent to people outside. */
  deliveries: readonly NoticeDelivery[];
  evidence: readonly Evidence[];
  /** The reminder of the current key. */
  reminder: Reminder | null;
  /** Who trusts the key that failed, and how far each has come with what takes its place; null for a key that nobody pins. */
  board: PeerBoard | null;
  /** Who leads, what people put on the timeline, and which points of the gate somebody let go. */
  roles: readonly RoleHeld[];
  notes: readonly IncidentNote[];
  waivers: readonly Waiver[];
  usage: readonly CallerUse[];
  /** Of the key that takes its place; empty when nothing did. */
  usageOfCurrent: readonly CallerUse[];
  followUps: readonly FollowUp[];
  retrospective: Retrospective | null;
  /** How often the digest showed the key that failed before it did, and what people said to it. */
  impressions: readonly Impression[];
  expiryClaims: readonly ExpiryClaim[];
  /** How far the whole chain was checked last, in the background. */
  auditChecked: { seq: number; at: Date } | null;
  /** Which version of the summary this will be; 1 for the first. */
  version: number;
  /** Audit lines of the incident, and where the whole chain stands now. */
  entries: readonly AuditEntry[];
  head: { seq: number; hash: string } | null;
  now: Date;
}

/** Calls of one caller that lie together: `minute` is the first of them. */
export interface CallerUse {
  caller: string;
  minute: Date;
  accepted: number;
  rejected: number;
}
