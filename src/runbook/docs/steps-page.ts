import type { StepKind } from '../../steps/contract.ts';
import { usualRetry } from '../read-retry.ts';
import { fieldsTable } from './fields-table.ts';
import { durationText } from './markdown.ts';

const EFFECTS = { reads: 'looks only', writes: 'changes something', destroys: 'destroys something' };
const REPEATS = {
  safe: 'It is done again: twice is as once.',
  probe: 'Rekey looks whether it happened, and goes on from what it finds.',
  ask: 'Rekey asks a person whether it happened.',
};
const REHEARSALS = {
  real: 'It runs as it is, on the scratch ledger.',
  scripted: 'It reaches outside: the rehearsal file gives its result.',
};

/** `docs/steps.md`: every step kind, drawn from the catalogue. */
export function stepsPage(catalogue: readonly StepKind[]): string {
  return [
    '# Step kinds',
    '',
    'What may stand after `uses:` in a runbook. This page is made from the step catalogue by `node scripts/check-runbooks.ts --write`;',
    'how a runbook is written stands in [runbooks.md](runbooks.md).',
    '',
    ...catalogue.map(({ uses, summary }) => `- [\`${uses}\`](#${anchorOf(uses)}): ${summary}`),
    ...catalogue.flatMap(section),
    '',
  ].join('\n');
}

function section(kind: StepKind): string[] {
  const { attempts, backoffMs } = usualRetry(kind, kind.repeat);
  return [
    '',
    `## ${kind.uses}`,
    '',
    kind.summary,
    '',
    `- Effect: ${EFFECTS[kind.effect]}.`,
    `- After a crash in the middle: ${REPEATS[kind.repeat]}`,
    `- Taking it back: ${undoText(kind.undo)}`,
    `- One attempt may take ${durationText(kind.timeoutMs)}; ${attemptsText(attempts, backoffMs)}`,
    `- In a rehearsal: ${REHEARSALS[kind.rehearsal]}`,
    '',
    '**with**',
    '',
    ...fieldsTable(kind.with, { side: 'input' }),
    '',
    '**outputs**',
    '',
    ...fieldsTable(kind.outputs, { side: 'output' }),
    ...(kind.each === undefined
      ? []
      : ['', '**outputs with `each`**', '', ...fieldsTable(kind.each.outputs, { side: 'output' })]),
  ];
}

function undoText(undo: StepKind['undo']): string {
  if (undo.kind === 'undo') return undo.summary;
  return undo.kind === 'nothing'
    ? `nothing to take back. ${undo.why}`
    : `impossible, a point of no return. ${undo.why}`;
}

function attemptsText(attempts: number, backoffMs: number): string {
  return attempts === 1
    ? 'it is tried once.'
    : `it is tried up to ${attempts} times, first after ${durationText(backoffMs)}, then doubling.`;
}

function anchorOf(uses: string): string {
  return uses.replaceAll('.', '');
}
