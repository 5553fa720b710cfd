import { hostOf } from '../domain/connection.ts';
import { RunId, StepId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { type JsonObject, type Run, type StepRecord, scopeOf } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Connection } from '../providers/connections.ts';
import type { StepContext } from '../steps/contract.ts';
import type { EngineDeps } from './deps.ts';

interface At {
  run: Run;
  incident: Incident | null;
  step: PlannedStep;
  record: StepRecord;
}

/** What one attempt of one step may see and use. */
export function stepContext(deps: EngineDeps, { run, incident, step, record }: At): StepContext {
  const dueAt = step.dueMs === null ? null : new Date(record.startedAt.getTime() + step.dueMs);
  return {
    run,
    incident,
    step: {
      id: step.id,
      token: record.token,
      attempt: record.attempts,
      assignee: step.assignee?.(scopeOf(run)) ?? null,
      dueAt,
    },
    now: deps.now,
    newId: deps.newId,
    ledger: deps.ledger.read,
    providers: deps.providers,
    sinks: deps.sinks,
    vault: deps.vault,
    policy: deps.policy,
    classRule: deps.classRule,
    connection: (name) => grantedConnection(deps, run, name),
    fileHash: (runbook) => deps.runbooks.current(runbook)?.hash ?? null,
    childRun: async (runbook, inputs) => childRun(deps, { run, step, record }, { runbook, inputs }),
    saveReport: deps.saveReport,
    signal: AbortSignal.timeout(step.timeoutMs),
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

function childRun(
  deps: EngineDeps,
  { run, step, record }: Pick<At, 'run' | 'step' | 'record'>,
  { runbook, inputs }: { runbook: string; inputs: JsonObject },
): Run {
  const text = deps.runbooks.current(runbook);
  if (text === null)
    throw new Refusal(
      'unknown_runbook',
      `There is no runbook ${runbook} among the loaded ones. Add it or fix the step ${step.id}.`,
    );
  const checked = deps.runbooks.checkInputs(runbook, inputs);
  return {
    // From the parent's token: starting it again after a crash is the same child.
    id: RunId.parse(`${record.token.replaceAll('.', '-')}`),
    incident: run.incident,
    parent: { run: run.id, step: StepId.parse(step.id) },
    runbook: text,
    inputs: checked,
    key: run.key,
    requestedBy: run.requestedBy,
    reason: `started by ${run.runbook.id}, step ${step.id}`,
    startedAt: deps.now(),
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    paused: null,
    steps: {},
  };
}
