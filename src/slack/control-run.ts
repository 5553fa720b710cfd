import type { RunId } from '../domain/ids.ts';
import { linkTo } from './link-to.ts';
import type { Desk, Moment } from './moment.ts';
import { sayWithLink } from './views/say.ts';

/** What people do with a run, from a button, a form or a line of words. Each answers with what is true then; refusals are the engine's. */
type Control = (of: { run: RunId; reason: string }, moment: Moment, desk: Desk) => Promise<void>;
type OnStep = (of: { run: RunId; step: string; reason: string }, moment: Moment, desk: Desk) => Promise<void>;

export const pauseRun: Control = async ({ run, reason }, moment, desk) => {
  await desk.engine.pause(run, { ...moment.origin, reason });
  await tell(run, `${run} is paused: nothing new begins, and what is under way ends.`, { moment, desk });
};

export const resumeRun: Control = async ({ run, reason }, moment, desk) => {
  await desk.engine.resume(run, { ...moment.origin, reason });
  await tell(run, `${run} goes on.`, { moment, desk });
};

export const retryRun = async (
  { run, step, reason }: { run: RunId; step: string | null; reason: string },
  moment: Moment,
  desk: Desk,
): Promise<void> => {
  await desk.engine.retry(run, step, { ...moment.origin, reason });
  await tell(run, `${step ?? 'What failed'} of ${run} is tried again.`, { moment, desk });
};

export const cancelRun: Control = async ({ run, reason }, moment, desk) => {
  await desk.engine.cancel(run, { ...moment.origin, reason });
  await tell(run, `${run} is being cancelled: what can be taken back is taken back.`, { moment, desk });
};

export const skipStep: OnStep = async ({ run, step, reason }, moment, desk) => {
  await desk.engine.skip(run, step, { ...moment.origin, reason });
  await tell(run, `${step} of ${run} is left out.`, { moment, desk });
};

export const rerunFrom: OnStep = async ({ run, step, reason }, moment, desk) => {
  await desk.engine.rerun(run, step, { ...moment.origin, reason });
  await tell(run, `${run} is done again from ${step} on.`, { moment, desk });
};

export const settleStep = async (
  { run, step, happened, reason }: { run: RunId; step: string; happened: boolean; reason: string },
  moment: Moment,
  desk: Desk,
): Promise<void> => {
  await desk.engine.settle(run, step, { ...moment.origin, happened, reason });
  await tell(run, `Recorded: ${step} ${happened ? 'happened' : 'did not happen'}.`, { moment, desk });
};

async function tell(run: RunId, sentence: string, { moment, desk }: { moment: Moment; desk: Desk }): Promise<void> {
  const url = await linkTo({ surface: 'run', subject: run }, moment, desk);
  await moment.show(sayWithLink(sentence, { url, text: 'Its message' }));
}
