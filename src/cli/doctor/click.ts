import type { Config } from '../../config.ts';
import { eligibleFor } from '../../domain/approval/eligible.ts';
import type { Approval } from '../../domain/approval.ts';
import type { PersonId, RunId } from '../../domain/ids.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { errorOf, type Run, type StepRecord } from '../../domain/run.ts';
import type { Origin } from '../../engine/engine.ts';
import { randomId } from '../../random-id.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { Secret } from '../../secret.ts';
import { type Cast, castFor } from './cast.ts';
import { type Check, type Finding, look, ok, problem, skipped } from './check.ts';
import { type Scratch, withScratchEngine } from './scratch-engine.ts';

// More questions than this before anything is done is not an approval but a loop.
const MOST_APPROVALS = 10;

/**
 * One click through the whole loop: with this configuration's runbooks and policy, somebody who may ask asks, somebody who may approve
 * reviews and approves, the run goes on, and it is cancelled and taken back. It proves that in an emergency today's policy lets people act.
 */
export function clickCheck(config: Config): Promise<Check> {
  return look('a click through', async () => {
    const policy = await loadPolicy(config.runbooksDir).then(
      (read) => read.policy,
      () => null,
    );
    if (policy === null) return skipped('the policy cannot be read, so nobody may ask or approve');
    const cast = castFor(policy);
    if (cast === null)
      return problem('nobody may ask for a rotation', ['Add people under `may.rotate` in policy.yaml.']);
    return withScratchEngine(config, cast.owner, (scratch) => clickThrough(scratch, { policy, cast }));
  });
}

interface Stage {
  policy: Policy;
  cast: Cast;
}

async function clickThrough(scratch: Scratch, { policy, cast }: Stage): Promise<Finding> {
  const { engine, key } = scratch;
  const started = await engine.rotate({
    ...byPerson(cast.requester),
    slug: key.slug,
    situation: 'suspected',
    reason: 'rekey doctor',
  });
  if (started.kind !== 'started')
    return problem(`the run was ${started.kind}`, ['This is a defect; please report it.']);
  await engine.advance(started.run);
  const approved = await approveAll(scratch, started.run, policy);
  const run = await runOf(scratch, started.run);
  if (approved.length === 0) return withoutApproval(run);
  const after = stepsAfter(run, approved);
  const failed = after.find((step) => errorOf(step) !== null);
  if (failed !== undefined || after.length === 0)
    return problem(`${run.runbook.id} did not go on after ${namesOf(approved)} approved`, [whyStopped(run)]);
  return tell(run, { cast, approved, after, end: await takeBack(scratch, run, policy) });
}

/** As a person would: look at what is asked, then decide on exactly that. Returns the approvals that were given. */
async function approveAll({ engine, ledger }: Scratch, run: RunId, policy: Policy): Promise<Approval[]> {
  const given: Approval[] = [];
  for (let asked = 0; asked < MOST_APPROVALS; asked++) {
    const [approval] = await ledger.read.openApprovalsOfRun(run);
    if (approval === undefined) break;
    for (const person of eligibleFor(approval, { policy, runAt: new Date() })) {
      const { reviewHash } = await engine.review(approval.token, person);
      const { confirm } = approval.subject;
      const brought = { person, reason: 'rekey doctor', reviewHash, confirm, code: new Secret('000000') };
      const press = { ...byPerson(person), ...brought, vote: 'approve' } as const;
      const cast = await engine.vote(approval.token, press);
      if (cast.kind === 'decided') break;
    }
    const decided = await ledger.read.approval(approval.id);
    if (decided?.outcome !== 'approved') break;
    given.push(decided);
    await engine.advance(run);
  }
  return given;
}

function byPerson(person: PersonId): Origin {
  return { actor: `person:${person}`, channel: 'cli', dedupe: { source: 'doctor', id: randomId('click') } };
}

async function takeBack({ engine, ledger }: Scratch, run: Run, policy: Policy): Promise<string> {
  if (run.finishedAt !== null) return `it ended: ${run.outcome}`;
  const key = run.key === null ? null : await ledger.read.key(run.key);
  const [person] = peopleNamed(policy, policy.may.cancel ?? [], key ?? { owner: null, escalation: null });
  if (person === undefined) return 'nobody may cancel it: add people under `may.cancel` in policy.yaml';
  await engine.cancel(run.id, { ...byPerson(person), reason: 'rekey doctor' });
  await engine.advance(run.id);
  const { outcome, steps } = await runOf({ ledger }, run.id);
  const stuck = Object.values(steps).find((step) => step.undoError !== null);
  if (stuck !== undefined) return `taking back ${stuck.step} failed: ${stuck.undoError}`;
  return outcome === 'cancelled'
    ? `${person} cancelled and everything was taken back`
    : `cancelling it left it ${outcome ?? 'open'}`;
}

function tell(
  run: Run,
  {
    cast,
    approved,
    after,
    end,
  }: { cast: Cast; approved: readonly Approval[]; after: readonly StepRecord[]; end: string },
): Finding {
  const steps = after.map((step) => step.step).join(', ');
  const story = `${run.runbook.id}: ${cast.requester} asked, ${namesOf(approved)} approved, it went on to ${steps}; ${end}`;
  if (!end.endsWith('taken back'))
    return problem(story, ['A run that goes wrong has to be cancelled by somebody. See above.']);
  return ok(`${story} (on a scratch key and ledger; nothing outside was touched)`);
}

function withoutApproval(run: Run): Finding {
  const waits = Object.values(run.steps).find((step) => step.state === 'waiting' && step.waiting.kind === 'ask');
  if (waits !== undefined)
    return skipped(
      `${run.runbook.id} asks people at ${waits.step} before it asks for an approval; it went well until there`,
    );
  return problem(`${run.runbook.id} never came to an approval`, [whyStopped(run)]);
}

function whyStopped(run: Run): string {
  const steps = Object.values(run.steps).sort((a, b) => a.ordinal - b.ordinal);
  const errors = steps.flatMap((step) => {
    const error = errorOf(step);
    return error === null ? [] : [`${step.step}: ${error}`];
  });
  if (errors[0] !== undefined) return errors[0];
  const waiting = steps.find((step) => step.state === 'waiting' && step.waiting.kind === 'retry');
  if (waiting?.state === 'waiting' && waiting.waiting.kind === 'retry')
    return `${waiting.step}: ${waiting.waiting.error}`;
  return `it stopped after ${steps.at(-1)?.step ?? 'nothing'} (${run.outcome ?? 'open'})`;
}

function stepsAfter(run: Run, approved: readonly Approval[]): StepRecord[] {
  const last = Math.max(...approved.map((approval) => run.steps[approval.step]?.ordinal ?? 0));
  return Object.values(run.steps)
    .filter((step) => step.ordinal > last && step.state !== 'skipped')
    .sort((a, b) => a.ordinal - b.ordinal);
}

function namesOf(approved: readonly Approval[]): string {
  return [...new Set(approved.flatMap((approval) => approval.votes.map((vote) => vote.person)))].join(' and ');
}

async function runOf({ ledger }: Pick<Scratch, 'ledger'>, id: RunId): Promise<Run> {
  const run = await ledger.read.run(id);
  if (run === null) throw new Error(`the run ${id} is not in the scratch ledger`);
  return run;
}
