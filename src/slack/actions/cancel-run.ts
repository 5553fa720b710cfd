import { RunId } from '../../domain/ids.ts';
import { say } from '../views/say.ts';
import type { SlackAction } from './contract.ts';

/** Asked back by Slack's own dialog before it gets here; who may is the engine's to say. */
export const cancelRun: SlackAction = {
  action: 'cancel_run',
  press: async (run, moment, { engine }) => {
    await engine.cancel(RunId.parse(run), { ...moment.origin, reason: 'cancelled with the button in Slack' });
    await moment.show(say(`${run} is being cancelled: what can be taken back is taken back.`));
  },
};
