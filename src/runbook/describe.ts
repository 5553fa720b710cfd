import { durationText } from '../domain/duration.ts';
import { PHASES } from '../domain/run.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import { settingsOf } from './settings-of.ts';

const EFFECTS = { reads: 'looks only', writes: 'changes something', destroys: 'destroys something' };

/** A runbook in words: when it starts, what each step does, what it touches and what can be taken back. */
export function describeRunbook(runbook: LoadedRunbook): string {
  const { grants } = runbook;
  const starts = runbook.startOn.map(({ alert, when }) => (when === null ? alert : `${alert} when ${when.text}`));
  const inputs = Object.entries(runbook.inputs).map(([name, spec]) => `${name} (${describeInput(spec)})`);
  const touches = [...grants.providers, ...grants.sinks, ...grants.hosts];
  const deadlines = Object.entries(runbook.plan.deadlinesMs).map(([of, ms]) => `${of} ${durationText(ms)}`);
  const head = [
    `${runbook.id}  ${runbook.title}`,
    `  owner        ${runbook.owner}, review by ${runbook.reviewBy}`,
    `  for          ${runbook.appliesTo.join(', ')}`,
    `  starts on    ${starts.join('; ') || 'a person’s request, or another runbook'}`,
    `  inputs       ${inputs.join(', ') || 'none'}`,
    `  may touch    ${touches.join(', ') || 'nothing outside'}`,
    ...(deadlines.length === 0 ? [] : [`  deadlines    ${deadlines.join(', ')}`]),
    `  text         ${runbook.hash}`,
  ];
  const phases = [...PHASES, 'finally' as const].flatMap((phase) => describePhase(phase, runbook));
  return [...head, ...phases].join('\n');
}

function describeInput(spec: LoadedRunbook['inputs'][string]): string {
  if (spec.type === 'key') return 'a key';
  const values = spec.type === 'enum' ? spec.values.join(' | ') : spec.type;
  return spec.default === undefined ? values : `${values}; ${String(spec.default)} when not given`;
}

function describePhase(phase: SourceStep['phase'], { plan, steps }: LoadedRunbook): string[] {
  const waived = phase === 'finally' ? undefined : plan.waived[phase];
  const own = steps.filter((step) => step.phase === phase);
  if (waived !== undefined) return ['', phase, `  waived: ${waived}`];
  return own.length === 0 ? [] : ['', phase, ...own.flatMap((step) => describeStep(step, own))];
}

function describeStep(step: SourceStep, own: readonly SourceStep[]): string[] {
  const { kind } = step;
  const words = step.mentions.filter((mention) => mention.meaning === 'people_text').map((mention) => mention.name);
  const together = own.filter((other) => other.stage === step.stage && other !== step).map((other) => other.id);
  const back = {
    undo: kind.undo.kind === 'undo' ? `taken back by: ${kind.undo.summary}` : '',
    nothing: kind.undo.kind === 'nothing' ? `nothing to take back: ${kind.undo.why}` : '',
    point_of_no_return: kind.undo.kind === 'point_of_no_return' ? `POINT OF NO RETURN: ${kind.undo.why}` : '',
  }[kind.undo.kind];
  return [
    `  ${step.id.padEnd(20)} ${kind.uses.padEnd(22)} ${kind.summary}`,
    ...words.map((text) => detail(`“${text}”`)),
    ...settingsOf(step).map(detail),
    ...(step.when === null ? [] : [detail(`when ${step.when}`)]),
    ...(step.each === null ? [] : [detail(step.each)]),
    ...(together.length === 0 ? [] : [detail(`at the same time as ${together.join(', ')}`)]),
    ...(step.due === null ? [] : [detail(`due after ${step.due}`)]),
    ...(step.onFailure.kind === 'stop' ? [] : [detail(`on failure: ${describeFailure(step)}`)]),
    detail(`${EFFECTS[step.effect]}; ${back}`),
  ];
}

function describeFailure({ onFailure }: SourceStep): string {
  return onFailure.kind === 'step' ? `goes on with ${onFailure.step}` : onFailure.kind;
}

function detail(text: string): string {
  return `  ${''.padEnd(20)} ${text}`;
}
