import type { Button, KnownBlock, ModalView } from '@slack/types';
import { actions, at, bold, bullets, button, context, divider, type Line, line, lines, plain } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';
import { MARKS, type StepLine, stepWords, undoWords } from './step-words.ts';

export interface DetailedStep {
  phase: string;
  line: StepLine;
  from: Date | null;
  to: Date | null;
  attempts: number;
  /** How often a person has wanted it done again. */
  again: number;
  /** `key.slug: payments-prod`; a secret is only named as one. */
  outputs: readonly string[];
  /** Who said what about it. */
  decided: readonly string[];
}

export interface ChildLine {
  /** Of the item that it takes care of. */
  name: string | null;
  run: string | null;
  state: string;
  why: string | null;
}

export interface RunDetails {
  run: string;
  runbook: string;
  /** From 0; beyond the last one the last one is shown. */
  page: number;
  now: Date;
  canRerun: boolean;
  canSkip: boolean;
  steps: readonly DetailedStep[];
  children: readonly ChildLine[];
}

const STEPS_A_PAGE = 10;
const CHILDREN_A_PAGE = 40;

/** A page of what is known of a run. */
export function runDetails(details: RunDetails): ModalView {
  const { run, runbook, steps, children } = details;
  const stepPages = Math.max(1, Math.ceil(steps.length / STEPS_A_PAGE));
  const pages = stepPages + Math.ceil(children.length / CHILDREN_A_PAGE);
  const page = Math.min(Math.max(0, details.page), pages - 1);
  const shown =
    page < stepPages
      ? steps.slice(page * STEPS_A_PAGE, (page + 1) * STEPS_A_PAGE).flatMap((step) => stepBlocks(step, details.now))
      : [childrenBlock(children, page - stepPages)];
  return {
    type: 'modal',
    title: plain('Details of a run', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewButton),
    blocks: [
      line(bold(cut(runbook, 80)), ` ${cut(run, 80)}, page ${page + 1} of ${pages}`),
      ...shown,
      divider,
      ...actions('details', buttonsOf(details, { page, pages })),
      context(`The terminal shows it as well: rekey runs show ${cut(run, 80)}`),
    ],
  };
}

function buttonsOf({ run, canRerun, canSkip }: RunDetails, { page, pages }: { page: number; pages: number }): Button[] {
  const turn = (action: string, label: string, to: number) => button({ action, token: `${run}.${to}`, label });
  return [
    ...(page > 0 ? [turn('details_back', 'Back', page - 1)] : []),
    ...(page < pages - 1 ? [turn('details_next', 'Next', page + 1)] : []),
    ...(canRerun ? [button({ action: 'rerun_run', token: run, label: 'Do again from…' })] : []),
    ...(canSkip ? [button({ action: 'skip_run', token: run, label: 'Skip…' })] : []),
  ];
}

const MOST_OUTPUTS = 6;
const MOST_DECISIONS = 4;

function stepBlocks(step: DetailedStep, now: Date): KnownBlock[] {
  const { line: shown, phase, from, outputs, decided } = step;
  const facts: Line[] = [
    [`${MARKS[shown.shown.kind]} `, bold(cut(shown.id, 64)), ` (${cut(phase, 20)}, ${cut(shown.uses, 40)})`],
    [...stepWords(shown.shown, { room: 600, now }), undoWords(shown, 300)],
    ...(from === null ? [] : [timesOf(step, from)]),
    ...decided.slice(0, MOST_DECISIONS).map((one): Line => [bold('Decided '), cut(oneLine(one), 300)]),
    ...(outputs.length === 0 ? [] : [outputsOf(outputs)]),
  ];
  return [lines(facts)];
}

function timesOf({ to, attempts, again }: DetailedStep, from: Date): Line {
  const often = attempts > 1 ? `, ${attempts} attempts` : '';
  const anew = again > 0 ? `, done again ${again === 1 ? 'once' : `${again} times`}` : '';
  return ['From ', at(from), ...(to === null ? [] : [' to ', at(to)]), `${often}${anew}`];
}

function outputsOf(outputs: readonly string[]): Line {
  const more = outputs.length > MOST_OUTPUTS ? `; and ${outputs.length - MOST_OUTPUTS} more` : '';
  const said = outputs.slice(0, MOST_OUTPUTS).map((one) => cut(oneLine(one), 120));
  return [bold('Result '), `${said.join('; ')}${more}`];
}

function childrenBlock(children: readonly ChildLine[], page: number): KnownBlock {
  const from = page * CHILDREN_A_PAGE;
  const shown = children.slice(from, from + CHILDREN_A_PAGE);
  const title = `Runs that it started, ${from + 1} to ${from + shown.length} of ${children.length}`;
  return bullets([bold(title)], shown.map(childLine));
}

function childLine({ name, run, state, why }: ChildLine): Line {
  const who = name === null ? [] : [bold(`${cut(oneLine(name), 80)} `)];
  return [
    ...who,
    `${run === null ? '' : `${cut(run, 40)}, `}${state}${why === null ? '' : `: ${cut(oneLine(why), 120)}`}`,
  ];
}
