import type { IncidentFacts } from './incident-facts.ts';
import { instantText } from './instant.ts';
import { type Key, nameOf } from './key.ts';
import { cite, type Source, type Sources, type Statement, type Trail } from './summary-source.ts';

const MINUTE_MS = 60_000;

export interface Impact {
  startedAt: Date;
  recoveredAt: Date | null;
  rejectedCalls: number;
  callers: { caller: string; rejected: number; sources: Sources }[];
  sources: Sources;
}

/** Spans in milliseconds; null when one end of it is not on record. */
export const TIMES = ['toReport', 'toContain', 'toRecover', 'revokeToProof'] as const;
export type Times = Record<(typeof TIMES)[number], { ms: number | null; sources: Sources }>;

export function whatHappened(facts: IncidentFacts, trail: Trail): Statement[] {
  const { failed, current, run, incident } = facts;
  const reported = cite(trail, ...trail.of('run_started'), ...trail.of('incident_opened'));
  if (failed === null) return [{ words: `${run?.reason ?? incident.title}.`, sources: reported }];
  return [brokeDown(facts, failed, trail), replaced(failed, current, trail)];
}

function brokeDown({ run }: IncidentFacts, failed: Key, trail: Trail): Statement {
  const which = `${nameOf(failed)}, the ${failed.class} of ${failed.service} in ${failed.environment},`;
  const row: Source = { kind: 'row', row: `key:${failed.id}` };
  if (failed.compromisedAt !== null) {
    const how = run?.inputs.situation === 'exploited' ? 'used by somebody else' : 'possibly known to somebody else';
    const lines = trail.of('key_compromised', ({ key }) => key === failed.id);
    return {
      words: `${which} was reported as ${how} at ${instantText(failed.compromisedAt)}.`,
      sources: cite(trail, ...lines, row),
    };
  }
  if (failed.expiresAt !== null && failed.state !== 'active') {
    const lines = trail.of('key_expired', ({ key }) => key === failed.id);
    const words = `${which} expired at ${instantText(failed.expiresAt)} before its rotation completed.`;
    return { words, sources: cite(trail, ...lines, row) };
  }
  return {
    words: `${which} failed.`,
    sources: cite(trail, ...trail.of('run_started'), ...trail.of('incident_opened'), row),
  };
}

function replaced(failed: Key, current: Key | null, trail: Trail): Statement {
  if (current === null || current.id === failed.id)
    return { words: 'It has not been replaced.', sources: cite(trail, { kind: 'row', row: `key:${failed.id}` }) };
  const lines = trail.of('key_activated', ({ key }) => key === current.id);
  const since = current.activatedAt === null ? '' : ` since ${instantText(current.activatedAt)}`;
  const row: Source = { kind: 'row', row: `key:${current.id}` };
  return { words: `${nameOf(current)} takes its place${since}.`, sources: cite(trail, ...lines, row) };
}

export function impactOf({ incident, usage, failed }: IncidentFacts, trail: Trail): Impact {
  const rejected = new Map<string, number>();
  const during = usage.filter((use) => use.minute.getTime() + MINUTE_MS > incident.startedAt.getTime());
  for (const use of during)
    if (use.rejected > 0) rejected.set(use.caller, (rejected.get(use.caller) ?? 0) + use.rejected);
  const row = (caller: string): Source => ({ kind: 'row', row: `usage:${failed?.id ?? 'none'}:${caller}` });
  const callers = [...rejected].map(([caller, count]) => ({
    caller,
    rejected: count,
    sources: cite(trail, row(caller)),
  }));
  const counted: Source[] = failed === null ? [] : [{ kind: 'row', row: `usage:${failed.id}` }];
  return {
    startedAt: incident.startedAt,
    recoveredAt: incident.recoveredAt,
    rejectedCalls: callers.reduce((sum, one) => sum + one.rejected, 0),
    callers: callers.sort((a, b) => b.rejected - a.rejected || a.caller.localeCompare(b.caller)),
    sources: cite(trail, ...trail.of('incident_opened'), ...trail.of('incident_recovered'), ...counted),
  };
}

export function timesOf({ incident, failed }: IncidentFacts, trail: Trail): Times {
  const since = (start: Date | null, end: Date | null) =>
    start === null || end === null ? null : end.getTime() - start.getTime();
  const opened = trail.of('incident_opened');
  const ofKey = (type: 'key_revoked' | 'key_proved_dead') => trail.of(type, ({ key }) => key === failed?.id);
  return {
    toReport: { ms: since(incident.startedAt, incident.reportedAt), sources: cite(trail, ...opened) },
    toContain: {
      ms: since(incident.startedAt, incident.containedAt),
      sources: cite(trail, ...trail.of('incident_contained').slice(0, 1)),
    },
    toRecover: {
      ms: since(incident.startedAt, incident.recoveredAt),
      sources: cite(trail, ...trail.of('incident_recovered').slice(0, 1)),
    },
    revokeToProof: {
      ms: since(failed?.revokedAt ?? null, failed?.provedDeadAt ?? null),
      sources: cite(trail, ...ofKey('key_revoked'), ...ofKey('key_proved_dead')),
    },
  };
}
