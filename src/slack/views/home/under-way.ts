import type { KnownBlock } from '@slack/types';
import { actions, at, atMost, bold, bullets, button, type Line, line, linkButton } from '../../blocks.ts';
import { cut } from '../../text.ts';
import { statusOf } from '../incident-card.ts';

/** What goes on, as far as this person may read it. */
export interface UnderWay {
  incidents: readonly {
    id: string;
    severity: string;
    title: string;
    reportedAt: Date;
    containedAt: Date | null;
    recoveredAt: Date | null;
    closedAt: Date | null;
    /** Where its card stands; null while it is not posted. */
    link: string | null;
  }[];
  runs: readonly { id: string; runbook: string; key: string | null; state: string; since: Date }[];
}

const SHOWN = 8;
const WITH_BUTTONS = 5;

export function underWayBlocks({ incidents, runs }: UnderWay): KnownBlock[] {
  return [...incidentBlocks(incidents), ...runBlocks(runs)];
}

function incidentBlocks(incidents: UnderWay['incidents']): KnownBlock[] {
  if (incidents.length === 0) return [line(bold('No open incident'))];
  const links = incidents
    .slice(0, WITH_BUTTONS)
    .flatMap(({ id, link }, index) =>
      link === null ? [] : [linkButton({ action: `open_incident_${index}`, url: link, label: `Open ${cut(id, 40)}` })],
    );
  return [
    bullets(
      [bold('Open incidents')],
      atMost(
        incidents,
        SHOWN,
        (one): Line => [
          bold(`${one.severity} `),
          `${cut(one.title, 200)} (${one.id}), ${statusOf(one)}, reported `,
          at(one.reportedAt),
        ],
      ),
    ),
    ...actions('incidents', links),
  ];
}

function runBlocks(runs: UnderWay['runs']): KnownBlock[] {
  if (runs.length === 0) return [line(bold('Nothing runs'))];
  const details = runs
    .slice(0, WITH_BUTTONS)
    .map(({ id }, index) =>
      button({ action: `${RUN_DETAILS}_${index}`, token: id, label: `Details of ${cut(id, 40)}` }),
    );
  return [
    bullets(
      [bold('Runs under way')],
      atMost(
        runs,
        SHOWN,
        ({ id, runbook, key, state, since }): Line => [
          bold(`${cut(runbook, 80)} `),
          `${key === null ? '' : `for ${cut(key, 200)} `}(${id}): ${cut(state, 200)}, since `,
          at(since),
        ],
      ),
    ),
    ...actions('runs', details),
  ];
}

/** With a number behind it: one block names each of its buttons differently. */
export const RUN_DETAILS = 'home_run';
