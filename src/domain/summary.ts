import { openPointsOf } from './close-gate.ts';
import type { Decision } from './decision.ts';
import type { FollowUpEnd } from './follow-up.ts';
import type { Evidence, Incident } from './incident.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { type CitedMeasure, incidentMeasures } from './incident-measures.ts';
import { boardLine } from './peer.ts';
import { MISSED_ROTATION, Missed } from './questions.ts';
import { followUpsIn, impressionsIn, retrospectiveIn } from './summary-after.ts';
import { type AuditProof, auditProof } from './summary-audit.ts';
import { type Impact, impactOf, type Times, timesOf, whatHappened } from './summary-course.ts';
import { decisionsOf, rolesOf, statusesOf, waiversOf } from './summary-people.ts';
import { cite, type Sources, type Statement, type Trail, trailOf } from './summary-source.ts';
import { type SummaryLine, summaryTimeline } from './summary-timeline.ts';

export type Cited<T> = T & { sources: Sources };

/** Everything in it names where it comes from: audit lines, rows, or a look that found nothing. */
export interface Summary {
  schema: 'rekey.summary/1';
  version: number;
  drawnAt: Date;
  incident: string;
  title: string;
  severity: Incident['severity'];
  declared: Statement;
  whatHappened: Statement[];
  impact: Impact;
  times: Times;
  decisions: Cited<Decision>[];
  roles: Statement[];
  statuses: Statement[];
  missed: Cited<Missed> | null;
  dataIntegrity: Statement;
  told: Cited<{ recipient: string }>[];
  /** The line of the re-pin board; null for a key that no peer pins. */
  peers: Statement | null;
  waivers: Statement[];
  followUps: SummaryFollowUp[];
  retrospective: Statement;
  impressions: Statement;
  openPoints: Statement[];
  measures: CitedMeasure[];
  timeline: SummaryLine[];
  evidence: Cited<{ kind: string; hash: string; capturedAt: Date }>[];
  audit: AuditProof;
}

export type SummaryFollowUp = Cited<{
  id: string;
  what: string;
  owner: string;
  dueAt: Date;
  ended: FollowUpEnd | null;
}>;

/** The post-incident summary, drawn from what is recorded and from nothing else. */
export function summaryOf(facts: IncidentFacts): Summary {
  const { incident, evidence } = facts;
  const trail = trailOf(facts.entries);
  return {
    schema: 'rekey.summary/1',
    version: facts.version,
    drawnAt: facts.now,
    incident: incident.id,
    title: incident.title,
    severity: incident.severity,
    declared: {
      words: `${incident.severity} was declared by ${incident.openedBy}: ${incident.title}.`,
      sources: cite(trail, ...trail.of('incident_opened'), ...trail.of('incident_severity_changed')),
    },
    whatHappened: whatHappened(facts, trail),
    impact: impactOf(facts, trail),
    times: timesOf(facts, trail),
    decisions: decisionsOf(facts, trail),
    roles: rolesOf(facts),
    statuses: statusesOf(facts),
    missed: missedIn(evidence, trail),
    dataIntegrity: dataIntegrity(facts, trail),
    told: toldIn(facts, trail),
    peers: peersIn(facts, trail),
    waivers: waiversOf(facts),
    followUps: followUpsIn(facts, trail),
    retrospective: retrospectiveIn(facts, trail),
    impressions: impressionsIn(facts, trail),
    openPoints: openPointsOf(facts).map((words) => openPoint(words, trail)),
    measures: incidentMeasures(facts, trail),
    timeline: summaryTimeline(facts),
    evidence: evidence.map(({ id, kind, hash, capturedAt }) => ({
      kind,
      hash,
      capturedAt,
      sources: cite(trail, ...trail.of('evidence_captured', (event) => event.evidence.id === id)),
    })),
    audit: auditProof(facts, trail),
  };
}

/** The answers to the five questions, as they were kept last. */
export function lastMissed(evidence: readonly Evidence[]): Missed | null {
  const found = evidence.findLast((one) => one.kind === MISSED_ROTATION);
  return found === undefined ? null : Missed.parse(found.content);
}

function missedIn(evidence: readonly Evidence[], trail: Trail): Summary['missed'] {
  const missed = lastMissed(evidence);
  if (missed === null) return null;
  const id = evidence.findLast((one) => one.kind === MISSED_ROTATION)?.id;
  return { ...missed, sources: cite(trail, ...trail.of('evidence_captured', (event) => event.evidence.id === id)) };
}

// What is missing is on no line; what failed is on the one that told of it.
function openPoint(words: string, trail: Trail): Statement {
  const failures = trail.of('step_recorded', ({ record }) => record.state === 'failed' && words.includes(record.error));
  const said = trail.of('incident_closed', ({ openPoints }) => openPoints.includes(words));
  return { words, sources: cite(trail, ...failures, ...said, trail.none) };
}

function dataIntegrity({ notices }: IncidentFacts, trail: Trail): Statement {
  const last = notices.at(-1);
  if (last === undefined)
    return { words: 'Nobody has stated whether data integrity is at risk.', sources: [trail.none] };
  const sources = cite(trail, ...trail.of('notice_issued', ({ notice }) => notice.id === last.id));
  return { words: last.facts.dataIntegrity, sources };
}

function toldIn({ notices }: IncidentFacts, trail: Trail): Summary['told'] {
  const recipients = [...new Set(notices.map((notice) => notice.recipient))].sort();
  return recipients.map((recipient) => ({
    recipient,
    sources: cite(trail, ...trail.of('notice_issued', ({ notice }) => notice.recipient === recipient)),
  }));
}

function peersIn({ board }: IncidentFacts, trail: Trail): Statement | null {
  if (board === null) return null;
  const lines = [...trail.of('peer_reached'), ...trail.of('peer_waived')];
  const rows = board.rows.map(({ peer }) => ({ kind: 'row' as const, row: `peer:${peer.name}` }));
  return { words: `Peers: ${boardLine(board, 'pinned')}.`, sources: cite(trail, ...lines, ...rows) };
}
