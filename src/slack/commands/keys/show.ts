import { loadKey } from '../../load/key.ts';
import type { Desk, Moment } from '../../moment.ts';
import { keyCard } from '../../views/key-card.ts';
import type { Verb } from '../contract.ts';
import { keyNamed } from '../key-named.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, slugOf } from '../words.ts';

const EXAMPLE = '/keys show payments-prod';

export const showKeyVerb: Verb = {
  verb: 'show',
  example: 'show payments-prod',
  help: 'its dates, owner and health, and what you can do with it',
  offered: mayWithSomeKey('read'),
  run: async ([name, ...more], moment, desk) => {
    assertNoMore(more, EXAMPLE);
    return showKey(slugOf(name, EXAMPLE), moment, desk);
  },
};

export async function showKey(name: string, moment: Moment, desk: Desk): Promise<void> {
  const key = await keyNamed(name, 'read', { moment, desk });
  return moment.show(keyCard(await loadKey(desk, key)));
}
