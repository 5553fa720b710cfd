import type { ModalView } from '@slack/types';
import { RunId } from '../domain/ids.ts';
import type { Verb } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import type { Possible } from '../domain/run-verbs.ts';
import { Refusal } from '../errors.ts';
import { planOrNull, possibleOn } from './load/run.ts';
import type { Desk, Moment } from './moment.ts';
import { cancelRunModal, rerunModal, skipStepModal } from './views/run-forms.ts';

/** What is known already when the form is asked for: nothing for a press, a part of a line of words. */
export interface Begun {
  run: string;
  step: string | null;
  reason: string;
}

type OpenForm = (of: Begun, moment: Moment, desk: Desk) => Promise<void>;

export const openCancelForm: OpenForm = (of, moment, desk) =>
  opened(of, { moment, desk }, { verb: 'cancel', label: 'Cancel', view: (form) => cancelRunModal(form) });

export const openSkipForm: OpenForm = (of, moment, desk) =>
  opened(
    of,
    { moment, desk },
    {
      verb: 'skip',
      label: 'Skip',
      view: (form, { skip }) => {
        assertSome(skip, `No step of ${of.run} can be left out now.`);
        return skipStepModal({ ...form, steps: skip });
      },
    },
  );

export const openRerunForm: OpenForm = (of, moment, desk) =>
  opened(
    of,
    { moment, desk },
    {
      verb: 'retry',
      label: 'Do again from',
      view: (form, { rerun }) => {
        assertSome(rerun, `Nothing of ${of.run} can be done again now.`);
        return rerunModal({ ...form, steps: rerun });
      },
    },
  );

interface Form {
  channel: string | null;
  run: string;
  runbook: string;
  step: string | null;
  reason: string;
}

/** Asked before the form is there whether this person may, so that nobody fills one in only to be refused. */
async function opened(
  { run: id, step, reason }: Begun,
  { moment, desk }: { moment: Moment; desk: Desk },
  { verb, label, view }: { verb: Verb; label: string; view: (form: Form, possible: Possible) => ModalView },
): Promise<void> {
  const run = await desk.engine.mayOn(RunId.parse(id), { ...moment.origin, verb });
  const possible = possibleOn(desk, { run, plan: planOrNull(desk, run) });
  assertStillOpen(run, verb, possible);
  const modal = view({ channel: moment.channel, run: run.id, runbook: run.runbook.id, step, reason }, possible);
  // From the details it takes their place; a second modal on top would need another press to get back.
  if ((await moment.updateModal(modal)) || (await moment.openModal(modal))) return;
  throw new Refusal(
    'press_again',
    `Your press came in while Rekey was busy, and nothing was done. Press ${label} again.`,
  );
}

/** What is true now is said to whoever presses on a message that Slack shows from before. */
function assertStillOpen(run: Run, verb: Verb, { cancel }: Possible): void {
  if (verb !== 'cancel' || cancel) return;
  if (run.finishedAt !== null)
    throw new Refusal('run_over', `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome}).`);
  if (run.cancelRequestedAt !== null) throw new Refusal('run_over', `${run.id} is being cancelled already.`);
  throw new Refusal('run_ending', `There is nothing left to cancel in ${run.id}: it is ending.`);
}

function assertSome(steps: readonly string[], sentence: string): void {
  if (steps.length === 0) throw new Refusal('no_such_step', sentence);
}
