import { RunId } from '../../domain/ids.ts';
import { loadRunDetails } from '../load/run-details.ts';
import type { Desk, Moment } from '../moment.ts';
import { runDetails } from '../views/run-details.ts';
import type { SlackAction } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

export const detailsButton: SlackAction = {
  action: 'run_details',
  press: (run, moment, desk) => turnTo({ run, page: 0 }, moment, desk),
};

export const detailsBack: SlackAction = { action: 'details_back', press: turned };
export const detailsNext: SlackAction = { action: 'details_next', press: turned };

/** `<run>.<page>` */
function turned(value: string, moment: Moment, desk: Desk): Promise<void> {
  const [, run = value, page = '0'] = /^(.+)\.(\d{1,4})$/.exec(value) ?? [];
  return turnTo({ run, page: Number(page) }, moment, desk);
}

async function turnTo({ run: id, page }: { run: string; page: number }, moment: Moment, desk: Desk): Promise<void> {
  const run = await desk.engine.mayOn(RunId.parse(id), { ...moment.origin, verb: 'read' });
  const view = runDetails(await loadRunDetails(desk, run, page));
  if (await moment.updateModal(view)) return;
  await openOrAskAgain(view, moment, 'Details');
}
