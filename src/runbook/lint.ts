import type { KeyClasses } from '../domain/key-classes.ts';
import { type ApprovalRule, termsOf } from '../domain/policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import type { StepKind } from '../steps/contract.ts';
import { lintDeadlines } from './lint-deadlines.ts';
import { lintPins } from './lint-pins.ts';
import { lintSteps } from './lint-steps.ts';
import { loadRunbooks } from './load.ts';
import type { LoadedRunbook } from './loaded.ts';
import { childOf, type Node } from './node.ts';
import { type CheckedFile, checkKeyClasses, checkPolicy, KEY_CLASSES_FILE, POLICY_FILE } from './policy-file.ts';
import { type Complaint, inOrder, type Position, type RunbookProblem } from './problem.ts';
import { readRunbookFile, shownAs } from './read-file.ts';
import { didYouMean, listed, suggestion } from './suggest.ts';

/**
 * Everything that loading refuses, and what a reviewer would say besides: a runbook that loads can still be one that must not run.
 * Covers policy.yaml and key-classes.yaml too. Empty when there is nothing to say.
 */
export async function lintRunbooks(dir: string, catalogue: readonly StepKind[], now: Date): Promise<RunbookProblem[]> {
  const { runbooks, problems } = await loadRunbooks(dir, catalogue);
  const policy = await checkIn<Policy>(dir, POLICY_FILE, checkPolicy);
  const classes = await checkIn<KeyClasses>(dir, KEY_CLASSES_FILE, checkKeyClasses);
  const all = [...runbooks.values()];
  const found = all.flatMap((runbook) => [
    ...lintSteps(runbook),
    ...lintDeadlines(runbook),
    ...lintPins(runbook, runbooks),
    ...lintHead(runbook, now),
  ]);
  // While a file is refused, nobody knows on which alerts it would start: "remove it" would be wrong advice.
  const allLoaded = problems.length === 0 ? all : null;
  return inOrder([
    ...problems,
    ...found,
    ...(policy.kind === 'refused' ? policy.problems : lintAgainst(policy.value, all)),
    ...(policy.kind === 'refused' || allLoaded === null
      ? []
      : alertsWithoutRunbook(policy, allLoaded, shownAs(dir, POLICY_FILE))),
    ...(classes.kind === 'refused' ? classes.problems : []),
  ]);
}

async function checkIn<Value>(
  dir: string,
  name: string,
  check: (text: string, file: string) => CheckedFile<Value>,
): Promise<CheckedFile<Value>> {
  const read = await readRunbookFile(dir, name);
  return read.kind === 'text' ? check(read.text, shownAs(dir, name)) : { kind: 'refused', problems: [read.problem] };
}

function lintHead(runbook: LoadedRunbook, now: Date): RunbookProblem[] {
  const found: RunbookProblem[] = [];
  const add = (at: Position, path: string, complaint: Complaint) =>
    found.push({ file: runbook.file, line: at.line, column: at.column, path, ...complaint });
  if (now.toISOString().slice(0, 10) > runbook.reviewBy)
    add(runbook.at, 'review_by', {
      expected: 'a runbook that was reviewed in time',
      got: `\`${runbook.reviewBy}\`, which has passed`,
      fix: `write a new day after ${runbook.owner} has read the runbook`,
    });
  const used = new Set(
    runbook.steps.flatMap((step) => [...step.paths]).map((path) => path.split('.').slice(0, 2).join('.')),
  );
  for (const [name, at] of runbook.inputsAt) {
    if (used.has(`inputs.${name}`)) continue;
    const fix = 'remove it, or use it in a step';
    add(at, `inputs.${name}`, { expected: 'an input that a step uses', got: `\`${name}\`, which none uses`, fix });
  }
  return found;
}

function lintAgainst(policy: Policy, runbooks: readonly LoadedRunbook[]): RunbookProblem[] {
  return runbooks.flatMap((runbook) => [...lintRules(runbook, policy), ...alertsWithoutHook(runbook, policy)]);
}

function lintRules(runbook: LoadedRunbook, policy: Policy): RunbookProblem[] {
  return runbook.steps.flatMap((step) =>
    step.mentions
      .filter((mention) => mention.meaning === 'approval_rule')
      .flatMap(({ name, at, path }) => {
        const complaint = ruleComplaint(name, policy);
        return complaint === null ? [] : [{ file: runbook.file, ...at, path, ...complaint }];
      }),
  );
}

function ruleComplaint(name: string, policy: Policy): Complaint | null {
  const names = Object.keys(policy.rules);
  const rule = Object.hasOwn(policy.rules, name) ? policy.rules[name] : undefined;
  if (rule === undefined)
    return { expected: `a rule of policy.yaml: ${listed(names)}`, got: `\`${name}\``, fix: suggestion(name, names) };
  const tightest = shortfall(rule, policy);
  if (tightest === null) return null;
  const { approve, most } = tightest;
  return {
    expected: `a rule that somebody can satisfy: it wants ${approve}`,
    got: `\`${name}\`, which names ${most === 0 ? 'nobody' : `at most ${most}`} today`,
    fix: `write more people under \`rules.${name}.from\` in policy.yaml`,
  };
}

/** The alternative that is nearest to being satisfied when none can be; null when one can, or when nobody is asked. */
function shortfall(rule: ApprovalRule, policy: Policy): { approve: number; most: number } | null {
  const { tier, thresholds } = termsOf(rule);
  const ways = thresholds.map(({ approve, from }) => ({ approve, most: mostVoices(from, policy) }));
  if (tier === 0 || ways.some(({ approve, most }) => most >= approve)) return null;
  return ways.toSorted((a, b) => b.most - b.approve - (a.most - a.approve))[0] ?? null;
}

/** The most people that could ever decide: an owner or an escalation can be a group, so it counts as everybody. */
function mostVoices(from: readonly string[], policy: Policy): number {
  if (from.includes('owner') || from.includes('escalation')) return Object.keys(policy.people).length;
  return peopleNamed(policy, from, { owner: null, escalation: null }).size;
}

function alertsWithoutRunbook(
  { value: policy, node }: { value: Policy; node: Node },
  runbooks: readonly LoadedRunbook[],
  file: string,
): RunbookProblem[] {
  const started = [...new Set(runbooks.flatMap((runbook) => runbook.startOn.map((start) => start.alert)))];
  return Object.entries(policy.hooks).flatMap(([hook, { alerts }]) =>
    alerts.flatMap((alert, index) => {
      if (started.includes(alert)) return [];
      const path = `hooks.${hook}.alerts[${index}]`;
      const spot = ['hooks', hook, 'alerts', index].reduce<Node>((found, key) => childOf(found, key) ?? found, node);
      const got = `\`${alert}\`, on which nothing starts`;
      const meant = didYouMean(alert, started);
      const fix = meant === null ? 'write it under `start_on` of a runbook, or remove it' : `write \`${meant}\``;
      return [{ file, ...spot.at, path, expected: 'an alert that a runbook starts on', got, fix }];
    }),
  );
}

function alertsWithoutHook(runbook: LoadedRunbook, policy: Policy): RunbookProblem[] {
  const raised = [...new Set(Object.values(policy.hooks).flatMap((hook) => hook.alerts))];
  return runbook.startOn.flatMap(({ alert, at }, index) => {
    if (raised.includes(alert)) return [];
    const expected = 'an alert that a hook in policy.yaml may raise';
    const fix = raised.length === 0 ? `write \`${alert}\` under \`hooks\` in policy.yaml` : suggestion(alert, raised);
    return [{ file: runbook.file, ...at, path: `start_on[${index}].alert`, expected, got: `\`${alert}\``, fix }];
  });
}
