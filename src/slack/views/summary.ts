import type { KnownBlock } from '@slack/types';
import { spanText } from '../../domain/duration.ts';
import type { Missed } from '../../domain/questions.ts';
import type { Summary, SummaryFollowUp } from '../../domain/summary.ts';
import type { Statement } from '../../domain/summary-source.ts';
import { actions, at, atMost, bold, bullets, button, context, header, type Line, line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { missedBlock } from './missed.ts';

type Words = Pick<Statement, 'words'>;

/** What of a summary its message shows. */
export interface ShownSummary extends Pick<Summary, 'version' | 'incident' | 'title'> {
  severity: string;
  whatHappened: readonly Words[];
  impact: Pick<Summary['impact'], 'startedAt' | 'rejectedCalls'> & { callers: readonly unknown[] };
  times: Record<keyof Summary['times'], { ms: number | null }>;
  decisions: readonly { question: string; outcome: string; by: string[]; at: Date | null; why: string }[];
  missed: Missed | null;
  dataIntegrity: Words;
  told: readonly { recipient: string }[];
  peers: Words | null;
  waivers: readonly Words[];
  followUps: readonly Pick<SummaryFollowUp, 'what' | 'owner' | 'dueAt' | 'ended'>[];
  openPoints: readonly Words[];
  measures: readonly { id: string; shown: string; verdict: string }[];
  evidence: readonly unknown[];
  audit: { changed: readonly unknown[]; lines: number; head: { seq: number; hash: string } | null };
}

/** The post-incident summary as it is read in a channel; the whole of it is behind its button, and in the Markdown and JSON reports. */
export function summaryPost(summary: ShownSummary): Message {
  return fitting([() => drawn(summary, 6), () => drawn(summary, 3), () => drawn(summary, 1), () => drawn(summary, 0)]);
}

function drawn(summary: ShownSummary, most: number): Message {
  const title = `Summary of ${summary.severity}: ${cut(summary.title, 110)}`;
  const what = cut(summary.whatHappened.map(({ words }) => words).join(' '), 800);
  const { followUps, openPoints, waivers } = summary;
  const blocks: KnownBlock[] = [
    header(title),
    line(what),
    lines(factsOf(summary)),
    bullets([bold('Decisions')], orNone(atMost(summary.decisions, most, decisionLine))),
    ...(summary.missed === null ? [] : [missedBlock(summary.missed)]),
    bullets([bold('Follow-ups')], orNone(atMost(followUps, most, followUpLine))),
    ...(openPoints.length === 0
      ? []
      : [
          bullets(
            [bold('Still open')],
            atMost(openPoints, most, ({ words }) => [cut(words, 250)]),
          ),
        ]),
    ...(waivers.length === 0
      ? []
      : [
          bullets(
            [bold('Waived')],
            atMost(waivers, most, ({ words }) => [cut(words, 250)]),
          ),
        ]),
    ...actions('summary', [
      button({ action: 'full_summary', token: summary.incident, label: 'Full summary', style: 'primary' }),
      button({ action: 'add_follow_up', token: summary.incident, label: 'Add follow-up…' }),
    ]),
    context(proofOf(summary)),
  ];
  return { text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(what)}`, blocks };
}

function factsOf(summary: ShownSummary): Line[] {
  const { impact, times, measures } = summary;
  const span = (of: keyof ShownSummary['times']) => (times[of].ms === null ? 'not on record' : spanText(times[of].ms));
  const missed = measures.filter(({ verdict }) => verdict === 'missed');
  const measured = measures.filter(({ verdict }) => verdict !== 'not_measurable').length;
  return [
    [
      bold('Impact '),
      'from ',
      at(impact.startedAt),
      `; ${counted(impact.rejectedCalls, 'rejected call')} of ${counted(impact.callers.length, 'caller')}`,
    ],
    [
      bold('Times '),
      `reported after ${span('toReport')}, contained after ${span('toContain')}, recovered after ${span('toRecover')}, revoke to proof ${span('revokeToProof')}`,
    ],
    [bold('Data integrity '), cut(summary.dataIntegrity.words, 400)],
    [bold('Told '), cut(summary.told.map(({ recipient }) => recipient).join(', ') || 'nobody', 400)],
    ...(summary.peers === null ? [] : [[cut(summary.peers.words, 400)]]),
    [
      bold('Measures '),
      `${measured} of ${measures.length} measured, ${missed.length === 0 ? 'all met' : `missed: ${missed.map(({ id, shown }) => `${id} ${shown}`).join(', ')}`}`,
    ],
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function decisionLine(decision: ShownSummary['decisions'][number]): Line {
  const when: Line = decision.at === null ? [] : [', ', at(decision.at)];
  const why = decision.why === '' ? '' : `: ${cut(decision.why, 150)}`;
  return [
    `${cut(decision.question, 150)} `,
    bold(decision.outcome),
    decision.by.length === 0 ? '' : ` by ${cut(decision.by.join(', '), 150)}`,
    ...when,
    why,
  ];
}

function followUpLine({ what, owner, dueAt, ended }: ShownSummary['followUps'][number]): Line {
  const state: Line =
    ended === null ? [', by ', at(dueAt, '{date_short}')] : [ended.how === 'done' ? ', ✓ done' : ', ✗ dropped'];
  return [cut(what, 200), ' ', bold(cut(owner, 80)), ...state];
}

function proofOf({ incident, version, evidence, audit }: ShownSummary): string {
  const whole = audit.changed.length === 0 ? 'as written' : `${audit.changed.length} CHANGED`;
  const chain = audit.head === null ? '' : `, chain at line ${audit.head.seq} with ${audit.head.hash.slice(0, 16)}`;
  return `${incident} · version ${version} · ${evidence.length} pieces of evidence · ${audit.lines} audit lines, ${whole}${chain}`;
}

function orNone(points: Line[]): Line[] {
  return points.length === 0 ? [['none']] : points;
}
