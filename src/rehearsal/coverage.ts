import type { LoadedRunbook } from '../runbook/loaded.ts';
import { type Branch, branchesOf } from './branches.ts';
import type { Taken } from './taken.ts';

export interface Coverage {
  steps: { covered: number; of: number };
  branches: { covered: number; of: number };
  /** 0 to 100, steps and branches together, never rounded up to 100. */
  percent: number;
  missing: Branch[];
}

export function coverageOf(runbook: LoadedRunbook, taken: Taken): Coverage {
  const branches = branchesOf(runbook, taken.noGoesOn.get(runbook.id) ?? new Set());
  const covered = taken.branches.get(runbook.id) ?? new Set();
  const missing = branches.filter(({ id }) => !covered.has(id));
  const count = (kind: Branch['kind']) => {
    const all = branches.filter((branch) => branch.kind === kind);
    return { covered: all.filter(({ id }) => covered.has(id)).length, of: all.length };
  };
  const percent =
    branches.length === 0 ? 100 : Math.floor(((branches.length - missing.length) / branches.length) * 100);
  return { steps: count('step'), branches: count('branch'), percent, missing };
}
