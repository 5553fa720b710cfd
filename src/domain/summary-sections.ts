import type { Decision } from './decision.ts';
import { spanText } from './duration.ts';
import { instantText } from './instant.ts';
import { QUESTION_TEXT } from './questions.ts';
import type { Summary, SummaryFollowUp } from './summary.ts';
import type { Times } from './summary-course.ts';
import type { Statement } from './summary-source.ts';
import type { SummaryLine } from './summary-timeline.ts';

export interface Section {
  title: string;
  /** Empty: there is nothing of it, which `otherwise` says. */
  statements: Statement[];
  otherwise: Statement;
}

export const TIMELINE = 'Timeline';

/** The whole summary as sentences, in reading order. Markdown and Slack print these and add nothing of their own. */
export function sectionsOf(summary: Summary): Section[] {
  const { audit } = summary;
  const section = (title: string, statements: readonly Statement[]): Section => ({
    title,
    statements: [...statements],
    otherwise: { words: 'None.', sources: audit.sources },
  });
  return [
    section('What happened', [summary.declared, ...summary.whatHappened]),
    section('Impact', [...impact(summary), ...(summary.peers === null ? [] : [summary.peers])]),
    section('Times', times(summary.times)),
    section('Roles', summary.roles),
    section('Decisions', summary.decisions.map(decision)),
    section('Status', summary.statuses),
    section('Why the rotation was missed', [...answers(summary), summary.impressions]),
    section('Data integrity', [summary.dataIntegrity]),
    section(
      'Who was told',
      summary.told.map(({ recipient, sources }) => ({ words: `${recipient}.`, sources })),
    ),
    section('Waivers', summary.waivers),
    section('Follow-ups', [...summary.followUps.map(followUp), summary.retrospective]),
    section('Still open', summary.openPoints),
    section('Measures', measures(summary)),
    section(TIMELINE, summary.timeline.map(timelineLine)),
    section('Evidence', evidence(summary)),
    section('Audit', [{ words: `${audit.words} To see for yourself: ${audit.verify}.`, sources: audit.sources }]),
  ];
}

function impact({ impact: found }: Summary): Statement[] {
  const { startedAt, recoveredAt, rejectedCalls, callers, sources } = found;
  const end = recoveredAt === null ? 'not recovered' : `recovered ${instantText(recoveredAt)}`;
  return [
    { words: `Began ${instantText(startedAt)}, ${end}. ${rejectedCalls} rejected calls were counted.`, sources },
    ...callers.map((one) => ({ words: `${one.caller}: ${one.rejected} rejected calls.`, sources: one.sources })),
  ];
}

const TIME_WORDS: Record<keyof Times, string> = {
  toReport: 'To the first report',
  toContain: 'To containment',
  toRecover: 'To recovery',
  revokeToProof: 'From revoking to the proof of rejection',
};

function times(found: Times): Statement[] {
  const one = (id: keyof Times): Statement => {
    const { ms, sources } = found[id];
    return { words: `${TIME_WORDS[id]}: ${ms === null ? 'not on record' : spanText(ms)}.`, sources };
  };
  return [one('toReport'), one('toContain'), one('toRecover'), one('revokeToProof')];
}

function decision({ question, outcome, by, verified, at, why, sources }: Summary['decisions'][number]): Statement {
  return { words: `“${question}”: ${outcome}${who({ by, verified, at })}${why === '' ? '.' : `: ${why}`}`, sources };
}

function who({ by, verified, at }: Pick<Decision, 'by' | 'verified' | 'at'>): string {
  const names = by.length === 0 ? '' : ` by ${by.join(', ')}${verified === '' ? '' : ` (${verified})`}`;
  return `${names}${at === null ? '' : ` at ${instantText(at)}`}`;
}

function answers({ missed, audit }: Summary): Statement[] {
  if (missed === null)
    return [{ words: 'The five questions were not answered in this incident.', sources: audit.sources }];
  const { sources } = missed;
  return [
    { words: missed.missed, sources },
    ...missed.answers.map(({ question, answer, proof }) => ({
      words: `${QUESTION_TEXT[question]} ${answer}. ${proof}`,
      sources,
    })),
  ];
}

export function followUp({ what, owner, dueAt, ended, sources }: SummaryFollowUp): Statement {
  const day = dueAt.toISOString().slice(0, 10);
  const state =
    ended === null
      ? ''
      : ` ${ended.how === 'done' ? 'Done' : 'Dropped'} by ${ended.by} at ${instantText(ended.at)}${ended.note === '' ? '.' : `: ${ended.note}`}`;
  return { words: `${what} Owner: ${owner}, by ${day}.${state}`, sources };
}

function measures(summary: Summary): Statement[] {
  return summary.measures.map(({ id, name, target, shown, verdict, sources }) => {
    const judged = verdict === 'not_measurable' ? '' : `, ${verdict}`;
    return { words: `${id} ${name}: ${shown}${judged} (target ${target}).`, sources };
  });
}

function timelineLine({ happenedAt, reportedAt, recordedAt, actor, sentence, sources }: SummaryLine): Statement {
  const others = [
    ...(reportedAt.getTime() === happenedAt.getTime() ? [] : [`reported ${instantText(reportedAt)}`]),
    ...(recordedAt.getTime() === reportedAt.getTime() ? [] : [`written down ${instantText(recordedAt)}`]),
  ];
  const besides = others.length === 0 ? '' : `; ${others.join('; ')}`;
  return { words: `${instantText(happenedAt)} (${actor}${besides}) ${sentence}`, sources };
}

function evidence(summary: Summary): Statement[] {
  return summary.evidence.map(({ kind, hash, capturedAt, sources }) => ({
    words: `${kind}, kept ${instantText(capturedAt)}, SHA-256 ${hash}.`,
    sources,
  }));
}
