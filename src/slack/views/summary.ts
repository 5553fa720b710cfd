import type { KnownBlock } from '@slack/types';
import { spanText } from '../../domain/duration.ts';
import type { Summary } from '../../domain/summary.ts';
import { at, atMost, bold, bullets, context, header, type Line, line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { missedBlock } from './missed.ts';

/** The post-incident summary as it is read in a channel; the whole of it is in the Markdown and JSON reports. */
export function summaryPost(summary: Summary): Message {
  return fitting([() => drawn(summary, 8), () => drawn(summary, 4), () => drawn(summary, 2)]);
}

function drawn(summary: Summary, most: number): Message {
  const title = `Summary of ${summary.severity}: ${cut(summary.title, 110)}`;
  const blocks: KnownBlock[] = [
    header(title),
    line(cut(summary.whatHappened, 800)),
    lines(timesOf(summary)),
    bullets([bold('Decisions')], orNone(atMost(summary.decisions, most, decisionLine))),
    ...(summary.missed === null ? [] : [missedBlock(summary.missed)]),
    line(bold('Data integrity '), cut(summary.dataIntegrity, 500)),
    line(bold('Told '), cut(summary.told.join(', ') || 'nobody', 500)),
    ...(summary.peers === null ? [] : [line(bold('Peers '), cut(summary.peers, 500))]),
    bullets([bold('Follow-ups')], orNone(atMost(summary.followUps, most, followUpLine))),
    bullets([bold('Still open')], orNone(atMost(summary.openPoints, most, (point) => [cut(point, 250)]))),
    context(proofOf(summary)),
  ];
  return { text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(cut(summary.whatHappened, 800))}`, blocks };
}

function timesOf({ impact, times }: Summary): Line[] {
  const span = (ms: number | null) => (ms === null ? 'not on record' : spanText(ms));
  return [
    [
      bold('Impact '),
      'from ',
      at(impact.startedAt),
      `; ${counted(impact.rejectedCalls, 'rejected call')} of ${counted(impact.callers.length, 'caller')}`,
    ],
    [
      bold('Times '),
      `reported after ${span(times.toReportMs)}, contained after ${span(times.toContainMs)}, recovered after ${span(times.toRecoverMs)}, revoke to proof ${span(times.revokeToProofMs)}`,
    ],
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function decisionLine(decision: Summary['decisions'][number]): Line {
  const when: Line = decision.at === null ? [] : [', ', at(decision.at)];
  const why = decision.why === '' ? '' : `: ${cut(decision.why, 200)}`;
  return [
    `${cut(decision.question, 200)} `,
    bold(decision.outcome),
    decision.by.length === 0 ? '' : ` by ${cut(decision.by.join(', '), 150)}`,
    ...when,
    why,
  ];
}

function followUpLine({ what, owner, due }: Summary['followUps'][number]): Line {
  return [cut(what, 250), ' ', bold(cut(owner, 80)), ', by ', at(due, '{date_short}')];
}

function proofOf({ incident, evidence, audit }: Summary): string {
  const chain =
    audit === null
      ? 'the audit is empty'
      : `${audit.lines} audit lines, chain at line ${audit.seq} with ${audit.hash.slice(0, 16)}`;
  return `${incident} · ${evidence.length} pieces of evidence · ${chain}`;
}

function orNone(points: Line[]): Line[] {
  return points.length === 0 ? [['none']] : points;
}
