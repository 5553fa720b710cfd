import type { Binding } from '../approval.ts';

/** Names what changed between two bindings, in words for the reviewer; empty when nothing did. */
export function differencesOf(before: Binding, after: Binding): string[] {
  const changes: string[] = [];
  if (before.runbookHash !== after.runbookHash)
    changes.push(`the runbook that runs (${short(before.runbookHash)} → ${short(after.runbookHash)})`);
  if (before.fileHash !== after.fileHash)
    changes.push(
      `the runbook's file (${short(before.fileHash)} → ${short(after.fileHash)}); this run keeps the text it started with (${short(after.runbookHash)})`,
    );
  if (before.keyVersion !== after.keyVersion)
    changes.push(`the key (row version ${before.keyVersion ?? '-'} → ${after.keyVersion ?? '-'})`);
  if (before.policyHash !== after.policyHash)
    changes.push(`the policy (${short(before.policyHash)} → ${short(after.policyHash)})`);
  if (JSON.stringify(before.inputs) !== JSON.stringify(after.inputs)) changes.push('the inputs');
  return changes;
}

function short(hash: string | null): string {
  return hash === null ? 'missing' : hash.slice(0, 8);
}
