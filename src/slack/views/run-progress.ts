import type { Button, KnownBlock } from '@slack/types';
import {
  actions,
  at,
  atMost,
  bold,
  button,
  confirm,
  context,
  divider,
  header,
  type Line,
  line,
  lines,
  type Part,
} from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { settleButtons } from './settle-buttons.ts';

export type StepShown =
  | { kind: 'to_come' }
  | { kind: 'running'; since: Date }
  | { kind: 'waiting'; what: string; since: Date; until: Date | null }
  | { kind: 'done' }
  | { kind: 'failed'; error: string }
  | { kind: 'skipped'; why: string }
  | { kind: 'in_doubt'; question: string; token: string }
  | { kind: 'undone' }
  | { kind: 'again'; why: string };

export interface StepLine {
  id: string;
  uses: string;
  shown: StepShown;
  /** What its last try to be taken back failed with; there is another one. */
  undoing: string | null;
  undoError: string | null;
}

export interface RunProgress {
  id: string;
  runbook: string;
  key: string | null;
  requestedBy: string;
  reason: string;
  startedAt: Date;
  finishedAt: Date | null;
  outcome: string | null;
  cancelRequested: boolean;
  paused: { at: Date; by: string; reason: string } | null;
  phases: readonly { name: string; waived: string | null; steps: readonly StepLine[] }[];
}

interface Room {
  /** Characters of explanation for each step, and steps of each phase. */
  words: number;
  steps: number;
}

/** The live message of a run: what happened, what happens, who is waited for. A long runbook gets fewer words for each step. */
export function runProgress(run: RunProgress): Message {
  return fitting([
    () => drawn(run, { words: 160, steps: 20 }),
    () => drawn(run, { words: 60, steps: 15 }),
    () => drawn(run, { words: 20, steps: 8 }),
  ]);
}

function drawn(run: RunProgress, room: Room): Message {
  const all = run.phases.flatMap((phase) => phase.steps);
  const blocks: KnownBlock[] = [
    header(`${run.runbook}${run.key === null ? '' : `: ${cut(run.key, 100)}`}`),
    line(stateOf(run), ', started ', at(run.startedAt), ` by ${cut(run.requestedBy, 100)}: ${cut(run.reason, 300)}`),
    ...pauseOf(run),
    ...run.phases.slice(0, 8).map((phase) => phaseBlock(phase, room)),
    ...doubtsOf(all),
    ...actions('run', buttonsOf(run)),
    context(`${run.id} · ✓ done  ▸ now  ✗ failed  – left out  ↶ taken back  ? in doubt  · to come`),
  ];
  return { text: `${escapeMrkdwn(run.runbook)} ${run.id}: ${escapeMrkdwn(textOf(run, all))}`, blocks };
}

function stateOf(run: RunProgress): Part {
  if (run.outcome !== null) return bold(run.outcome === 'succeeded' ? '✓ Succeeded' : `✗ ${capital(run.outcome)}`);
  if (run.paused !== null) return bold('‖ Paused');
  return bold(run.cancelRequested ? '▸ Being cancelled' : '▸ Running');
}

function pauseOf({ paused }: RunProgress): KnownBlock[] {
  if (paused === null) return [];
  return [
    line(bold('Paused '), at(paused.at), ` by ${cut(paused.by, 100)}: ${cut(paused.reason, 300)}. Nothing new begins.`),
  ];
}

function textOf(run: RunProgress, steps: readonly StepLine[]): string {
  if (run.outcome !== null) return run.outcome;
  if (run.paused !== null) return `paused by ${cut(run.paused.by, 100)}`;
  const waiting = steps.find((step) => step.shown.kind === 'waiting');
  if (waiting?.shown.kind === 'waiting') return `waiting for ${cut(waiting.shown.what, 200)}`;
  const ended = steps.filter((step) => !['to_come', 'running', 'waiting', 'in_doubt'].includes(step.shown.kind)).length;
  return `${ended} of ${steps.length} steps ended`;
}

function phaseBlock(phase: RunProgress['phases'][number], room: Room): KnownBlock {
  if (phase.waived !== null) return line(bold(`${capital(phase.name)} `), `– waived: ${cut(phase.waived, 200)}`);
  const shown = atMost(runsOfLikeSteps(phase.steps), room.steps, (alike) => stepsLine(alike, room));
  return lines([[bold(capital(phase.name))], ...shown]);
}

/** Neighbours of which the same is to be said: they share one line. */
function runsOfLikeSteps(steps: readonly StepLine[]): StepLine[][] {
  const grouped: StepLine[][] = [];
  for (const step of steps) {
    const last = grouped.at(-1);
    const previous = last?.at(-1);
    if (last !== undefined && previous !== undefined && sameIsSaid(previous, step)) last.push(step);
    else grouped.push([step]);
  }
  return grouped;
}

function sameIsSaid(one: StepLine, other: StepLine): boolean {
  if ([one, other].some(({ undoing, undoError }) => (undoing ?? undoError) !== null)) return false;
  if (one.shown.kind === 'skipped' && other.shown.kind === 'skipped') return one.shown.why === other.shown.why;
  return one.shown.kind === other.shown.kind && (one.shown.kind === 'done' || one.shown.kind === 'to_come');
}

function stepsLine(alike: readonly StepLine[], room: Room): Line {
  const [first] = alike;
  if (first === undefined) return [];
  if (alike.length === 1) return stepLine(first, room.words);
  const names = alike.slice(0, room.steps).map(({ id }) => cut(id, 64));
  const more = alike.length > names.length ? ` and ${alike.length - names.length} more` : '';
  return [`${MARKS[first.shown.kind]} `, bold(names.join(', ')), `${more}: `, ...wordsOf(first.shown, room.words)];
}

function stepLine({ id, uses, shown, undoing, undoError }: StepLine, room: number): Line {
  const failed = undoError === null ? '' : `; could not be taken back, a person has to: ${cut(undoError, room)}`;
  const undo = undoing === null ? failed : `; being taken back, tried again after: ${cut(undoing, room)}`;
  return [`${MARKS[shown.kind]} `, bold(cut(id, 64)), ` (${cut(uses, 40)}): `, ...wordsOf(shown, room), undo];
}

const MARKS: Record<StepShown['kind'], string> = {
  to_come: '·',
  running: '▸',
  waiting: '▸',
  done: '✓',
  failed: '✗',
  skipped: '–',
  in_doubt: '?',
  undone: '↶',
  again: '·',
};

function wordsOf(shown: StepShown, room: number): Line {
  switch (shown.kind) {
    case 'to_come':
      return ['to come'];
    case 'running':
      return ['running since ', at(shown.since)];
    case 'waiting': {
      const until: Line = shown.until === null ? ['; no deadline'] : [', next deadline ', at(shown.until)];
      return ['waiting for ', cut(shown.what, room), ' since ', at(shown.since), ...until];
    }
    case 'done':
      return ['done'];
    case 'failed':
      return [`failed: ${cut(shown.error, room)}`];
    case 'skipped':
      return [`left out: ${cut(shown.why, room)}`];
    case 'in_doubt':
      return [`in doubt: ${cut(shown.question, room)}`];
    case 'undone':
      return ['taken back'];
    case 'again':
      return [`to be done again: ${cut(shown.why, room)}`];
    default:
      return shown satisfies never;
  }
}

const MOST_DOUBTS = 3;

/** A crash left open whether the effect happened: somebody who can look says so. */
function doubtsOf(steps: readonly StepLine[]): KnownBlock[] {
  const doubts = steps.flatMap(({ id, shown }) => (shown.kind === 'in_doubt' ? [{ id, ...shown }] : []));
  return doubts
    .slice(0, MOST_DOUBTS)
    .flatMap(({ id, question, token }, index) => [
      divider,
      line(bold(`Did ${cut(id, 64)} happen? `), cut(question, 400)),
      ...settleButtons(`doubt-${index}`, token),
    ]);
}

function buttonsOf(run: RunProgress): Button[] {
  if (run.finishedAt !== null || run.cancelRequested) return [];
  const ask = confirm({
    title: 'Cancel this run?',
    text: 'What can be taken back is taken back. After the point of no return the run only stops.',
    yes: 'Cancel the run',
    no: 'Go on',
  });
  return [button({ action: 'cancel_run', token: run.id, label: 'Cancel run', style: 'danger', confirm: ask })];
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
