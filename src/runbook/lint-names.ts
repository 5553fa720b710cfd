import type { Policy } from '../domain/policy.ts';
import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook } from './loaded.ts';
import { quote } from './problem.ts';
import { didYouMean } from './suggest.ts';

/** Owners and assignees that policy.yaml does not know: what was meant for them would reach nobody. */
export function lintNames(runbook: LoadedRunbook, policy: Policy): Finding[] {
  const { file, at, owner, steps } = runbook;
  const written = steps.flatMap((step) => step.mentions.filter(({ meaning }) => meaning === 'who'));
  return [
    ...(isKnown(owner, policy) ? [] : [unknown(owner, { file, at, path: 'owner' }, policy)]),
    ...written.flatMap(({ name, at: place, path }) =>
      name.includes('${') || isKnown(name, policy) ? [] : [unknown(name, { file, at: place, path }, policy)],
    ),
  ];
}

// Circles that a step explains by itself, besides what policy.yaml names.
const CIRCLES = new Set(['owner', 'escalation', 'callers', 'peers', 'claim']);

function isKnown(name: string, { people, groups }: Policy): boolean {
  if (CIRCLES.has(name)) return true;
  return name.startsWith('group:') ? Object.hasOwn(groups, name.slice('group:'.length)) : Object.hasOwn(people, name);
}

function unknown(name: string, place: Parameters<typeof finding>[1], { people, groups }: Policy): Finding {
  const known = [...Object.keys(people), ...Object.keys(groups).map((group) => `group:${group}`)];
  const meant = didYouMean(name, known);
  return finding('unknown-person', place, {
    expected: 'a person or a group of policy.yaml',
    got: quote(name),
    fix:
      meant === null ? 'write one of these, or add it to policy.yaml' : `did you mean \`${meant}\`? write \`${meant}\``,
  });
}
