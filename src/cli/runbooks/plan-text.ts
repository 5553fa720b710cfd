import { spanText } from '../../domain/duration.ts';
import { instantText } from '../../domain/instant.ts';
import {
  firstFinal,
  problemsAhead,
  type RunbookPlan,
  undoable,
  whoHears,
  worstDelayMs,
} from '../../domain/runbook-plan.ts';
import { counted } from '../print.ts';
import { labelled } from '../wrap.ts';
import { inputsText, runText } from './plan-steps-text.ts';

const COLUMNS = { indent: 2, labelWidth: 16 };

/** A plan for people, on 100 columns. */
export function planText(plan: RunbookPlan): string {
  const { runbook, run, at, askedBy } = plan;
  return [
    `Plan of ${runbook.id}${run.key === null ? '' : ` for ${run.key}`}, as of ${instantText(at)}`,
    row('what for', runbook.title),
    row('asked by', askedBy),
    row('text', `${runbook.hash.slice(0, 12)} of ${runbook.owner}`),
    row('inputs', inputsText(run.inputs)),
    row('begins now', beginsText(plan)),
    ...plan.start.notes.map((note) => row('', note)),
    row('deadlines', deadlinesText(run.deadlinesMs)),
    ...runText(run, 0),
    '',
    'What it comes to',
    ...endRows(plan).map(([label, text]) => row(label, text)),
    '',
    'Nothing was written, nobody was asked or told, and nothing was called.',
  ].join('\n');
}

function row(label: string, text: string): string {
  return labelled(label, text, COLUMNS);
}

function beginsText({ start, run }: RunbookPlan): string {
  const incident = start.incident === 'opens' ? 'opens an incident' : 'without an incident of its own';
  if (start.joins !== null)
    return `no: ${start.obstacles.map(({ sentence }) => sentence).join(' ') || 'it is under way already.'} Whoever asks joins ${start.joins}.`;
  if (start.obstacles.length === 0) return `yes, ${incident}`;
  const why = start.obstacles.map(({ code, sentence }) => `${sentence} (${code})`).join(' ');
  return `no: ${why} What follows is what ${run.runbook.id} would do otherwise.`;
}

function deadlinesText(deadlines: RunbookPlan['run']['deadlinesMs']): string {
  const all = Object.entries(deadlines).map(([of, ms]) => `${of} ${spanText(ms)}`);
  return all.join(', ') || 'none for the run and its phases';
}

function endRows(plan: RunbookPlan): [string, string][] {
  const { radius, run } = plan;
  const callers = radius.callers.map(({ caller, calls }) => `${caller} (${counted(calls, 'call')})`).join(', ');
  return [
    ['callers', callers || 'none seen in 7 d; whoever does not ask this ledger is not seen'],
    ['peers', radius.peers.join(', ') || 'none has it pinned'],
    ['environments', radius.environments.join(', ') || 'none'],
    ['other keys', radius.otherKeys.join(', ') || 'none'],
    ['who hears of it', whoHears(plan).join(', ') || 'nobody'],
    ['refused', delayText(worstDelayMs(plan))],
    ['no way back', finalText(plan)],
    ['taken back', undoText(plan)],
    ['ends', `${instantText(run.earliestEndAt)} at the earliest, when everybody answers at once`],
    ['last proven', provenText(plan)],
    ...problemsAhead(plan).map(({ step, problem }): [string, string] => ['PROBLEM', `${step}: ${problem}`]),
  ];
}

function delayText(ms: number | null): string {
  if (ms === null) return 'nothing is revoked or suspended';
  return ms === 0 ? 'a revoked key is refused at once' : `a revoked key is refused after at most ${spanText(ms)}`;
}

function finalText(plan: RunbookPlan): string {
  const final = firstFinal(plan);
  if (final === null) return 'everything can be taken back, or there is nothing to take back';
  const may = final.willRun.kind === 'depends' ? ', if that runs' : '';
  return `from ${final.id} (${final.uses}) on${may}: ${final.back.text}`;
}

function undoText(plan: RunbookPlan): string {
  const steps = undoable(plan).map(({ id }) => id);
  return steps.length === 0 ? 'no step has an undo' : `when it fails before that: ${steps.reverse().join(', ')}`;
}

function provenText({ proof, runbook, at }: RunbookPlan): string {
  const late = at.toISOString().slice(0, 10) > runbook.reviewBy ? ', which has passed' : '';
  const review = `to be reviewed by ${runbook.reviewBy}${late}`;
  if (proof === null) return `never; ${review}`;
  const text = proof.hash === runbook.hash ? 'this text' : 'an older text';
  const took = proof.recoverMs === null ? '' : `, recovered in ${spanText(proof.recoverMs)}`;
  return `${instantText(proof.at)} by a ${proof.how} of ${text}${took}; ${review}`;
}
