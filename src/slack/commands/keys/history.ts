import { historyOf } from '../../../engine/key-reports/history.ts';
import { actorText, displayNames } from '../../load/names.ts';
import type { Desk, Moment } from '../../moment.ts';
import { keyHistory } from '../../views/key-history.ts';
import type { Verb } from '../contract.ts';
import { keyNamed } from '../key-named.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, slugOf } from '../words.ts';

const EXAMPLE = '/keys history payments-prod';
const LAST = 25;

export const historyVerb: Verb = {
  verb: 'history',
  example: 'history payments-prod',
  help: 'what happened to it, who asked, who agreed, and why',
  offered: mayWithSomeKey('read'),
  run: async ([name, ...more], moment, desk) => {
    assertNoMore(more, EXAMPLE);
    return showHistory(slugOf(name, EXAMPLE), moment, desk);
  },
};

export async function showHistory(name: string, moment: Moment, desk: Desk): Promise<void> {
  const { slug } = await keyNamed(name, 'read', { moment, desk });
  const { versions, rotations, lines } = await historyOf(desk.ledger, { slug, last: LAST });
  const shown = await displayNames(desk);
  return moment.show(
    keyHistory({
      slug,
      versions: versions.length,
      rotations: rotations.length,
      lines: lines.map(({ at, actor, sentence }) => ({ at, by: actorText(actor, shown), sentence })),
    }),
  );
}
