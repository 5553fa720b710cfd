import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import { type RunId, RunId as RunIdSchema } from '../../../src/domain/ids.ts';
import type { StepRecord } from '../../../src/domain/run.ts';
import { type ForeseenRun, type ForeseenStep, stepsAhead, whoHears } from '../../../src/domain/runbook-plan.ts';
import { foreseeRun } from '../../../src/engine/plan/foresee-run.ts';
import { beginCase } from '../../../src/rehearsal/begin.ts';
import { findRehearsals } from '../../../src/rehearsal/find.ts';
import { foldersIn } from '../../../src/rehearsal/folders.ts';
import { play } from '../../../src/rehearsal/play.ts';
import type { Rehearsal, RehearsalCase } from '../../../src/rehearsal/schema.ts';
import { withScratch } from '../../../src/rehearsal/scratch.ts';
import { type House, openStage, type Stage } from '../../../src/rehearsal/stage.ts';
import type { LoadedRunbook } from '../../../src/runbook/loaded.ts';
import { loadPolicy } from '../../../src/runbook/policy-file.ts';
import { stepKinds } from '../../../src/steps/index.ts';
import { countCallsSoFar, SHIPPED } from '../../support/plan-world.ts';

/** Effects beyond the run's own bookkeeping, and the word by which a plan announces each. */
const ANNOUNCED: Partial<Record<LedgerEvent['type'], RegExp>> = {
  key_issued: /\bmint/,
  key_revoked: /\brevoke|\bmint/,
  key_retired: /\baccept/,
  key_suspended: /\bsuspend/,
  key_quarantined: /\bquarantine/,
  secret_delivered: /\bput\b/,
  claim_opened: /\boffer/,
  reminder_set: /\breminder/,
  summary_posted: /\bsummary/,
  rotation_requested: /\brotate/,
  scheduled_run_planned: /\bplan\b/,
  cache_cleared: /\bforget/,
};

interface Case {
  house: House;
  runbook: LoadedRunbook;
  rehearsal: Rehearsal;
  one: RehearsalCase;
}

/** Everybody who heard of the run, and everything that it did, of which the plan had not said a word. */
async function surprises(stage: Stage, foreseen: ForeseenRun, calls: Stage['calls']): Promise<string[]> {
  const events = stage.trace.events.map(({ event }) => event);
  const hears = new Set(whoHears({ run: foreseen }));
  const announced = stepsAhead(foreseen)
    .flatMap((step) => [...step.calls])
    .join('\n');
  // Who begins to call while the run is under way is nobody's to know before.
  const later = new Set(calls.map(({ caller }) => `caller:${caller}`));
  const told = events.flatMap(toldBy).filter((who) => !hears.has(who) && !later.has(who));
  const actions = await doneByEngine(stage);
  const done = Object.entries(ANNOUNCED).flatMap(([action, word]) =>
    !actions.includes(action) || word.test(announced) ? [] : [`${action} is not in the plan`],
  );
  return [...new Set([...told.map((who) => `${who} was not to hear of it`), ...done])];
}

function toldBy(event: LedgerEvent): string[] {
  const persons = (people: readonly string[]) => people.map((person) => `person:${person}`);
  if (event.type === 'approval_requested') return persons(event.approval.asked);
  if (event.type === 'ask_opened') return persons(event.ask.assigned);
  if (event.type === 'approval_escalated' || event.type === 'ask_escalated') return persons(event.people);
  return event.type === 'notice_issued' ? [event.notice.recipient] : [];
}

/** What the engine itself did; people and other systems do things besides. */
async function doneByEngine({ deps }: Pick<Stage, 'deps'>): Promise<string[]> {
  const lines = await deps.ledger.read.audit({ limit: 100_000 });
  return lines.filter(({ actor }) => actor === 'system:engine').map(({ action }) => action);
}

/** Steps that ran although the plan had left them out, or were left out although it was sure of them. */
async function strays({ deps }: Stage, foreseen: ForeseenRun, run: RunId): Promise<string[]> {
  const records = Object.values((await deps.ledger.read.run(run))?.steps ?? {});
  return foreseen.steps.flatMap((step) => {
    const record = records.find((one) => one.step === step.id);
    return record === undefined ? [] : strayOf(step, record);
  });
}

function strayOf({ id, willRun }: ForeseenStep, record: StepRecord): string[] {
  const hasFailedOnWhen = record.state === 'failed' && record.error.startsWith('when ');
  if (willRun.kind === 'no' && record.state !== 'skipped' && !hasFailedOnWhen) return [`${id} ran all the same`];
  const isLeftOut = record.state === 'skipped' && record.why.startsWith('when ');
  return willRun.kind === 'yes' && isLeftOut ? [`${id} was left out: ${record.why}`] : [];
}

async function planThenPlay({ house, runbook, rehearsal, one }: Case, room: Parameters<typeof openStage>[0]['room']) {
  const stage = await openStage({ house, rehearsal, room }, one);
  try {
    await countCallsSoFar(stage);
    const root = RunIdSchema.parse(await beginCase(stage, one, runbook));
    const { read } = stage.deps.ledger;
    const run = await read.run(root);
    if (run === null) throw new Error(`${root} did not begin`);
    const incident = run.incident === null ? null : await read.incident(run.incident);
    const head = await read.audit({ limit: 1 });
    const foreseen = await foreseeRun(stage.deps, { run, incident, from: stage.now(), depth: 0, stale: false });
    expect(await read.audit({ limit: 1 })).toEqual(head);
    stage.trace.events.length = 0;
    const ahead = [...stage.calls];
    await play(stage, root, one);
    const found = [...(await strays(stage, foreseen, root)), ...(await surprises(stage, foreseen, ahead))];
    return { foreseen, wrong: found.map((what) => `${runbook.id}, “${one.name}”: ${what}`) };
  } finally {
    await stage.close();
  }
}

/** Every case of the runbooks that are live, and the first of each template. */
async function casesIn(scratch: string): Promise<Case[]> {
  const { policy } = await loadPolicy(SHIPPED);
  const cases: Case[] = [];
  for (const { dir, set, runbooks } of await foldersIn(SHIPPED, stepKinds, scratch)) {
    const house = { dir: SHIPPED, runbooks: set, policy, stepKinds };
    const { found } = await findRehearsals(dir, runbooks, []);
    for (const { runbook, read } of found)
      for (const [index, one] of read.rehearsal.cases.entries())
        if (dir === SHIPPED || index === 0) cases.push({ house, runbook, rehearsal: read.rehearsal, one });
  }
  return cases;
}

test('nobody hears of a run and nothing is done in it that its plan had not named, in every rehearsal', {
  timeout: 180_000,
}, async () => {
  await withScratch(async (scratch) => {
    const cases = await casesIn(scratch.folder);
    expect(cases.length).toBeGreaterThan(15);
    const played = [];
    for (const [index, one] of cases.entries()) played.push(await planThenPlay(one, await scratch.room(`${index}`)));
    expect(played.flatMap(({ wrong }) => wrong)).toEqual([]);
    // A plan that called everything open would never be wrong, and of no use.
    const steps = played.flatMap(({ foreseen }) => foreseen.steps);
    const decided = steps.filter(({ willRun }) => willRun.kind !== 'depends');
    expect(decided.length / steps.length).toBeGreaterThan(0.6);
  });
});
