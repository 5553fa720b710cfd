import { rmSync } from 'node:fs';
import type { RunId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import { beginCase } from '../../rehearsal/begin.ts';
import type { Fault, Scenario } from '../scenario.ts';
import { type Stage, textIn } from '../stage.ts';
import { doAgain } from '../steps-of.ts';
import { refusingNew } from '../verdicts.ts';

const MENDED_AFTER_MS = 5 * 60_000;
const NEEDS = ['key.create', 'secret.deliver', 'key.prove_live'];

export const unusableKey: Scenario = {
  id: 'F5',
  title: 'Key generation error',
  fault: 'the API refuses every new key, until it is mended five minutes after the run has failed',
  keyAlive: false,
  atOnce: false,
  needs: NEEDS,
  breaks: ['M1', 'M2', 'M6'],
  regions: ['eu'],
  open: () =>
    refusedUntilMended((stage) =>
      textIn(stage.place) === stage.oldMaterial ? [] : ['the old key is not back at the place of its callers'],
    ),
};

export const noWayBack: Scenario = {
  id: 'F6',
  title: 'Rollback not possible',
  fault: 'what was at the place of the key is gone, and the API refuses every new key until it is mended',
  keyAlive: false,
  atOnce: false,
  needs: NEEDS,
  breaks: ['M1', 'M2', 'M6'],
  regions: ['eu'],
  open: () => ({
    ...refusedUntilMended((stage) =>
      textIn(stage.place) === '' ? [] : ['a key that does not work was left at the place of its callers'],
    ),
    strike: async ({ place, say }) => {
      rmSync(place);
      say('fault', 'what was at the place of the key is gone');
    },
  }),
};

/** The run has to fail before anything is lost, and to take everything back that it can. */
function refusedUntilMended(afterRollback: (stage: Stage) => string[]): Fault {
  const old = new Set<string>();
  let mended = false;
  let problems: string[] | null = null;
  return {
    distort: (_region, verify) => refusingNew(verify, { isOld: (material) => old.has(material), isOver: () => mended }),
    look: async (stage) => void old.add(stage.oldMaterial),
    afterEnd: async (stage, run) => {
      if (mended || run.outcome !== 'failed') return null;
      problems = [...afterRollback(stage), ...(await notTakenBack(stage, run))];
      await stage.travelTo(new Date(stage.now().getTime() + MENDED_AFTER_MS));
      mended = true;
      stage.say('fault', 'is over: the API lets new keys through');
      return again(stage, run);
    },
    expect: async () => problems ?? ['the run ended well although the new key did not work'],
  };
}

/** A rotation that was rolled back has ended, and is asked for once more; any other run goes on from where it took things back. */
async function again(stage: Stage, run: Run): Promise<RunId> {
  if (stage.drilled.one.rotation === undefined)
    return doAgain(stage, run, { how: 'rerun', kind: 'key.create', reason: 'the API knows new keys again' });
  stage.say(stage.drilled.one.rotation.by, 'asks for it once more');
  return beginCase(stage, stage.drilled.one, stage.drilled.runbook);
}

async function notTakenBack({ deps, subject }: Stage, run: Run): Promise<string[]> {
  const versions = await deps.ledger.read.versionsOf(subject.slug);
  const left = versions.filter(({ version, state }) => version > subject.version && state !== 'revoked');
  const gone = versions.find(({ id }) => id === subject.id)?.state === 'revoked';
  const notUndone = Object.values(run.steps).filter(({ undoError }) => undoError !== null);
  return [
    ...(left.length === 0 ? [] : ['the key that does not work was not revoked']),
    ...(gone ? ['the old key was revoked before the new one was proved'] : []),
    ...notUndone.map(({ step, undoError }) => `${step} was not taken back: ${undoError}`),
  ];
}
