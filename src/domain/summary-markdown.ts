import type { Decision } from './decision.ts';
import { spanText } from './duration.ts';
import { QUESTION_TEXT } from './questions.ts';
import type { Summary } from './summary.ts';

/** The summary for people. Whatever a person typed is escaped: it may not become a heading, a link or a mention. */
export function summaryMarkdown(summary: Summary): string {
  const sections: [string, string[]][] = [
    ['What happened', [plain(summary.whatHappened)]],
    ['Impact', impact(summary)],
    ['Times', times(summary)],
    ['Decisions', list(summary.decisions, decision)],
    ['Why the rotation was missed', answers(summary)],
    ['Data integrity', [plain(summary.dataIntegrity)]],
    ['Who was told', [...list(summary.told, (recipient) => plain(recipient)), ...peers(summary)]],
    [
      'Follow-ups',
      list(summary.followUps, ({ what, owner, due }) => `${plain(what)} Owner: ${plain(owner)}, by ${day(due)}.`),
    ],
    ['Still open', list(summary.openPoints, plain)],
    [
      'Timeline',
      list(summary.timeline, ({ at, actor, sentence }) => `${instant(at)} (${plain(actor)}) ${plain(sentence)}`),
    ],
    [
      'Evidence',
      list(
        summary.evidence,
        ({ kind, hash, capturedAt }) => `${plain(kind)}, kept ${instant(capturedAt)}, SHA-256 ${hash}`,
      ),
    ],
    ['Audit', [audit(summary)]],
  ];
  const body = sections.map(([title, lines]) => `## ${title}\n\n${lines.join('\n')}\n`);
  return [`# ${summary.severity}: ${plain(summary.title)} (${summary.incident})\n`, ...body].join('\n');
}

function peers({ peers: line }: Summary): string[] {
  return line === null ? [] : ['', `Peers: ${plain(line)}.`];
}

function impact({ impact: { startedAt, recoveredAt, rejectedCalls, callers } }: Summary): string[] {
  const span = recoveredAt === null ? 'not recovered' : `recovered ${instant(recoveredAt)}`;
  return [
    `Began ${instant(startedAt)}, ${span}. ${rejectedCalls} rejected calls were counted.`,
    ...callers.map(({ caller, rejected }) => `- ${plain(caller)}: ${rejected} rejected calls`),
  ];
}

function times({ times: { toReportMs, toContainMs, toRecoverMs, revokeToProofMs } }: Summary): string[] {
  return [
    `- to the first report: ${span(toReportMs)}`,
    `- to containment: ${span(toContainMs)}`,
    `- to recovery: ${span(toRecoverMs)}`,
    `- from revoking to the proof of rejection: ${span(revokeToProofMs)}`,
  ];
}

function decision({ question, outcome, by, at, why }: Decision): string {
  const who = by.length === 0 ? '' : ` by ${by.map(plain).join(', ')}`;
  const when = at === null ? '' : ` at ${instant(at)}`;
  return `"${plain(question)}": ${outcome}${who}${when}${why === '' ? '' : `: ${plain(why)}`}`;
}

function answers({ missed }: Summary): string[] {
  if (missed === null) return ['The five questions were not answered in this incident.'];
  return [
    plain(missed.missed),
    '',
    ...missed.answers.map(
      ({ question, answer, proof }) => `- ${QUESTION_TEXT[question]} **${answer}.** ${plain(proof)}`,
    ),
  ];
}

function audit({ audit: position }: Summary): string {
  if (position === null) return 'The audit is empty.';
  return `${position.lines} audit lines belong to this incident. The chain stood at line ${position.seq} with ${position.hash}.`;
}

function list<T>(items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? ['None.'] : items.map((item) => `- ${line(item)}`);
}

const span = (ms: number | null) => (ms === null ? 'not on record' : spanText(ms));
const instant = (at: Date) => at.toISOString().replace(/\.\d{3}Z$/, 'Z');
const day = (at: Date) => at.toISOString().slice(0, 10);

/** One line of Markdown text in which nothing is markup. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~!&]/g, (mark) => `\\${mark}`);
}
