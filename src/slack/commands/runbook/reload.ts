import { displayNames } from '../../load/names.ts';
import type { Desk, Moment } from '../../moment.ts';
import { runbookReload } from '../../views/runbook-reload.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';

/** Reads the folder again now, and says what became of it. */
export const reload: Verb = {
  verb: 'reload',
  example: 'reload',
  help: 'read the folder of runbooks again, with every problem by file and line',
  offered: mayWithSomeKey('read'),
  run: async (words, moment: Moment, desk: Desk) => {
    assertNoMore(words, '/runbook reload');
    const found = await desk.shelf.reload(moment.origin);
    const name = await displayNames(desk);
    const mayAgree = found.mayAgree.map(name);
    return moment.show(runbookReload({ ...found, mayAgree, isYours: found.mayAgree.includes(moment.person) }));
  },
};
