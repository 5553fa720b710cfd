import type { KnownBlock } from '@slack/types';
import type { Incident } from '../../domain/incident.ts';
import type { Missed } from '../../domain/questions.ts';
import type { Situated } from '../../ledger/reader.ts';
import { at, bold, bullets, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';
import { missedBlock } from './missed.ts';

export interface IncidentCard {
  id: string;
  severity: Incident['severity'];
  title: string;
  key: string | null;
  keyClass: string | null;
  owner: string | null;
  openedBy: string;
  startedAt: Date;
  reportedAt: Date;
  containedAt: Date | null;
  recoveredAt: Date | null;
  closedAt: Date | null;
  openPoints: readonly string[];
  /** Why it is of this class, and what was kept: both from the Identify phase. */
  classified: string | null;
  evidence: readonly { kind: string; hash: string }[];
  /** What people said last of how it stands. */
  situation: Situated | null;
  /** From the Investigate phase. */
  missed: Missed | null;
  /** The line of the re-pin board; null for a key that no peer pins. */
  board: string | null;
  runs: readonly { id: string; runbook: string; state: string }[];
}

/** What is wrong, since when, and how far it is mended. */
export function incidentCard(card: IncidentCard): Message {
  const title = `${card.severity}: ${cut(oneLine(card.title), 120)}`;
  const facts: Line[] = [
    [bold('Key '), cut(card.key ?? 'not known', 320), card.keyClass === null ? '' : ` (${card.keyClass})`],
    [bold('Owner '), cut(card.owner ?? 'nobody is registered as owner', 200)],
    [bold('Status '), statusOf(card)],
    [bold('Began '), at(card.startedAt), ', reported ', at(card.reportedAt), ` by ${cut(card.openedBy, 100)}`],
    ...(card.classified === null ? [] : [[bold('Identified '), cut(card.classified, 400)]]),
    ...(card.evidence.length === 0 ? [] : [[bold('Evidence '), evidenceOf(card.evidence)]]),
    ...(card.board === null ? [] : [[bold('Peers '), cut(card.board, 400)]]),
    ...reached('Contained', card.containedAt),
    ...reached('Recovered', card.recoveredAt),
    ...reached('Closed', card.closedAt),
  ];
  const said = card.situation === null ? [] : situationOf(card.situation);
  const runs = card.runs.slice(0, 10).map((run): Line => [bold(`${run.runbook} `), `${run.id}: ${run.state}`]);
  const blocks: KnownBlock[] = [header(title), lines(facts)];
  if (said.length > 0) blocks.push(lines(said));
  if (runs.length > 0) blocks.push(bullets([bold('Runs, with progress in the thread')], runs));
  if (card.missed !== null) blocks.push(missedBlock(card.missed));
  if (card.openPoints.length > 0)
    blocks.push(
      bullets(
        [bold('Still open')],
        card.openPoints.slice(0, 15).map((point) => [cut(point, 300)]),
      ),
    );
  blocks.push(context(`${card.id} · /rotate-key status shows every open incident`));
  return { text: `${escapeMrkdwn(title)} (${statusOf(card)})`, blocks };
}

/** In the order in which it is asked for: conditions, actions, needs. */
function situationOf({ conditions, actions, needs, note, at: when, by }: Situated): Line[] {
  const said: [string, string | null][] = [
    ['Conditions ', conditions],
    ['Actions ', actions],
    ['Needs ', needs],
    ['Note ', note],
  ];
  const told = said.flatMap(([label, text]): Line[] => (text === null ? [] : [[bold(label), cut(text, 600)]]));
  return [...told, [`said by ${cut(by, 100)}, `, at(when)]];
}

function evidenceOf(evidence: IncidentCard['evidence']): string {
  return evidence
    .slice(0, 5)
    .map(({ kind, hash }) => `${cut(kind.replaceAll('_', ' '), 40)} (SHA-256 ${hash.slice(0, 12)}…)`)
    .join(', ');
}

function reached(what: string, when: Date | null): Line[] {
  return when === null ? [] : [[bold(`${what} `), at(when)]];
}

export function statusOf(incident: Pick<IncidentCard, 'containedAt' | 'recoveredAt' | 'closedAt'>): string {
  if (incident.closedAt !== null) return 'closed';
  if (incident.recoveredAt !== null) return 'recovered, not closed yet';
  return incident.containedAt === null ? 'not contained yet' : 'contained, not recovered yet';
}
