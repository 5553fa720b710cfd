import {
  type ForeseenRun,
  type ForeseenStep,
  firstFinal,
  problemsAhead,
  type RunbookPlan,
  undoable,
  whoHears,
  worstDelayMs,
} from '../../domain/runbook-plan.ts';

/** The plan for programs. Fields are added and never change their meaning under this name of the schema; docs/plan.md has them all. */
export function planJson(plan: RunbookPlan) {
  const { at, askedBy, runbook, start, run, radius, proof } = plan;
  return {
    schema: 'rekey.plan/1',
    at,
    asked_by: askedBy,
    runbook: { id: runbook.id, title: runbook.title, owner: runbook.owner, hash: runbook.hash },
    start: {
      now: start.obstacles.length === 0,
      obstacles: start.obstacles,
      joins: start.joins,
      incident: start.incident,
      notes: start.notes,
    },
    run: runJson(run),
    radius: {
      key: radius.key,
      callers: radius.callers,
      peers: radius.peers,
      environments: radius.environments,
      other_keys: radius.otherKeys,
    },
    summary: {
      hears: whoHears(plan),
      worst_enforcement_delay_ms: worstDelayMs(plan),
      point_of_no_return: firstFinal(plan)?.id ?? null,
      can_be_undone: undoable(plan).map(({ id }) => id),
      earliest_end_at: run.earliestEndAt,
      problems: problemsAhead(plan),
      last_proven:
        proof === null
          ? null
          : { ...proof, recoverMs: undefined, recover_ms: proof.recoverMs, this_text: proof.hash === runbook.hash },
      review_by: runbook.reviewBy,
    },
  };
}

function runJson(run: ForeseenRun): unknown {
  const { runbook, key, inputs, waived, deadlinesMs, steps, earliestEndAt } = run;
  return {
    runbook,
    key,
    inputs,
    waived,
    deadlines_ms: deadlinesMs,
    earliest_end_at: earliestEndAt,
    steps: steps.map(stepJson),
  };
}

function stepJson(step: ForeseenStep) {
  return {
    id: step.id,
    phase: step.phase,
    uses: step.uses,
    stage: step.stage,
    runs: step.willRun,
    effect: step.effect,
    undo: step.back,
    after_point_of_no_return: step.afterFinal,
    each: step.each,
    on_failure: step.onFailure,
    calls: step.calls,
    people: step.people.map(({ who, for: what, later = false, terms }) => ({
      who,
      for: what,
      only_when_unanswered: later,
      approval:
        terms === undefined
          ? null
          : {
              rule: terms.rule,
              tier: terms.tier,
              thresholds: terms.thresholds,
              expires_ms: terms.expiresMs,
              remind_ms: terms.remindMs,
              escalate: terms.escalate.map(({ afterMs, to }) => ({ after_ms: afterMs, to })),
            },
    })),
    notices: step.notices,
    enforcement_delay_ms: step.enforcementDelayMs,
    earliest_at: step.earliestAt,
    at_least_ms: step.atLeastMs,
    due_at: step.dueAt,
    deadline_ms: step.deadlineMs,
    problems: step.problems,
    starts: step.children.map(runJson),
    starts_left_out: step.childrenLeftOut,
    keys: step.keys,
  };
}
