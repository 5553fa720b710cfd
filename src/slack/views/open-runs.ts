import type { Incident } from '../../domain/incident.ts';
import type { Run } from '../../domain/run.ts';
import { at, atMost, bold, bullets, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut } from '../text.ts';
import { statusOf } from './incident-card.ts';

export interface OpenRun {
  incident: Pick<Incident, 'id' | 'severity' | 'title' | 'reportedAt' | 'containedAt' | 'recoveredAt' | 'closedAt'>;
  runs: readonly Pick<Run, 'id' | 'outcome' | 'runbook'>[];
}

export function openRuns(open: readonly OpenRun[]): Message {
  if (open.length === 0) return { text: 'No incident is open.', blocks: [line('No incident is open.')] };
  const shown = atMost(
    open,
    15,
    ({ incident, runs }): Line => [
      bold(`${incident.severity} ${cut(incident.title, 150)} `),
      `(${incident.id}), ${statusOf(incident)}, reported `,
      at(incident.reportedAt),
      ...runs.slice(0, 4).map((run) => `; ${run.id} ${run.outcome ?? 'running'}`),
    ],
  );
  return {
    text: open.length === 1 ? '1 open incident' : `${open.length} open incidents`,
    blocks: [header('Open incidents'), bullets(['Type /rotate-key status and the id of a run for its steps.'], shown)],
  };
}
