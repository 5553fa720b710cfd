import type { Incident } from './incident.ts';
import type { Measure } from './metrics.ts';
import type { Rotation } from './rotation.ts';

/** What the ledger knows of a period, and of how things stand at its end. Everything is a name or a count; nothing is an opinion. */
export interface ReviewFacts {
  fromAt: Date;
  toAt: Date;
  /** Rotations that ended in the period. */
  ended: readonly Pick<Rotation, 'slug' | 'state'>[];
  measures: readonly Measure[];
  incidents: readonly Pick<Incident, 'id' | 'severity' | 'closedAt'>[];
  alarms: readonly { kind: string }[];
  /** Names of current keys. */
  expired: readonly string[];
  expiringSoon: readonly string[];
  tooOld: readonly string[];
  ownerless: readonly string[];
  endless: readonly string[];
  overdueFollowUps: readonly { what: string; owner: string }[];
  retrospectives: readonly string[];
  /** The audit: how many lines, and how far the whole chain was checked. */
  audit: { seq: number; checked: { seq: number; at: Date } | null };
  /** How often a rule was bent in the period, by what it is called. */
  exceptions: Readonly<Record<string, number>>;
  unreviewedGlass: readonly string[];
  /** Runbooks that nobody has read or proven for too long, in sentences; and how many are live. */
  runbooks: { live: number; due: readonly string[]; proven: readonly { runbook: string; at: Date | null }[] };
  maxAges: readonly { class: string; days: number | null }[];
  keys: { total: number; services: number; byClass: Readonly<Record<string, number>> };
  syncs: number;
  /** Who may approve and who may do what cannot be taken back, by rule or verb. */
  access: readonly { what: string; people: readonly string[] }[];
}
