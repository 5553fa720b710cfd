import { loadIncidentRows } from '../../load/incident-list.ts';
import { incidentList } from '../../views/incident-list.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';

const EXAMPLE = '/incident list closed';
const MOST = 100;

export const listVerb: Verb = {
  verb: 'list',
  also: ['ls'],
  example: 'list closed',
  help: 'the open ones; with `closed` those that are over as well',
  offered: mayWithSomeKey('read'),
  run: async ([which, ...more], moment, desk) => {
    assertNoMore(
      which?.text === 'open' || which?.text === 'closed' || which?.text === 'all'
        ? more
        : which === undefined
          ? []
          : [which],
      EXAMPLE,
    );
    const openOnly = which === undefined || which.text === 'open';
    const found = openOnly ? await desk.ledger.openIncidents(MOST) : await desk.ledger.incidents(MOST);
    await moment.show(incidentList(await loadIncidentRows(found, moment, desk), openOnly ? 'open' : 'all'));
  },
};
