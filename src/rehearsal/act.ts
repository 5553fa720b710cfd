import { ClaimId, KeyId } from '../domain/ids.ts';
import { take } from '../engine/keys/take.ts';
import { openPeers } from '../engine/peers/peers.ts';
import { openRotations } from '../engine/rotations/open-rotations.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import { actOnApproval } from './act-on-approval.ts';
import { actOnAsk } from './act-on-ask.ts';
import type { GivenAnswer } from './answer-schema.ts';
import type { Awaited } from './awaited.ts';
import { type Acting, misplaced, pressBy } from './press.ts';

/** A person does what the file says, through the verb that Slack and the command line call too. */
export async function act(stage: Acting, at: Awaited, answer: GivenAnswer): Promise<void> {
  const [name = at.record.step] = at.names;
  try {
    await perform(stage, at, answer);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === answer.refused) return;
    stage.complaints.push(`${name}: Rekey refused this answer (${error.code}): ${sentenceOf(error)}`);
    return;
  }
  if (answer.refused !== undefined)
    stage.complaints.push(`${name}: expected that Rekey refuses this answer (${answer.refused}), and it took it.`);
}

async function perform(stage: Acting, at: Awaited, answer: GivenAnswer): Promise<void> {
  if (isOnApproval(answer)) return actOnApproval(stage, at, answer);
  if (isOnAsk(answer)) return actOnAsk(stage, at, answer);
  if ('happened' in answer || 'did_not_happen' in answer) return settle(stage, at, answer);
  if ('claims' in answer) return claim(stage, at, answer.claims);
  if ('waives' in answer) return waive(stage, at, answer);
  if ('sees' in answer) return see(stage, at, answer);
  return control(stage, at, answer);
}

type OnApproval = Parameters<typeof actOnApproval>[2];
type OnAsk = Parameters<typeof actOnAsk>[2];

function isOnApproval(answer: GivenAnswer): answer is OnApproval {
  return 'approve' in answer || 'deny' in answer || 'delegate' in answer || 'breaks_glass' in answer;
}

function isOnAsk(answer: GivenAnswer): answer is OnAsk {
  const keys = ['yes', 'no', 'ticks', 'not_applicable', 'fills', 'pushes_back', 'hands_over'];
  return keys.some((key) => key in answer);
}

type Settling = Extract<GivenAnswer, { happened: string } | { did_not_happen: string }>;

async function settle(stage: Acting, at: Awaited, answer: Settling): Promise<void> {
  if (at.for.kind !== 'doubt') throw misplaced(at, 'happened or did_not_happen');
  const happened = 'happened' in answer;
  const person = 'happened' in answer ? answer.happened : answer.did_not_happen;
  const press = { ...pressBy(stage, person), happened, reason: answer.reason };
  await stage.engine.settle(at.run.id, at.record.step, press);
}

async function claim(stage: Acting, at: Awaited, person: string): Promise<void> {
  if (at.for.kind !== 'claim') throw misplaced(at, 'claims');
  const id = ClaimId.parse(at.for.claim);
  await take(stage.deps, { id }, { ...pressBy(stage, person), how: 'terminal' });
}

type Waiving = Extract<GivenAnswer, { waives: string }>;

async function waive(stage: Acting, at: Awaited, answer: Waiving): Promise<void> {
  const { deps } = stage;
  const { waives, reason, peer } = answer;
  if (peer !== undefined) {
    await openPeers(deps).waive({ ...pressBy(stage, waives), peer, key: boardOf(at), reason });
    return;
  }
  const key = at.run.key === null ? null : await deps.ledger.read.key(KeyId.parse(at.run.key));
  if (key === null) throw new Refusal('no_key', 'This run is about no key, so there is no gate to waive.');
  await openRotations(deps).waiveGate({ ...pressBy(stage, waives), key: key.slug, reason });
}

async function see(stage: Acting, at: Awaited, answer: Extract<GivenAnswer, { sees: string }>): Promise<void> {
  const { sees, peer, state, evidence: reason } = answer;
  await openPeers(stage.deps).reach({ ...pressBy(stage, sees), peer, key: boardOf(at), state, reason });
}

/** The version of the key whose peers this step waits for. */
function boardOf(at: Awaited): string {
  const { record } = at;
  if (record.state === 'waiting' && record.waiting.kind === 'peers') return record.waiting.id;
  throw misplaced(at, 'how far a peer has come');
}

type Controlling = Extract<
  GivenAnswer,
  { skips: string } | { retries: string } | { pauses: string } | { resumes: string } | { cancels: string }
>;

async function control(stage: Acting, at: Awaited, answer: Controlling): Promise<void> {
  const { engine } = stage;
  const { reason } = answer;
  const by = (person: string) => ({ ...pressBy(stage, person), reason });
  const [run, step] = [at.run.id, at.record.step];
  if ('skips' in answer) return engine.skip(run, step, by(answer.skips));
  if ('retries' in answer) return engine.retry(run, step, by(answer.retries));
  if ('pauses' in answer) return engine.pause(run, by(answer.pauses));
  if ('resumes' in answer) return engine.resume(run, by(answer.resumes));
  return engine.cancel(run, by(answer.cancels));
}
