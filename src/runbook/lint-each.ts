import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';

/** Where a list of runs destroys something, how many of them may fail before the rest is left alone is a decision and no default. */
export function lintEach(runbook: LoadedRunbook, loaded: ReadonlyMap<string, LoadedRunbook>): Finding[] {
  return runbook.steps.flatMap((step) => {
    const started = startedBy(step, loaded);
    if (step.each === null || step.fields.has('max_failures') || started === null) return [];
    const destroys = started.steps.find(({ effect }) => effect === 'destroys');
    if (destroys === undefined) return [];
    const complaint = {
      expected: '`max_failures` on a list of runs that destroy something',
      got: `\`${step.id}\` without it, so the first failure stops the rest; ${started.id} destroys in \`${destroys.id}\``,
      fix: 'write `max_failures: 0` when that is meant, or how many may fail, such as `20%`',
    };
    return [finding('max-failures-unsaid', { file: runbook.file, at: step.at, path: step.path }, complaint)];
  });
}

function startedBy({ mentions }: SourceStep, loaded: ReadonlyMap<string, LoadedRunbook>): LoadedRunbook | null {
  const name = mentions.find(({ meaning }) => meaning === 'runbook')?.name;
  return name === undefined ? null : (loaded.get(name) ?? null);
}
