import type { AuditEntry } from './event.ts';

/** A line of the audit in the form whose hash the chain holds. */
export interface ChainedLine {
  seq: number;
  at: string;
  actor: string;
  channel: string;
  action: string;
  subject: string;
  incident_id: string | null;
  run_id: string | null;
  step_id: string | null;
  plan_hash: string | null;
  details: string;
  prev_hash: string;
  hash: string;
}

export function chainedLine(entry: AuditEntry): ChainedLine {
  const { seq, actor, channel, action, subject, details, hash } = entry;
  return {
    seq,
    at: entry.at.toISOString(),
    actor,
    channel,
    action,
    subject,
    incident_id: entry.incident,
    run_id: entry.run,
    step_id: entry.step,
    plan_hash: entry.planHash,
    details,
    prev_hash: entry.prevHash,
    hash,
  };
}
