import type { Complaint, Position, RunbookProblem } from './problem.ts';

/**
 * `error`: it must not go live. `advice`: somebody has to look at it, and an incident is no time for that; a deadline of a calendar or a missing
 * rehearsal must not keep a fix from going live either.
 */
export type Level = 'error' | 'advice';

/** Every rule of lint with its level; docs/lint.md says why and what to do. */
export const LINT_RULES = {
  refused: 'error',
  'no-approval': 'error',
  'no-way-back': 'error',
  'unknown-rule': 'error',
  'nobody-can-approve': 'error',
  unreachable: 'error',
  'never-holds': 'error',
  'unused-input': 'error',
  'no-due': 'error',
  'deadline-too-short': 'error',
  'outdated-pin': 'error',
  'zero-grace': 'error',
  'alert-without-runbook': 'error',
  'alert-without-hook': 'error',
  'unknown-person': 'error',
  'notice-unreviewed': 'error',
  'bad-allow': 'error',
  'undo-after-final': 'advice',
  'max-failures-unsaid': 'advice',
  'approval-expiry-unsaid': 'advice',
  'approval-without-escalation': 'advice',
  'alarm-without-runbook': 'advice',
  'past-review': 'advice',
  'never-rehearsed': 'advice',
  'notice-reviewer-left': 'advice',
  'notice-review-old': 'advice',
  'unused-allow': 'advice',
} as const satisfies Record<string, Level>;

export type RuleId = keyof typeof LINT_RULES;

export interface Finding extends RunbookProblem {
  rule: RuleId;
  level: Level;
}

/** A finding that its file accepts, with the reason that stands there. */
export interface Accepted extends Finding {
  because: string;
}

export interface Place {
  file: string;
  at: Position;
  path: string;
}

export function finding(rule: RuleId, { file, at, path }: Place, complaint: Complaint): Finding {
  const { line, column } = at;
  return { rule, level: LINT_RULES[rule], file, line, column, path, ...complaint };
}

export function ruled(rule: RuleId, problems: readonly RunbookProblem[]): Finding[] {
  return problems.map((problem) => ({ ...problem, rule, level: LINT_RULES[rule] }));
}

export function isRule(text: string): text is RuleId {
  return Object.hasOwn(LINT_RULES, text);
}
