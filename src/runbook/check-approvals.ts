import type { CompiledStep } from './compile-step.ts';
import type { Section } from './drafts.ts';
import type { SourceStep } from './loaded.ts';
import { joinPath } from './node.ts';
import type { Report } from './problem.ts';

/**
 * Where a run goes on after a no, whatever changes something has to ask whether there was a yes. Without that a runbook reads as if people
 * decided, and nobody does.
 */
export function checkApprovals(sections: readonly Section[], compiled: readonly CompiledStep[], report: Report): void {
  const steps = compiled.map(({ source }) => source);
  const drafts = sections.flatMap(({ stages }) => stages.flat());
  for (const approval of steps.filter(asksForApproval)) {
    const from = goesOnAt(approval, steps);
    const unasked = steps.filter((step) => from !== null && isAfterNo(step, { approval, from }));
    const open = unasked.filter((step) => changes(step) && !asksFor(approval, { step, steps }));
    const at = drafts.find(({ id }) => id === approval.id)?.node.entries.get('on_failure')?.node.at ?? approval.at;
    if (open.length > 0) report.add(at, joinPath(approval.path, 'on_failure'), complaintOf(approval, open));
  }
}

/** Of what its `with` says: its rule names the people who decide. */
export function asksForApproval({ mentions }: Pick<SourceStep, 'mentions'>): boolean {
  return mentions.some(({ meaning }) => meaning === 'approval_rule');
}

/** The stage with which a run goes on that was told no; null where a no ends it, or a person decides what then. */
function goesOnAt({ onFailure, stage }: SourceStep, steps: readonly SourceStep[]): number | null {
  if (onFailure.kind === 'continue') return stage + 1;
  if (onFailure.kind !== 'step') return null;
  return steps.find(({ id }) => id === onFailure.step)?.stage ?? null;
}

// `finally` runs however the run ends, after a no that stops it too.
function isAfterNo(step: SourceStep, { approval, from }: { approval: SourceStep; from: number }): boolean {
  return step.stage >= from && (step.phase !== 'finally' || approval.phase === 'finally');
}

function changes({ effect, kind }: SourceStep): boolean {
  return effect !== 'reads' && kind.onlyTells !== true;
}

/** In its own `when`, or in that of a step without which its `when` does not hold. */
function asksFor(approval: SourceStep, { step, steps }: { step: SourceStep; steps: readonly SourceStep[] }): boolean {
  const parts = new Set(step.facts);
  for (const part of parts) {
    if (part.includes(`has(steps.${approval.id})`)) return true;
    const id = /^has\(steps\.([a-z0-9_]+)\)$/.exec(part)?.[1];
    for (const implied of steps.find((other) => other.id === id)?.facts ?? []) parts.add(implied);
  }
  return false;
}

function complaintOf(approval: SourceStep, open: readonly SourceStep[]) {
  const asked = `\`when: has(steps.${approval.id})\``;
  return {
    expected: `${asked} on every later step that changes something, because the run goes on after a no`,
    got: `none on ${open.map(({ id, kind }) => `\`${id}\` (${kind.uses})`).join(', ')}`,
    fix: `write ${asked} there, or remove \`on_failure\`, so that a no ends the run`,
  };
}
