import type { AskedIn } from '../../domain/asked-in.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { IncidentId, RunId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import { isAboutLeak } from '../../steps/room-wanted.ts';
import { newRun } from '../begin.ts';
import type { Origin } from '../engine.ts';
import { incidentOfRun } from '../incident-of-run.ts';
import { assertReason } from '../keys/record-on-key.ts';
import type { PlanDeps } from '../plan/plan-runbook.ts';
import { auditRefusal } from '../refusals.ts';
import { ROTATION_RUNBOOK } from '../rotations/runbook.ts';
import { wakeAll } from '../rotations/wake.ts';
import { EMERGENCY_RUNBOOK, LEAK_RUNBOOK } from '../start.ts';
import { inputsOf, loadedOrRefuse } from './asked.ts';

export interface RunRequest extends Origin {
  runbook: string;
  /** A slug, an id, a public id or a fingerprint, for the input of type `key`. */
  key: string | null;
  /** The incident that it is part of, where it opens none itself. */
  incident?: IncidentId;
  /** As people write them: `situation` → `exploited`. */
  inputs: Readonly<Record<string, string>>;
  reason: string;
  /** Where its message is to be when it opens no incident; left out outside of Slack. */
  askedIn?: AskedIn;
}

export interface Begun {
  run: RunId;
  /** Opened with the run, for a runbook that alerts start. */
  incident: IncidentId | null;
}

/**
 * Starts a runbook by hand, as an alert or a step of another one would. Emergencies and rotations have rules of their own and verbs that know
 * them. Refusals: `not_allowed`, `unknown_runbook`, `bad_inputs`, `unknown_key`, `runbook_does_not_fit`, `run_open`, `another_verb`.
 */
export async function runRunbook(deps: PlanDeps, request: RunRequest): Promise<Begun> {
  const { runbook: id, reason } = request;
  const begun = await auditRefusal(deps, { origin: request, what: `run ${id}` }, async () => {
    assertReason(reason);
    const runbook = loadedOrRefuse(deps.runbooks, id);
    assertNoOtherVerb(runbook.id, request.key);
    const { policy } = await deps.policy();
    const { key, inputs } = await inputsOf(deps, runbook, request);
    assertMay(policy, 'run', { actor: request.actor, subject: key ?? { owner: null, escalation: null } });
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    return deps.ledger.record(context, async ({ read, seen, remember }) => {
      const { source, id: nonce } = request.dedupe;
      const before = await seen(source, nonce);
      if (before?.run != null) return { events: [], result: { run: before.run, incident: before.incident } };
      if (key !== null && runbook.plan.openRuns === 'one_per_key') await assertFree(read, key);
      const incident =
        key !== null && runbook.startOn.length > 0 ? await opened(deps, read, { runbook, key, request, policy }) : null;
      const of = {
        runbook: id,
        inputs,
        key,
        incident: incident?.incident.id ?? request.incident ?? null,
        requestedBy: request.actor,
        reason,
      };
      const run = newRun(deps, of);
      await remember(source, nonce, { run: run.id, incident: run.incident });
      const events: LedgerEvent[] = [
        ...(incident?.opening ?? []),
        { type: 'run_started', run, ...(request.askedIn && { askedIn: request.askedIn }) },
      ];
      return { events, result: { run: run.id, incident: run.incident } };
    });
  });
  await wakeAll(deps, [begun.run]);
  return begun;
}

// What they check before they begin (is it expired, is a grace to be cut, is it the last admin key) must not be gone round.
function assertNoOtherVerb(runbook: string, key: string | null): void {
  const named = key ?? 'KEY';
  if (runbook === ROTATION_RUNBOOK)
    throw new Refusal(
      'another_verb',
      `A rotation has rules of its own. Type: rekey keys rotate ${named} --because "…"`,
    );
  if (runbook === EMERGENCY_RUNBOOK || runbook === LEAK_RUNBOOK)
    throw new Refusal(
      'another_verb',
      `An emergency has rules of its own. In Slack: /rotate-key ${named} expired|suspected|exploited because "…"; on the terminal: rekey keys rotate ${named} --mode suspected --because "…"`,
    );
}

async function assertFree(read: LedgerReader, key: Key): Promise<void> {
  const [holder] = await read.holdersOf(key.id);
  const open = holder === undefined ? null : await read.run(holder.run);
  if (open === null) return;
  throw new Refusal(
    'run_open',
    `${nameOf(key)} is in the hands of ${open.runbook.id} (${open.id}) since ${instantText(open.startedAt)}, started by ${open.requestedBy}. Look at it: rekey runs show ${open.id}`,
  );
}

function opened(
  deps: PlanDeps,
  read: LedgerReader,
  of: { runbook: LoadedRunbook; key: Key; request: RunRequest; policy: Parameters<typeof assertMay>[0] },
) {
  const { runbook, key, request, policy } = of;
  const title = `${nameOf(key)}: ${runbook.title}`;
  const { actor: openedBy } = request;
  return incidentOfRun(deps, read, {
    key,
    title,
    policy,
    openedBy,
    startedAt: deps.now(),
    isLeak: isAboutLeak(request),
  });
}
