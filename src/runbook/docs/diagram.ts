import { PHASES } from '../../domain/run.ts';
import type { LoadedRunbook, SourceStep } from '../loaded.ts';

/** The flow of a runbook for Mermaid: a box per phase, the stages from top to bottom, who decides and what cannot be taken back. */
export function diagramOf({ plan, steps }: LoadedRunbook): string {
  const sections = [...PHASES, 'finally' as const];
  const boxes = sections.flatMap((phase) => {
    const own = steps.filter((step) => step.phase === phase);
    return own.length === 0 ? [] : [`  subgraph ${phase}`, '    direction TB', ...own.map(node), '  end'];
  });
  const waived = sections.flatMap((phase) =>
    phase !== 'finally' && plan.waived[phase] !== undefined ? [`  ${phase}[/"${phase}: waived"/]`] : [],
  );
  return ['flowchart TB', ...boxes, ...waived, ...arrows(steps), ...jumps(steps), ...looks(steps)].join('\n');
}

// A person decides in a diamond, another runbook is a double box, the rest is a box.
function node(step: SourceStep): string {
  const label = `${step.id}<br/><small>${step.kind.uses}</small>`;
  if (step.kind.uses === 'approve') return `    ${step.id}{{"${label}"}}`;
  if (step.kind.uses === 'ask') return `    ${step.id}(["${label}"])`;
  if (step.kind.uses === 'runbook.start') return `    ${step.id}[["${label}"]]`;
  return `    ${step.id}["${label}"]`;
}

/** From every step of a stage to every step of the next; what runs under a condition is drawn with a broken line. */
function arrows(steps: readonly SourceStep[]): string[] {
  const stages = [...Map.groupBy(steps, (step) => step.stage).entries()]
    .sort(([a], [b]) => a - b)
    .map(([, stage]) => stage);
  return stages.flatMap((stage, index) =>
    (stages[index + 1] ?? []).flatMap((next) =>
      stage.map((step) => `  ${step.id} ${next.when === null ? '-->' : '-.->'} ${next.id}`),
    ),
  );
}

function jumps(steps: readonly SourceStep[]): string[] {
  return steps.flatMap(({ id, onFailure }) =>
    onFailure.kind === 'step' ? [`  ${id} -. on failure .-> ${onFailure.step}`] : [],
  );
}

function looks(steps: readonly SourceStep[]): string[] {
  const final = steps.filter((step) => step.kind.undo.kind === 'point_of_no_return').map((step) => step.id);
  return final.length === 0 ? [] : ['  classDef final stroke-width:4px', `  class ${final.join(',')} final`];
}
