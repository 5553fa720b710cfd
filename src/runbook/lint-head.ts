import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook } from './loaded.ts';

/** What is said of a runbook as a whole: its inputs, when it was read last, and whether it was ever played. */
export function lintHead(runbook: LoadedRunbook, { now, rehearsed }: { now: Date; rehearsed: boolean }): Finding[] {
  const { file, at } = runbook;
  const late = now.toISOString().slice(0, 10) > runbook.reviewBy;
  const pastReview = {
    expected: 'a runbook that was reviewed in time',
    got: `\`${runbook.reviewBy}\`, which has passed`,
    fix: `write a new day after ${runbook.owner} has read the runbook`,
  };
  const unrehearsed = {
    expected: 'a rehearsal beside the runbook',
    got: 'none',
    fix: `write ${runbook.id}.rehearsal.yaml (docs/rehearsals.md), then \`rekey runbooks rehearse ${runbook.id}\``,
  };
  return [
    ...(late ? [finding('past-review', { file, at, path: 'review_by' }, pastReview)] : []),
    ...(rehearsed ? [] : [finding('never-rehearsed', { file, at, path: '' }, unrehearsed)]),
    ...unusedInputs(runbook),
  ];
}

/** Whoever fills in an input believes that it makes a difference. */
function unusedInputs({ file, steps, inputsAt }: LoadedRunbook): Finding[] {
  const used = new Set(steps.flatMap((step) => [...step.paths]).map((path) => path.split('.').slice(0, 2).join('.')));
  return [...inputsAt].flatMap(([name, at]) => {
    if (used.has(`inputs.${name}`)) return [];
    const fix = 'remove it, or use it in a step';
    const complaint = { expected: 'an input that a step uses', got: `\`${name}\`, which none uses`, fix };
    return [finding('unused-input', { file, at, path: `inputs.${name}` }, complaint)];
  });
}
