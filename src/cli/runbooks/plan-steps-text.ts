import { spanText } from '../../domain/duration.ts';
import { instantText } from '../../domain/instant.ts';
import { PHASES } from '../../domain/run.ts';
import type { ApprovalTerms, ForeseenPeople, ForeseenRun, ForeseenStep } from '../../domain/runbook-plan.ts';
import { keyRef } from '../../steps/fields.ts';
import { labelled } from '../wrap.ts';

const DETAIL = 9;
const STEP_WIDTH = 22;

/** The phases of a run with their steps; those of a run that a step would start stand below it, further in. */
export function runText(run: ForeseenRun, depth: number): string[] {
  const pad = '  '.repeat(depth);
  return [...PHASES, 'finally' as const].flatMap((phase) => {
    const steps = run.steps.filter((step) => step.phase === phase);
    const waived = phase === 'finally' ? undefined : run.waived[phase];
    if (steps.length === 0 && waived === undefined) return [];
    const head = depth === 0 ? ['', phase] : [`${pad}${phase}`];
    if (waived !== undefined) return [...head, labelled('waived', waived, at(depth))];
    return [...head, ...steps.flatMap((step) => stepText(step, { depth, together: together(step, steps) }))];
  });
}

export function inputsText(inputs: ForeseenRun['inputs']): string {
  const given = Object.entries(inputs).map(([name, value]) => {
    const key = keyRef.safeParse(value);
    return `${name} = ${key.success ? `${key.data.slug} v${key.data.version}` : JSON.stringify(value)}`;
  });
  return given.join(', ') || 'none';
}

function at(depth: number) {
  return { indent: 4 + 2 * depth, labelWidth: DETAIL };
}

function together({ id, stage }: ForeseenStep, steps: readonly ForeseenStep[]): string[] {
  return steps.filter((other) => other.stage === stage && other.id !== id).map((other) => other.id);
}

function stepText(step: ForeseenStep, { depth, together: beside }: { depth: number; together: string[] }): string[] {
  const { willRun, back } = step;
  const pad = '  '.repeat(depth + 1);
  const name = `${pad}${step.id.padEnd(STEP_WIDTH)} ${step.uses}`;
  if (willRun.kind === 'no') return [labelled(`– ${step.id}`, `left out: ${willRun.why}`, leftOut(depth))];
  const detail = (label: string, text: string) => labelled(label, text, at(depth));
  const final = back.kind === 'point_of_no_return';
  return [
    name,
    ...(willRun.kind === 'depends' ? dependsRows(willRun).map(([label, text]) => detail(label, text)) : []),
    ...(beside.length === 0 ? [] : [detail('beside', beside.join(', '))]),
    ...(step.each === null ? [] : [detail('each', step.each)]),
    ...step.calls.map((call) => detail('does', call)),
    ...step.people.flatMap((asked) => askedRows(asked).map(([label, text]) => detail(label, text))),
    ...(step.notices.length === 0 ? [] : [detail('tells', step.notices.join(', '))]),
    ...(step.dueAt === null ? [] : [detail('due', `${instantText(step.dueAt)} at the earliest`)]),
    ...(step.enforcementDelayMs === null || step.enforcementDelayMs === 0
      ? []
      : [detail('delay', `the old state may be honoured for up to ${spanText(step.enforcementDelayMs)}`)]),
    ...(step.onFailure === null ? [] : [detail('fails', step.onFailure)]),
    ...(back.kind === 'undo' ? [detail(step.afterFinal === 'yes' ? 'no undo' : 'undo', undoText(step))] : []),
    ...step.problems.map((problem) => detail('PROBLEM', problem)),
    ...step.children.flatMap((child) => childText(child, depth)),
    ...(step.childrenLeftOut === 0 ? [] : [detail('', `… and ${step.childrenLeftOut} more such runs`)]),
    ...(final ? [finalText(step, pad)] : []),
  ];
}

function leftOut(depth: number) {
  return { indent: 2 * (depth + 1), labelWidth: STEP_WIDTH + 1 };
}

type Rows = [label: string, text: string][];

function dependsRows(willRun: Extract<ForeseenStep['willRun'], { kind: 'depends' }>): Rows {
  return [
    ['only if', `${willRun.when}; else it is left out`],
    ['known', `with ${willRun.on.join(', ') || 'the run'}`],
  ];
}

function undoText({ afterFinal, back }: ForeseenStep): string {
  if (afterFinal === 'no') return back.text;
  return afterFinal === 'yes'
    ? 'a point of no return lies before it, so only going forward is possible'
    : `${back.text} Not once a point of no return was passed.`;
}

function finalText({ back, willRun }: ForeseenStep, pad: string): string {
  const sure = willRun.kind === 'yes' ? 'From here only forward' : 'If it ran, from here only forward';
  return `${pad}──── ${sure}: ${back.text}`;
}

function askedRows({ who, for: what, later, terms }: ForeseenPeople): Rows {
  const names = who.join(', ') || 'known only then';
  if (later) return [['later', `${names}, when nobody has answered in time`]];
  const asked: Rows = [['asks', `${names}: “${what}”`]];
  return terms === undefined ? asked : [...asked, ['under', termsText(terms)]];
}

const TIERS = {
  0: 'nobody is asked',
  1: 'one click',
  2: 'the name typed',
  3: 'two people, each with a code',
} as const;

function termsText({ rule, tier, thresholds, expiresMs, remindMs, escalate }: ApprovalTerms): string {
  const ways = thresholds.map(({ approve, deny, from, when }) => {
    const reason = when?.reason === undefined ? '' : ' with a reason';
    return `${approve} of ${from.join(', ')}${reason} (${deny} ${deny === 1 ? 'no ends' : 'noes end'} it)`;
  });
  const ladder = [
    ...remindMs.map((ms) => `reminded after ${spanText(ms)}`),
    ...escalate.map(({ afterMs, to }) => `${to.join(', ')} asked too after ${spanText(afterMs)}`),
  ];
  return [
    `rule ${rule}, tier ${tier} (${TIERS[tier]})`,
    ways.join(' or '),
    `expires after ${spanText(expiresMs)}`,
    ladder.join(', ') || 'nobody is reminded or asked besides',
  ].join('; ');
}

function childText(child: ForeseenRun, depth: number): string[] {
  const pad = '  '.repeat(depth + 2);
  const about = child.key === null ? '' : ` for ${child.key}`;
  return [`${pad}↳ ${child.runbook.id}${about}: ${child.runbook.title}`, ...runText(child, depth + 2)];
}
