import type { Verb as Right } from '../../../domain/policy.ts';
import type { Run } from '../../../domain/run.ts';
import { cancelRun, pauseRun, rerunFrom, resumeRun, retryRun, settleStep, skipStep } from '../../control-run.ts';
import type { Desk, Moment } from '../../moment.ts';
import { openCancelForm, openRerunForm, openSkipForm } from '../../open-run-form.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, malformed, shown, splitNeededReason, splitReason } from '../words.ts';
import { runMeant } from './which-run.ts';

interface Said {
  run: Run;
  rest: readonly Token[];
  /** Empty when none was given. */
  reason: string;
}

interface Spec {
  verb: string;
  /** Without the command; with the id of a run, which may be left out in its thread. */
  example: string;
  help: string;
  right: Right;
  work: (said: Said, moment: Moment, desk: Desk) => Promise<void>;
}

/** A verb on one run. */
function onRun({ verb, example, help, right, work }: Spec): Verb {
  return {
    verb,
    example,
    help,
    offered: mayWithSomeKey(right),
    run: async (typed, moment, desk) => {
      const { words, reason } = splitReason(typed, `/runbook ${example}`);
      const { run, rest } = await runMeant(words, moment, desk);
      await work({ run, rest, reason }, moment, desk);
    },
  };
}

const HERE = 'its id may be left out in its thread';

const pause = onRun({
  verb: 'pause',
  example: 'pause run-7gmw3c because "a freeze of deploys"',
  help: `hold a run: nothing new begins; ${HERE}`,
  right: 'pause',
  work: ({ run, rest, reason }, moment, desk) => {
    assertNoMore(rest, '/runbook pause run-7gmw3c');
    return pauseRun({ run: run.id, reason: reason || 'held in Slack, no reason given' }, moment, desk);
  },
});

const resume = onRun({
  verb: 'resume',
  example: 'resume run-7gmw3c',
  help: 'let a paused run go on',
  right: 'pause',
  work: ({ run, rest, reason }, moment, desk) => {
    assertNoMore(rest, '/runbook resume run-7gmw3c');
    return resumeRun({ run: run.id, reason: reason || 'resumed in Slack, no reason given' }, moment, desk);
  },
});

const retry = onRun({
  verb: 'retry',
  example: 'retry run-7gmw3c',
  help: 'try what failed once more, or one step by its name',
  right: 'retry',
  work: ({ run, rest: [step, ...more], reason }, moment, desk) => {
    assertNoMore(more, '/runbook retry run-7gmw3c deliver');
    const why = reason || 'retried in Slack, no reason given';
    return retryRun({ run: run.id, step: step?.text ?? null, reason: why }, moment, desk);
  },
});

const skip = onRun({
  verb: 'skip',
  example: 'skip run-7gmw3c redeployed because "nobody calls with it any more"',
  help: 'leave a step out that no later one needs',
  right: 'skip',
  work: ({ run, rest: [step, ...more], reason }, moment, desk) => {
    assertNoMore(more, '/runbook skip run-7gmw3c redeployed because "nobody calls with it"');
    if (step === undefined || reason === '')
      return openSkipForm({ run: run.id, step: step?.text ?? null, reason }, moment, desk);
    return skipStep({ run: run.id, step: step.text, reason }, moment, desk);
  },
});

const rerun = onRun({
  verb: 'rerun',
  example: 'rerun run-7gmw3c from deliver because "the vault is back"',
  help: 'do a step and everything after it again',
  right: 'retry',
  work: ({ run, rest, reason }, moment, desk) => {
    const [step, ...more] = rest.filter(({ text, quoted }) => quoted || text.toLowerCase() !== 'from');
    assertNoMore(more, '/runbook rerun run-7gmw3c from deliver because "the vault is back"');
    if (step === undefined || reason === '')
      return openRerunForm({ run: run.id, step: step?.text ?? null, reason }, moment, desk);
    return rerunFrom({ run: run.id, step: step.text, reason }, moment, desk);
  },
});

const cancel = onRun({
  verb: 'cancel',
  example: 'cancel run-7gmw3c because "wrong key"',
  help: 'stop a run; what can be taken back is taken back',
  right: 'cancel',
  work: ({ run, rest, reason }, moment, desk) => {
    assertNoMore(rest, '/runbook cancel run-7gmw3c because "wrong key"');
    if (reason === '') return openCancelForm({ run: run.id, step: null, reason }, moment, desk);
    return cancelRun({ run: run.id, reason }, moment, desk);
  },
});

const SETTLE = 'settle run-7gmw3c mint yes because "the key stands in the vault"';

const settle: Verb = {
  verb: 'settle',
  example: SETTLE,
  help: 'say whether a step that a crash left open has happened',
  offered: mayWithSomeKey('answer'),
  run: async (typed, moment, desk) => {
    const example = `/runbook ${SETTLE}`;
    const { words, reason } = splitNeededReason(typed, { what: 'saying what happened', example });
    const { run, rest } = await runMeant(words, moment, desk);
    const said = rest.at(-1);
    const happened = said?.text.toLowerCase();
    if (happened !== 'yes' && happened !== 'no')
      throw malformed(
        said === undefined ? 'yes or no is missing' : `"${shown(said.text)}" was expected to be yes or no`,
        example,
      );
    const [step, ...more] = rest.slice(0, -1);
    assertNoMore(more, example);
    return settleStep(
      { run: run.id, step: step?.text ?? onlyDoubt(run, example), happened: happened === 'yes', reason },
      moment,
      desk,
    );
  },
};

function onlyDoubt({ id, steps }: Run, example: string): string {
  const [only, ...others] = Object.values(steps).filter(({ state }) => state === 'in_doubt');
  if (only !== undefined && others.length === 0) return only.step;
  throw malformed(
    only === undefined
      ? `no step of ${id} is in doubt`
      : `several steps of ${id} are in doubt, so name one: ${[only, ...others].map(({ step }) => step).join(', ')}`,
    example,
  );
}

export const steering: readonly Verb[] = [pause, resume, retry, skip, rerun, cancel, settle];
