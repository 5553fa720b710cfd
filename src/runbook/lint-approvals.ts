import { type ApprovalRule, termsOf } from '../domain/policy/approval-rule.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import { type Finding, finding, type RuleId } from './finding.ts';
import type { LoadedRunbook } from './loaded.ts';
import { childOf, type Node } from './node.ts';
import type { Complaint } from './problem.ts';
import { listed, suggestion } from './suggest.ts';

interface WrittenPolicy {
  file: string;
  node: Node;
  policy: Policy;
}

/** The rules that approvals name: whether they are there, and whether somebody can decide under them in time. */
export function lintApprovals(runbooks: readonly LoadedRunbook[], written: WrittenPolicy): Finding[] {
  const { policy } = written;
  const mentions = runbooks.flatMap(({ file, steps }) =>
    steps.flatMap((step) =>
      step.mentions.flatMap(({ meaning, name, at, path }) =>
        meaning === 'approval_rule' ? [{ name, place: { file, at, path } }] : [],
      ),
    ),
  );
  const used = [...new Set(mentions.map(({ name }) => name))].sort();
  return [
    ...mentions.flatMap(({ name, place }) => {
      const wrong = undecidable(name, policy);
      return wrong === null ? [] : [finding(wrong.rule, place, wrong.complaint)];
    }),
    ...used.flatMap((name) => lintRule(name, written)),
  ];
}

function undecidable(name: string, policy: Policy): { rule: RuleId; complaint: Complaint } | null {
  const names = Object.keys(policy.rules);
  const rule = ruleNamed(name, policy);
  if (rule === undefined) {
    const complaint = {
      expected: `a rule of policy.yaml: ${listed(names)}`,
      got: `\`${name}\``,
      fix: suggestion(name, names),
    };
    return { rule: 'unknown-rule', complaint };
  }
  const tightest = shortfall(rule, policy);
  if (tightest === null) return null;
  const { approve, most } = tightest;
  const complaint = {
    expected: `a rule that somebody can satisfy: it wants ${approve}`,
    got: `\`${name}\`, which names ${most === 0 ? 'nobody' : `at most ${most}`} today`,
    fix: `write more people under \`rules.${name}.from\` in policy.yaml`,
  };
  return { rule: 'nobody-can-approve', complaint };
}

/** Of a rule itself, once however many runbooks name it. */
function lintRule(name: string, { file, node, policy }: WrittenPolicy): Finding[] {
  const rule = ruleNamed(name, policy);
  if (rule === undefined || termsOf(rule).tier === 0) return [];
  const path = `rules.${name}`;
  const spot = ['rules', name].reduce<Node>((found, key) => childOf(found, key) ?? found, node);
  const place = { file, at: spot.at, path };
  const { planned, emergency } = rule.expires_minutes;
  return [
    ...(childOf(spot, 'expires_minutes') === null
      ? [finding('approval-expiry-unsaid', place, expiryUnsaid(name, planned, emergency))]
      : []),
    ...(termsOf(rule).escalate.length === 0 ? [finding('approval-without-escalation', place, unescalated(name))] : []),
  ];
}

function expiryUnsaid(name: string, planned: number, emergency: number): Complaint {
  return {
    expected: 'a rule that says how long people have to decide',
    got: `\`${name}\` without \`expires_minutes\`, so it is ${planned} minutes, and ${emergency} in an emergency`,
    fix: `write for instance \`expires_minutes: { planned: 120, emergency: ${emergency} }\``,
  };
}

function unescalated(name: string): Complaint {
  return {
    expected: 'a rule that says who is asked when nobody answers',
    got: `\`${name}\` without \`escalate\``,
    fix: 'write for instance `escalate: [{ after: 5m, to: [group:oncall] }]`',
  };
}

function ruleNamed(name: string, { rules }: Policy): ApprovalRule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
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
