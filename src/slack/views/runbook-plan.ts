import { spanText } from '../../domain/duration.ts';
import {
  type ForeseenStep,
  firstFinal,
  problemsAhead,
  type RunbookPlan,
  stepsAhead,
  undoable,
  whoHears,
  worstDelayMs,
} from '../../domain/runbook-plan.ts';
import { bold, bullets, code, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

const MOST_STEPS = 24;
const STEP_TEXT = 220;
const ROW_TEXT = 400;

/** What a run would do if it began now, short enough for a phone; the command line has all of it. */
export function runbookPlan(plan: RunbookPlan): Message {
  const { runbook, run } = plan;
  const about = run.key === null ? runbook.id : `${runbook.id} for ${run.key}`;
  const steps = stepsAhead(run);
  const left = run.steps.filter(({ willRun }) => willRun.kind === 'no').length;
  const more = Math.max(0, steps.length - MOST_STEPS);
  const title = `Plan of ${cut(about, 120)}`;
  return {
    text: escapeMrkdwn(`${title}: ${beginsText(plan)}`),
    blocks: [
      header(title),
      lines([[cut(runbook.title, 150) || '–'], [bold('Begins now: '), cut(beginsText(plan), ROW_TEXT)]]),
      bullets([bold(`${steps.length} steps`), leftText(left)], steps.slice(0, MOST_STEPS).map(stepLine)),
      bullets([bold('What it comes to')], [...comesTo(plan), ...problemLines(plan)]),
      context(
        `Nothing was written, nobody was asked or told.${more === 0 ? '' : ` ${more} more steps:`} rekey runbooks plan ${cut(runbook.id, 60)}`,
      ),
    ],
  };
}

function leftText(left: number): string {
  return left === 0 ? '' : `, and ${left} that are left out as things stand`;
}

function beginsText({ start }: RunbookPlan): string {
  if (start.joins !== null) return `no, whoever asks joins ${start.joins}`;
  if (start.obstacles.length > 0) return `no: ${start.obstacles.map(({ sentence }) => sentence).join(' ')}`;
  return start.incident === 'opens' ? 'yes, and opens an incident' : 'yes';
}

function stepLine(step: ForeseenStep): Line {
  const { id, uses, willRun, calls, people, notices, back } = step;
  const asked = people.flatMap(({ who, for: what }) => (who.length === 0 ? [what] : [`${who.join(', ')}: ${what}`]));
  const told = notices.length === 0 ? [] : [`tells ${notices.join(', ')}`];
  const does = [...calls, ...asked, ...told].join('; ');
  return [
    code(cut(id, 60)),
    ` ${cut(uses, 40)}${willRun.kind === 'depends' ? ' (if it comes to that)' : ''}${does === '' ? '' : `: ${cut(does, STEP_TEXT)}`}`,
    ...(back.kind === 'point_of_no_return' ? [bold(' POINT OF NO RETURN')] : []),
  ];
}

function comesTo(plan: RunbookPlan): Line[] {
  const { radius, proof, runbook } = plan;
  const callers = radius.callers.map(({ caller, calls }) => `${caller} (${calls})`).join(', ');
  const delay = worstDelayMs(plan);
  const final = firstFinal(plan);
  const undo = undoable(plan).map(({ id }) => id);
  const proven = proof === null ? 'never' : `${proof.at.toISOString().slice(0, 10)} by a ${proof.how}`;
  const rows: [string, string][] = [
    ['Callers in 7 days', callers || 'none seen'],
    ['Peers', radius.peers.join(', ') || 'none has it pinned'],
    ['Who hears of it', whoHears(plan).join(', ') || 'nobody'],
    ['Refused', delay === null ? 'nothing is revoked' : delay === 0 ? 'at once' : `after at most ${spanText(delay)}`],
    ['No way back', final === null ? 'none: everything can be taken back' : `from ${final.id} (${final.uses}) on`],
    ['Taken back when it fails before', undo.join(', ') || 'nothing'],
    ['Last proven', `${proven}, review by ${runbook.reviewBy}`],
  ];
  return rows.map(([label, text]) => [bold(`${label}: `), cut(text, ROW_TEXT)]);
}

function problemLines(plan: RunbookPlan): Line[] {
  return problemsAhead(plan)
    .slice(0, 5)
    .map(({ step, problem }) => [bold(`Problem at ${cut(step, 60)}: `), cut(problem, ROW_TEXT)]);
}
