import type { Approval } from './approval.ts';
import { openPointsOf } from './close-gate.ts';
import { askDecision, type Decision } from './decision.ts';
import { type FollowUp, followUpsOf } from './follow-ups.ts';
import type { Evidence, Incident } from './incident.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { instantText } from './instant.ts';
import { nameOf } from './key.ts';
import { boardLine } from './peer.ts';
import { MISSED_ROTATION, Missed } from './questions.ts';
import { type Names, type TimelineLine, timelineOf } from './timeline.ts';

const MINUTE_MS = 60_000;

export interface Summary {
  incident: string;
  title: string;
  severity: Incident['severity'];
  whatHappened: string;
  impact: {
    startedAt: Date;
    recoveredAt: Date | null;
    rejectedCalls: number;
    callers: { caller: string; rejected: number }[];
  };
  /** Spans in milliseconds; null when one end of it is not on record. */
  times: { toReportMs: number; toContainMs: number | null; toRecoverMs: number | null; revokeToProofMs: number | null };
  decisions: Decision[];
  missed: Missed | null;
  dataIntegrity: string;
  told: string[];
  /** The line of the re-pin board; null for a key that no peer pins. */
  peers: string | null;
  followUps: FollowUp[];
  openPoints: string[];
  timeline: TimelineLine[];
  evidence: { kind: string; hash: string; capturedAt: Date }[];
  audit: { lines: number; seq: number; hash: string } | null;
}

/** The post-incident summary, drawn from what is recorded and from nothing else. */
export function summaryOf(facts: IncidentFacts): Summary {
  const { incident, evidence, notices, entries, head } = facts;
  const missed = missedOf(evidence);
  return {
    incident: incident.id,
    title: incident.title,
    severity: incident.severity,
    whatHappened: whatHappened(facts),
    impact: impactOf(facts),
    times: timesOf(facts),
    decisions: [...facts.approvals.map(approvalDecision), ...facts.asks.map(askDecision)],
    missed,
    dataIntegrity: notices.at(-1)?.facts.dataIntegrity ?? 'Nobody has stated whether data integrity is at risk.',
    told: [...new Set(notices.map((notice) => notice.recipient))].sort(),
    peers: facts.board === null ? null : boardLine(facts.board, 'pinned'),
    followUps: followUpsOf(facts, missed),
    openPoints: openPointsOf(facts),
    timeline: timelineOf(entries, namesOf(facts)),
    evidence: evidence.map(({ kind, hash, capturedAt }) => ({ kind, hash, capturedAt })),
    audit: head === null ? null : { lines: entries.length, ...head },
  };
}

function whatHappened({ failed, current, run }: IncidentFacts): string {
  if (failed === null) return `${run.reason}.`;
  const which = `${nameOf(failed)}, the ${failed.class} of ${failed.service} in ${failed.environment},`;
  const end =
    failed.compromisedAt !== null
      ? `was reported as ${run.inputs.situation === 'exploited' ? 'used by somebody else' : 'possibly known to somebody else'} at ${instantText(failed.compromisedAt)}`
      : failed.expiresAt !== null && failed.state !== 'active'
        ? `expired at ${instantText(failed.expiresAt)} before its rotation completed`
        : 'failed';
  if (current === null || current.id === failed.id) return `${which} ${end}. It has not been replaced.`;
  const since = current.activatedAt === null ? '' : ` since ${instantText(current.activatedAt)}`;
  return `${which} ${end}. ${nameOf(current)} takes its place${since}.`;
}

function impactOf({ incident, usage }: IncidentFacts): Summary['impact'] {
  const rejected = new Map<string, number>();
  const during = usage.filter((use) => use.minute.getTime() + MINUTE_MS > incident.startedAt.getTime());
  for (const use of during)
    if (use.rejected > 0) rejected.set(use.caller, (rejected.get(use.caller) ?? 0) + use.rejected);
  const callers = [...rejected].map(([caller, count]) => ({ caller, rejected: count }));
  return {
    startedAt: incident.startedAt,
    recoveredAt: incident.recoveredAt,
    rejectedCalls: callers.reduce((sum, one) => sum + one.rejected, 0),
    callers: callers.sort((a, b) => b.rejected - a.rejected || a.caller.localeCompare(b.caller)),
  };
}

function timesOf({ incident, failed }: IncidentFacts): Summary['times'] {
  const since = (start: Date | null, end: Date | null) =>
    start === null || end === null ? null : end.getTime() - start.getTime();
  return {
    toReportMs: incident.reportedAt.getTime() - incident.startedAt.getTime(),
    toContainMs: since(incident.startedAt, incident.containedAt),
    toRecoverMs: since(incident.startedAt, incident.recoveredAt),
    revokeToProofMs: since(failed?.revokedAt ?? null, failed?.provedDeadAt ?? null),
  };
}

function approvalDecision(approval: Approval): Decision {
  return {
    question: approval.question,
    outcome: approval.outcome ?? 'open',
    by: approval.votes.map((vote) => vote.person),
    at: approval.decidedAt,
    why: approval.votes
      .map((vote) => vote.reason.trim())
      .filter((reason) => reason !== '')
      .join('; '),
  };
}

function missedOf(evidence: readonly Evidence[]): Missed | null {
  const found = evidence.filter((one) => one.kind === MISSED_ROTATION).at(-1);
  return found === undefined ? null : Missed.parse(found.content);
}

function namesOf({ failed, current, runs, approvals, asks }: IncidentFacts): Names {
  return new Map<string, string>([
    ...[failed, current].flatMap((key): [string, string][] => (key === null ? [] : [[key.id, nameOf(key)]])),
    ...runs.map((run): [string, string] => [run.id, `${run.runbook.id} (${run.id})`]),
    ...approvals.map((approval): [string, string] => [approval.id, approval.question]),
    ...asks.map((ask): [string, string] => [ask.id, ask.question]),
  ]);
}
