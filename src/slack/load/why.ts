import { spanText } from '../../domain/duration.ts';
import { ApprovalId, RotationId, RunId } from '../../domain/ids.ts';
import { nameOf } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { Run } from '../../domain/run.ts';
import { toldBy } from '../../domain/timeline.ts';
import { diagnosisOf } from '../../engine/key-reports/why-key.ts';
import { Refusal } from '../../errors.ts';
import { keyNamed } from '../commands/key-named.ts';
import { shown } from '../commands/words.ts';
import type { Desk, Moment } from '../moment.ts';
import { assertMayReadKeyOf } from '../readable.ts';
import { utcText } from '../text.ts';
import type { Why } from '../views/why.ts';
import { actorText, displayNames, type NameOf } from './names.ts';
import { openRunOfName } from './open-run-of-name.ts';
import { standingSteps } from './standing-steps.ts';

/** `id`: a key by any of its names, `run-…`, `rot-…` or `apr-…`; null: the last thing that this person was refused. */
export async function loadWhy(id: string | null, moment: Moment, desk: Desk): Promise<Why> {
  if (id === null) return whyRefused(moment, desk);
  const [prefix] = id.toLowerCase().split('-');
  // A key may be called run-something, so that name comes first.
  if ((await desk.ledger.keyBySlug(id.toLowerCase())) === null) {
    if (prefix === 'run') return whyRun(id.toLowerCase(), moment, desk);
    if (prefix === 'rot') return whyRotation(id.toLowerCase(), moment, desk);
    if (prefix === 'apr') return whyApproval(id.toLowerCase(), moment, desk);
  }
  const key = await keyNamed(id, 'read', { moment, desk });
  const { cause, todo, checks } = await diagnosisOf(desk.ledger, { key, now: desk.now() });
  const run = await openRunOfName(desk.ledger, key);
  const title = `Why ${nameOf(key)}`;
  if (run === null) return { title, cause, todo: todo.map(inSlack), looked: checks };
  const stands = await standingSteps(run, desk);
  const waits = stands.map(({ question, evidence }) => ` ${question} ${evidence}.`).join('');
  return {
    title,
    cause: `${cause} ${run.runbook.id} (${run.id}) is replacing it.${waits}`,
    // Who asks at night must not begin a second time what is under way.
    todo: [`See how far it is: /rotate-key status ${run.id}`, ...todo.filter((one) => !beginsAnew(one)).map(inSlack)],
    looked: checks,
  };
}

function beginsAnew(todo: string): boolean {
  return todo.includes('rekey keys rotate ');
}

/** What the terminal is told to type, as it is typed here. */
function inSlack(text: string): string {
  return text
    .replace(/rekey keys rotate (\S+) --because/, '/rotate-key $1 because')
    .replace('rekey keys list', '/keys list');
}

const LINES = 500;

async function whyRefused({ origin }: Moment, { ledger }: Desk): Promise<Why> {
  for (const entry of await ledger.audit({ limit: LINES })) {
    if (entry.action !== 'request_refused' || entry.actor !== origin.actor) continue;
    const event = toldBy(entry);
    if (event.type !== 'request_refused') continue;
    const cause = `${utcText(entry.at)}, ${event.what}: ${event.sentence}`;
    return { title: 'Why you were refused', cause, todo: [], looked: [] };
  }
  return { title: 'Why', cause: 'Rekey has refused you nothing lately.', todo: TODO, looked: [] };
}

const TODO = ['For a key, a run or a rotation, say which: /rotate-key why payments-prod'];

async function whyRun(id: string, moment: Moment, desk: Desk): Promise<Why> {
  const run = await desk.ledger.run(RunId.parse(id));
  if (run === null) throw unknown('run', id);
  await assertMayReadKeyOf(run, moment, desk);
  const looked = await standingSteps(run, desk);
  return { title: `Why ${run.id}`, cause: causeOf(run, await displayNames(desk)), todo: todoFor(run), looked };
}

function causeOf(run: Run, name: NameOf): string {
  if (run.finishedAt !== null) return `It ended ${utcText(run.finishedAt)}: ${run.outcome ?? 'without an outcome'}.`;
  if (run.paused !== null) return `${actorText(run.paused.by, name)} paused it: ${run.paused.reason}`;
  if (run.cancelRequestedAt !== null) return 'It is being cancelled: what can be taken back is taken back.';
  const states = Object.values(run.steps).map(({ state }) => state);
  if (states.includes('in_doubt'))
    return 'A crash left a step of it in doubt: somebody has to say whether it happened.';
  if (states.includes('failed')) return 'A step of it failed.';
  return states.includes('waiting') ? 'It waits.' : 'It is under way.';
}

function todoFor(run: Run): string[] {
  if (run.finishedAt !== null && run.outcome === 'failed') return [`Begin what failed again: /runbook retry ${run.id}`];
  return run.paused === null ? [] : [`Let it go on on a terminal: rekey runs resume ${run.id}`];
}

async function whyRotation(id: string, moment: Moment, desk: Desk): Promise<Why> {
  const rotation = await desk.ledger.rotation(RotationId.parse(id));
  if (rotation === null) throw unknown('rotation', id);
  await assertMayReadKeyOf(rotation, moment, desk);
  const run = rotation.run === null ? null : await desk.ledger.run(rotation.run);
  return {
    title: `Why ${rotation.id} of ${rotation.slug}`,
    cause: standingOf(rotation),
    todo: rotation.endedAt === null ? [`Take it back: /rotate-key cancel ${rotation.id} because "…"`] : [],
    looked: run === null ? [] : await standingSteps(run, desk),
  };
}

function standingOf({ state, why, scheduledAt, graceEndsAt, graceMs, reason }: Rotation): string {
  const asked = `It was asked for because: ${reason}`;
  if (why !== null) return `It is ${state}: ${why}. ${asked}`;
  if (state === 'scheduled') return `It begins at ${utcText(scheduledAt)}. ${asked}`;
  const grace =
    graceEndsAt === null ? `its grace is ${spanText(graceMs)}` : `both keys work until ${utcText(graceEndsAt)}`;
  return `It is ${state.replaceAll('_', ' ')}; ${grace}. ${asked}`;
}

async function whyApproval(id: string, moment: Moment, desk: Desk): Promise<Why> {
  const approval = await desk.ledger.approval(ApprovalId.parse(id));
  const run = approval === null ? null : await desk.ledger.run(approval.run);
  if (approval === null || run === null) throw unknown('approval', id);
  await assertMayReadKeyOf(run, moment, desk);
  const name = await displayNames(desk);
  const votes = approval.votes.map(({ person, vote, reason }) => ({
    question: name(person),
    ok: vote === 'approve',
    evidence: reason || 'no reason given',
  }));
  const asked = approval.asked.map(name).join(', ') || 'nobody';
  const cause =
    approval.outcome === null
      ? `It is open until ${utcText(approval.expiresAt)}. Asked: ${asked}.`
      : `It is ${approval.outcome}. Asked: ${asked}.`;
  return { title: `Why ${approval.id}`, cause: `${approval.question} ${cause}`, todo: [], looked: votes };
}

function unknown(what: string, id: string): Refusal {
  return new Refusal(
    `unknown_${what}`,
    `There is no ${what} "${shown(id)}". /rotate-key status lists what is under way.`,
  );
}
