import type { Rotation } from '../../domain/rotation.ts';
import { say, sayJson } from '../print.ts';
import type { Rekey } from '../with-rekey.ts';
import { minuteOf } from './facts.ts';
import { type Followed, followRun } from './follow-run.ts';
import { rotationFacts } from './history.ts';

/** Carries a rotation on, tells how far it came, and sets the exit code: 1 when it ended without a new key in use. */
export async function carryOn(rekey: Rekey, rotation: Rotation, { json }: { json?: boolean }): Promise<void> {
  // Progress is for people; what a program reads is one object at the end.
  const tell = json ? (line: string) => process.stderr.write(`${line}\n`) : (line: string) => say(`  ${line}`);
  if (rotation.run === null) throw new Error(`${rotation.id} has no run yet.`);
  const { run, slug: name } = rotation;
  const followed = await followRun(rekey, { run, name, goOn: `rekey keys rotation ${name} --follow` }, tell);
  const after = (await rekey.deps.ledger.read.rotation(rotation.id)) ?? rotation;
  const ended = after.endedAt !== null && after.state !== 'completed';
  process.exitCode = ended || followed.run.outcome === 'failed' ? 1 : 0;
  if (json) sayJson({ ...rotationFacts(after), waits_for: followed.waits });
  else say(sentenceOn(after, followed));
}

function sentenceOn(rotation: Rotation, { waits, left }: Followed): string {
  const { slug, state, why, graceEndsAt } = rotation;
  if (left) return `You left; ${rotation.id} (${state}) is as it was. Go on with: rekey keys rotation ${slug} --follow`;
  if (state === 'completed') return `Done: the old key of ${slug} is revoked and was seen rejected.`;
  if (rotation.endedAt !== null) return `${rotation.id} ended: ${state}${why === null ? '' : `, ${why}`}`;
  const grace = graceEndsAt === null ? '' : `Old and new key are both accepted until ${minuteOf(graceEndsAt)} UTC. `;
  const waiting = waits.length === 0 ? 'is under way.' : `waits for ${waits.join('; and for ')}`;
  return `${grace}${rotation.id} (${state}) ${waiting}`;
}
