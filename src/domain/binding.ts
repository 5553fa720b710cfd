import type { Binding } from './approval.ts';
import { contentHash } from './canonical.ts';
import type { Run } from './run.ts';

/** What a decision about this run is bound to, as of now. Computed when the question is put, at each press, and when it is spent. */
export function bindingOf(
  run: Pick<Run, 'runbook' | 'inputs'>,
  now: { fileHash: string | null; keyVersion: number | null; policyHash: string },
): Binding {
  return { runbook: run.runbook.id, runbookHash: run.runbook.hash, inputs: run.inputs, ...now };
}

/**
 * Hash of what would run. The file's hash stays out: a run keeps the text it started with, so editing the file does not change
 * what was approved.
 */
export function planHashOf(binding: Binding): string {
  const { fileHash: _, ...plan } = binding;
  return contentHash(plan);
}

/** Hash of everything the reviewer was shown, the edited file included: a press on another hash is stale. */
export function reviewHashOf(binding: Binding): string {
  return contentHash(binding);
}
