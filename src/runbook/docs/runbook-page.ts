import { PHASES } from '../../domain/run.ts';
import type { LoadedRunbook, SourceStep } from '../loaded.ts';
import { settingsOf } from '../settings-of.ts';
import { diagramOf } from './diagram.ts';
import { cell } from './markdown.ts';

/** A page for people who have to know what a runbook does before it runs: when, what, who, and what cannot be taken back. */
export function runbookPage(runbook: LoadedRunbook): string {
  const { id, title, owner, reviewBy, appliesTo, startOn, grants, plan } = runbook;
  const places = Object.entries(grants).flatMap(([kind, names]) =>
    names.length === 0 ? [] : `${kind}: ${names.join(', ')}`,
  );
  const starts = startOn.map(({ alert, when }) =>
    when === null ? `\`${alert}\`` : `\`${alert}\` when \`${when.text}\``,
  );
  return [
    `# ${id}`,
    '',
    `${title}.`,
    '',
    `- **For keys of the classes** ${appliesTo.join(', ')}`,
    `- **Starts on** ${starts.join(', ') || 'the request of a person, or another runbook'}`,
    `- **May touch** ${places.join('; ') || 'nothing outside of the ledger'}`,
    `- **Kept by** ${owner}, to be reviewed by ${reviewBy}`,
    '',
    ...inputsOf(runbook),
    '```mermaid',
    diagramOf(runbook),
    '```',
    '',
    'Hexagons are approvals, rounded boxes are questions to people, double boxes start another runbook, broken lines lead to steps that run under',
    'a condition, and what has a thick border cannot be taken back.',
    ...[...PHASES, 'finally' as const].flatMap((phase) => phaseOf(phase, runbook, plan.waived)),
    '',
    `Made from \`${id}.yaml\` (${runbook.hash.slice(0, 8)}) by \`rekey runbooks docs\`.`,
    '',
  ].join('\n');
}

function inputsOf({ inputs }: LoadedRunbook): string[] {
  const rows = Object.entries(inputs).map(([name, spec]) => {
    const values = spec.type === 'enum' ? spec.values.join(', ') : spec.type;
    const usual = spec.type === 'key' || spec.default === undefined ? 'needed' : String(spec.default);
    return `| \`${name}\` | ${cell(values)} | ${cell(usual)} | ${cell(spec.description ?? '')} |`;
  });
  return rows.length === 0 ? [] : ['| input | values | when not given | |', '|---|---|---|---|', ...rows, ''];
}

function phaseOf(
  phase: SourceStep['phase'],
  { steps }: LoadedRunbook,
  waived: LoadedRunbook['plan']['waived'],
): string[] {
  const own = steps.filter((step) => step.phase === phase);
  const why = phase === 'finally' ? undefined : waived[phase];
  if (own.length === 0 && why === undefined) return [];
  const title = ['', `## ${phase[0]?.toUpperCase()}${phase.slice(1)}`, ''];
  if (why !== undefined) return [...title, `Waived: ${why}`];
  return [...title, '| step | what happens | when | taking it back |', '|---|---|---|---|', ...own.map(row)];
}

function row(step: SourceStep): string {
  const { kind, id, when, due, onFailure } = step;
  const words = step.mentions.filter(({ meaning }) => meaning === 'people_text').map(({ name }) => `“${name}”`);
  const failure = onFailure.kind === 'step' ? `goes on with \`${onFailure.step}\`` : onFailure.kind;
  const what = [
    // What people are asked says more than that they are asked.
    ...(words.length > 0 && kind.effect === 'reads' ? words : [kind.summary, ...words]),
    ...settingsOf(step).map((one) => `\`${one.replaceAll('`', "'")}\``),
    ...(due === null ? [] : [`Due after ${due}.`]),
    ...(onFailure.kind === 'stop' ? [] : [`On failure: ${failure}.`]),
  ].join(' ');
  return `| \`${id}\` (\`${kind.uses}\`) | ${cell(what)} | ${when === null ? 'always' : `\`${cell(when)}\``} | ${cell(backOf(step))} |`;
}

function backOf({ kind }: SourceStep): string {
  if (kind.undo.kind === 'undo') return kind.undo.summary;
  return kind.undo.kind === 'nothing' ? '–' : `**cannot be taken back**: ${kind.undo.why}`;
}
