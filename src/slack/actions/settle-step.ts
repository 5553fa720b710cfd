import { RunId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { Desk, Moment } from '../moment.ts';
import { say } from '../views/say.ts';
import type { SlackAction } from './contract.ts';

/** A person answers "did it happen?" for a step that a crash left open. */
export const settleYes: SlackAction = {
  action: 'settle_yes',
  press: (token, moment, desk) => settle(token, { happened: true, moment, desk }),
};
export const settleNo: SlackAction = {
  action: 'settle_no',
  press: (token, moment, desk) => settle(token, { happened: false, moment, desk }),
};

async function settle(
  token: string,
  { happened, moment, desk }: { happened: boolean; moment: Moment; desk: Desk },
): Promise<void> {
  const [, run, step] = /^([^.]+)\.(.+)\.\d+$/.exec(token) ?? [];
  if (run === undefined || step === undefined)
    throw new Refusal('unknown_button', 'This button belongs to nothing that Rekey knows.');
  const record = (await desk.ledger.run(RunId.parse(run)))?.steps[step];
  // The token names one attempt: an old message must not answer for a newer one.
  if (record !== undefined && record.token !== token)
    throw new Refusal('not_in_doubt', `This question about ${step} is over; look at the newest message of the run.`);
  const reason = `stated with the button in Slack that it ${happened ? 'happened' : 'did not happen'}`;
  await desk.engine.settle(RunId.parse(run), step, { ...moment.origin, happened, reason });
  await moment.show(
    say(`Recorded: ${step} ${happened ? 'happened; the run goes on after it.' : 'did not happen; it is done now.'}`),
  );
}
