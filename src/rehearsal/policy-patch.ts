import { contentHash } from '../domain/canonical.ts';
import { Policy } from '../domain/policy.ts';
import { Refusal } from '../errors.ts';

/** policy.yaml with what a rehearsal says is different: mappings are merged, null takes a name away, everything else is replaced. */
export function patchedPolicy(policy: Policy, patches: readonly unknown[]): { policy: Policy; hash: string } {
  const merged = patches.reduce<unknown>(merge, policy);
  const parsed = Policy.safeParse(merged);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
    throw new Refusal('bad_policy', `With \`policy\` of this rehearsal, policy.yaml is not one any more: ${where}.`);
  }
  return { policy: parsed.data, hash: contentHash(merged) };
}

function merge(base: unknown, patch: unknown): unknown {
  if (patch === undefined) return base;
  if (!isMapping(base) || !isMapping(patch)) return patch;
  const merged = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(patch))
    if (value === null) merged.delete(name);
    else merged.set(name, merge(merged.get(name), value));
  return Object.fromEntries(merged);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
