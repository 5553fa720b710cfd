import type { IncidentId, KeyId, RunId } from './ids.ts';
import type { Incident } from './incident.ts';
import type { ScheduledRun } from './scheduled-run.ts';
import type { Told } from './told.ts';

/** What people said of an incident; null where nothing was said this time. */
export interface SituationReport {
  severity: Incident['severity'] | null;
  title: string | null;
  /** Conditions, actions, needs: what is the case, what is being done, what is missing. */
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  note: string | null;
}

/** What steps do beside keys themselves: caches, looks at a provider, the incident's own facts, and runs that begin later. */
export type UpkeepEvent =
  | { type: 'cache_cleared'; key: KeyId; provider: string; atProvider: boolean; delayMs: number }
  /** The provider says that the key ends at another time than the ledger had it. */
  | { type: 'expiry_seen'; key: KeyId; expiresAt: Date | null; provider: string }
  | { type: 'provider_synced'; provider: string; seen: number; unknown: number; changed: number; missing: number }
  /** A run that belonged to no incident belongs to this one from here on. */
  | { type: 'entered_incident'; run: RunId; incident: IncidentId }
  | { type: 'situation_reported'; incident: IncidentId; report: SituationReport }
  | { type: 'scheduled_run_planned'; scheduled: ScheduledRun }
  | { type: 'scheduled_run_started'; scheduled: string; run: RunId }
  | { type: 'scheduled_run_missed'; scheduled: string; why: string }
  | { type: 'scheduled_run_cancelled'; scheduled: string; reason: string };

export type ToldOfUpkeep = Extract<Told, { type: UpkeepEvent['type'] }>;

const ABOUT_UPKEEP =
  /^(cache_cleared|expiry_seen|provider_synced|entered_incident|situation_reported|scheduled_run_.*)$/;

export function isAboutUpkeep(event: Told): event is ToldOfUpkeep {
  return ABOUT_UPKEEP.test(event.type);
}

export function sentenceForUpkeep(event: ToldOfUpkeep, name: (id: string) => string): string {
  switch (event.type) {
    case 'cache_cleared':
      return `What verifiers remembered of ${name(event.key)} was dropped${event.delayMs === 0 ? '' : `; at ${event.provider} it may count for ${Math.ceil(event.delayMs / 1_000)} s more`}.`;
    case 'expiry_seen':
      return `${event.provider} says that ${name(event.key)} ${event.expiresAt === null ? 'has no end' : `ends at ${event.expiresAt}`}.`;
    case 'provider_synced':
      return `${event.provider} was asked for its keys: ${event.seen} seen, ${event.unknown} unknown here, ${event.changed} changed, ${event.missing} missing there.`;
    case 'entered_incident':
      return `${name(event.run)} works on this incident from now on.`;
    case 'situation_reported':
      return reported(event.report);
    case 'scheduled_run_planned':
      return `${event.scheduled.runbook} is to begin at ${event.scheduled.beginsAt} (${event.scheduled.id}): ${event.scheduled.reason}`;
    case 'scheduled_run_started':
      return `The scheduled run ${event.scheduled} began (${event.run}).`;
    case 'scheduled_run_missed':
      return `The scheduled run ${event.scheduled} did not begin: ${event.why}`;
    case 'scheduled_run_cancelled':
      return `The scheduled run ${event.scheduled} was cancelled: ${event.reason}`;
    default:
      return event satisfies never;
  }
}

function reported({ severity, title, conditions, actions, needs, note }: SituationReport): string {
  const parts = [
    severity === null ? null : `The severity is ${severity} now`,
    title === null ? null : `The incident is called "${title}" now`,
    conditions === null ? null : `Conditions: ${conditions}`,
    actions === null ? null : `Actions: ${actions}`,
    needs === null ? null : `Needs: ${needs}`,
    note,
  ];
  return parts
    .filter((part) => part !== null)
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}
