import { nameOf } from '../../domain/key.ts';
import { utcText } from '../text.ts';
import { readSnooze } from '../views/digest-row.ts';
import { say } from '../views/say.ts';
import type { SlackAction } from './contract.ts';
import { digestKey } from './digest-key.ts';

/** Chosen in the menu of a row: it acts at once. */
export const digestSnoozeMenu: SlackAction = {
  action: 'digest_snooze',
  press: async (value, moment, desk) => {
    const { key, days } = readSnooze(value);
    const name = nameOf(await digestKey(key, desk));
    const until = await desk.digests.snooze({ ...moment.origin, key, days });
    await moment.show(say(`${name} is out of the digest until ${utcText(until)}.`));
  },
};
