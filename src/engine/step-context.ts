import { hostOf } from '../domain/connection.ts';
import type { Incident } from '../domain/incident.ts';
import { listsAhead } from '../domain/lists-ahead.ts';
import type { Decision, PlannedStep } from '../domain/plan.ts';
import { type JsonObject, type Run, type Scope, type StepRecord, scopeOf } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { Connection } from '../providers/connections.ts';
import type { StepContext } from '../steps/contract.ts';
import { childRuns } from './child-run.ts';
import type { EngineDeps } from './deps.ts';
import { rotationForStep } from './rotations/for-step.ts';
import { planScheduledRun } from './scheduled-runs/plan.ts';

interface At {
  run: Run;
  incident: Incident | null;
  step: PlannedStep;
  record: StepRecord;
  /** How long this attempt may take. */
  limitMs: number;
}

/** What one attempt of one step may see and use. */
export function stepContext(deps: EngineDeps, { run, incident, step, record, limitMs }: At): StepContext {
  const { each } = step;
  const dueAt = step.dueMs === null ? null : new Date(record.startedAt.getTime() + step.dueMs);
  return {
    run,
    incident,
    step: {
      id: step.id,
      token: record.token,
      generation: record.generation,
      attempt: record.attempts,
      assignee: step.assignee?.(scopeOf(run)) ?? null,
      startedAt: record.startedAt,
      dueAt,
    },
    now: deps.now,
    newId: deps.newId,
    ledger: deps.ledger.read,
    providers: deps.providers,
    sinks: deps.sinks,
    vault: deps.vault,
    stepUp: deps.stepUp,
    policy: deps.policy,
    classRule: deps.classRule,
    connection: (name) => grantedConnection(deps, run, name),
    outside: deps.outside,
    fileHash: (runbook) => deps.runbooks.current(runbook)?.hash ?? null,
    each: each === null ? null : { ...each, items: () => each.items(scopeOf(run)) },
    listsAhead: () => listsAhead(deps.runbooks.planOf(run.runbook), run, step),
    childRun: childRuns(deps, { run, step, record }),
    rotation: (asked) => rotationForStep(deps, { run, step, token: record.token }, asked),
    scheduledRun: (asked) => planScheduledRun(deps, { run, step, token: record.token }, asked),
    saveReport: deps.saveReport,
    decide: (field, live) => decide(step, field, { scope: scopeOf(run), live }),
    signal: AbortSignal.timeout(limitMs),
  };
}

/** A run keeps the grants of the text it started with; where a connection leads is looked up when it is used. */
async function grantedConnection(
  { connections, runbooks }: Pick<EngineDeps, 'connections' | 'runbooks'>,
  { runbook }: Run,
  name: string,
): Promise<Connection> {
  const connection = await connections(name);
  const host = hostOf(connection.spec);
  const { hosts } = runbooks.planOf(runbook);
  if (hosts.includes(host)) return connection;
  throw new Refusal(
    'host_not_granted',
    `The connection ${name} leads to ${host}, and ${runbook.id} is granted ${hosts.join(', ') || 'no host'}. Write ${host} under \`grants.hosts\` if it should call it.`,
  );
}

/** A condition among the step's own fields, on the run as it is and on what the step saw just now. */
function decide(
  step: PlannedStep,
  field: string,
  { scope, live }: { scope: Scope; live: JsonObject },
): Decision & { text: string } {
  const condition = step.conditions.get(field);
  if (condition === undefined) throw new PermanentFailure(`${step.id} has no condition ${field}.`);
  return { text: condition.text, ...condition.decide(scope, live) };
}
