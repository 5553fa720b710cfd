import type { KnownBlock } from '@slack/types';
import type { Possible } from '../../domain/run-verbs.ts';
import { actions, at, atMost, bold, context, header, type Line, line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { runButtons } from './run-buttons.ts';
import { MARKS, NOT_MET, type StepLine, stepWords, undoWords } from './step-words.ts';

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
  /** It does not go on with its stages, and takes back what it can. */
  stopping: boolean;
  paused: { at: Date; by: string; reason: string } | null;
  /** Whichever ends something first: of a step, of its phase, of the run. */
  deadline: { name: string; at: Date; passed: boolean } | null;
  now: Date;
  possible: Possible;
  /** It waits for an answer that whoever may give it can take upon themselves. */
  canTakeOver: boolean;
  phases: readonly { name: string; waived: string | null; steps: readonly StepLine[] }[];
}

interface Room {
  /** Characters of explanation for each step, and steps of each phase. */
  words: number;
  steps: number;
  now: Date;
}

/** The live message of a run: what happens now, who is waited for, what happened. A long runbook gets fewer words for each step. */
export function runProgress(run: RunProgress): Message {
  const { now } = run;
  return fitting([
    () => drawn(run, { words: 160, steps: 20, now }),
    () => drawn(run, { words: 60, steps: 15, now }),
    () => drawn(run, { words: 20, steps: 8, now }),
  ]);
}

function drawn(run: RunProgress, room: Room): Message {
  const all = run.phases.flatMap((phase) => phase.steps);
  const blocks: KnownBlock[] = [
    header(`${run.runbook}${run.key === null ? '' : `: ${cut(run.key, 100)}`}`),
    lines(nowOf(run, all)),
    ...run.phases.slice(0, 8).map((phase) => phaseBlock(phase, room)),
    ...doubtsOf(all),
    ...actions('run', runButtons({ ...run, doubt: doubtIn(all)?.token ?? null })),
    context(`${run.id} · every step is in the details`),
  ];
  return { text: `${escapeMrkdwn(run.runbook)} ${run.id}: ${escapeMrkdwn(textOf(run, all))}`, blocks };
}

/** State, phase and progress; for what it is held; what ends first; who asked for it and why. */
function nowOf(run: RunProgress, all: readonly StepLine[]): Line[] {
  const { paused, deadline, requestedBy, reason } = run;
  const held: Line[] =
    paused === null
      ? []
      : [
          [
            bold('Paused '),
            at(paused.at),
            ` by ${cut(paused.by, 100)}: ${cut(paused.reason, 300)}. Nothing new begins.`,
          ],
        ];
  const ends: Line[] =
    deadline === null
      ? []
      : [
          [
            bold(deadline.passed ? 'OVERDUE since ' : 'Next deadline '),
            at(deadline.at),
            `: ${cut(deadline.name, 120)}`,
          ],
        ];
  return [
    [bold(stateOf(run)), whereOf(run, all)],
    ...held,
    ...ends,
    ['Started ', at(run.startedAt), ` by ${cut(requestedBy, 100)}: ${cut(reason, 300)}`],
  ];
}

function stateOf(run: RunProgress): string {
  if (run.outcome !== null) return run.outcome === 'succeeded' ? '✓ Succeeded' : `✗ ${capital(run.outcome)}`;
  if (run.paused !== null) return '‖ Paused';
  if (run.cancelRequested) return '▸ Being cancelled';
  return run.stopping ? '▸ Stopping' : '▸ Running';
}

/** `, recover, 7 of 12 steps ended` */
function whereOf({ outcome, phases }: RunProgress, all: readonly StepLine[]): string {
  const phase = phases.find(({ steps }) => steps.some(isUnderWay)) ?? phases.find(({ steps }) => steps.some(isToCome));
  const where = outcome === null && phase !== undefined ? `, ${phase.name}` : '';
  return `${where}, ${endedText(all)}`;
}

function endedText(steps: readonly StepLine[]): string {
  return `${steps.filter((step) => !isUnderWay(step) && !isToCome(step)).length} of ${steps.length} steps ended`;
}

function isUnderWay({ shown: { kind } }: StepLine): boolean {
  return kind === 'running' || kind === 'waiting' || kind === 'in_doubt';
}

function isToCome({ shown: { kind } }: StepLine): boolean {
  return kind === 'to_come' || kind === 'again';
}

function textOf(run: RunProgress, steps: readonly StepLine[]): string {
  if (run.outcome !== null) return run.outcome;
  if (run.paused !== null) return `paused by ${cut(run.paused.by, 100)}`;
  const doubt = doubtIn(steps);
  if (doubt !== null) return `in doubt whether ${cut(doubt.id, 64)} happened`;
  const waiting = steps.find((step) => step.shown.kind === 'waiting');
  if (waiting?.shown.kind === 'waiting') return `waiting for ${cut(waiting.shown.what, 200)}`;
  return endedText(steps);
}

function phaseBlock(phase: RunProgress['phases'][number], room: Room): KnownBlock {
  if (phase.waived !== null) return line(bold(`${capital(phase.name)} `), `– waived: ${cut(phase.waived, 200)}`);
  const unmet = phase.steps.filter(isUnmet).length;
  const rest = phase.steps.filter((step) => !isUnmet(step));
  const plain = wholeOf(rest);
  if (plain !== null)
    return line(
      bold(`${capital(phase.name)} `),
      plain,
      unmet === 0 ? '' : `${plain === '' ? '– ' : ', '}${unmet} left out`,
    );
  const shown = atMost(runsOfLikeSteps(rest), room.steps, (alike) => stepsLine(alike, room));
  return lines([
    [bold(capital(phase.name))],
    ...shown,
    ...(unmet === 0 ? [] : [[`– ${unmet} more left out, as their conditions do not hold`]]),
  ]);
}

/** A phase of which one thing is to be said is one line; its steps are in the details. Null when they differ. */
function wholeOf(steps: readonly StepLine[]): string | null {
  if (steps.some(({ undoing, undoError }) => (undoing ?? undoError) !== null)) return null;
  if (steps.length === 0) return '';
  if (steps.every(({ shown }) => shown.kind === 'done')) return `✓ ${steps.length} done`;
  return steps.every(({ shown }) => shown.kind === 'to_come') ? `· ${steps.length} to come` : null;
}

function isUnmet({ shown, undoing, undoError }: StepLine): boolean {
  return shown.kind === 'skipped' && shown.why === NOT_MET && (undoing ?? undoError) === null;
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
  const words = stepWords(first.shown, { room: room.words, now: room.now });
  const mark = `${MARKS[first.shown.kind]} `;
  if (alike.length === 1) return [mark, bold(cut(first.id, 64)), ': ', ...words, undoWords(first, room.words)];
  const names = alike.slice(0, room.steps).map(({ id }) => cut(id, 64));
  const more = alike.length > names.length ? ` and ${alike.length - names.length} more` : '';
  return [mark, bold(names.join(', ')), `${more}: `, ...words];
}

function doubtIn(steps: readonly StepLine[]): { id: string; question: string; token: string } | null {
  for (const { id, shown } of steps) if (shown.kind === 'in_doubt') return { id, ...shown };
  return null;
}

/** A crash left open whether the effect happened: somebody who can look says so, of one after the other. */
function doubtsOf(steps: readonly StepLine[]): KnownBlock[] {
  const doubt = doubtIn(steps);
  return doubt === null ? [] : [line(bold(`Did ${cut(doubt.id, 64)} happen? `), cut(doubt.question, 400))];
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
