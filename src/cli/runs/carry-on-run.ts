import type { RunId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import { type Followed, followRun } from '../keys/follow-run.ts';
import { say, sayJson } from '../print.ts';
import type { Rekey } from '../with-rekey.ts';
import { runFacts } from './run-facts.ts';

/** Carries a run on, tells how far it came, and sets the exit code: 1 when it failed. */
export async function carryOnRun(rekey: Rekey, run: RunId, { json }: { json?: boolean }): Promise<void> {
  // Progress is for people; what a program reads is one object at the end.
  const tell = json ? (line: string) => process.stderr.write(`${line}\n`) : (line: string) => say(`  ${line}`);
  const followed = await followRun(rekey, { run, name: run, goOn: `rekey runs show ${run} --watch` }, tell);
  process.exitCode = followed.run.outcome === 'failed' ? 1 : 0;
  if (json) sayJson({ ...(await runFacts(rekey.deps, followed.run)), waits_for: followed.waits });
  else say(sentenceOn(followed.run, followed));
}

function sentenceOn(run: Run, { waits, left }: Followed): string {
  if (left) return `You left; ${run.id} is as it was. Go on with: rekey runs show ${run.id} --watch`;
  if (run.outcome !== null) return `${run.id} (${run.runbook.id}) ${run.outcome}.`;
  return `${run.id} (${run.runbook.id}) ${waits.length === 0 ? 'is under way.' : `waits for ${waits.join('; and for ')}`}`;
}
