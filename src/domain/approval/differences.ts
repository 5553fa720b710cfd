import type { Binding } from '../approval.ts';
import { canonicalJson } from '../canonical.ts';
import type { Json, JsonObject } from '../run.ts';

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
  const inputs = changedInputs(before.inputs, after.inputs);
  if (inputs.length > 0) changes.push(`the inputs (${inputs.join(', ')})`);
  return changes;
}

function changedInputs(before: JsonObject, after: JsonObject): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const shown = (value: Json | undefined) => (value === undefined ? 'none' : JSON.stringify(value).slice(0, 40));
  return names.flatMap((name) =>
    canonicalJson(before[name] ?? null) === canonicalJson(after[name] ?? null)
      ? []
      : [`${name} ${shown(before[name])} → ${shown(after[name])}`],
  );
}

function short(hash: string | null): string {
  return hash === null ? 'missing' : hash.slice(0, 8);
}
