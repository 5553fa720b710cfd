import { loadIncident } from '../../load/incident.ts';
import { loadIncidentImpact } from '../../load/incident-impact.ts';
import { incidentCard } from '../../views/incident-card.ts';
import { incidentImpact } from '../../views/incident-impact.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore } from '../words.ts';
import { incidentMeant } from './which.ts';

export const statusVerb: Verb = {
  verb: 'status',
  also: ['show'],
  example: 'status inc-4k9x2m7qpd',
  help: 'how it stands, what it waits for before it can close, and buttons for what can be done',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const { incident, rest } = await incidentMeant(words, moment, desk);
    assertNoMore(rest, '/incident status inc-4k9x2m7qpd');
    const card = await loadIncident(desk, incident.id);
    if (card !== null) await moment.show(incidentCard(card));
  },
};

export const impactVerb: Verb = {
  verb: 'impact',
  also: ['affected'],
  example: 'impact inc-4k9x2m7qpd',
  help: 'callers and peers that it affects, with numbers',
  offered: mayWithSomeKey('read'),
  run: async (words, moment, desk) => {
    const { incident, rest } = await incidentMeant(words, moment, desk);
    assertNoMore(rest, '/incident impact inc-4k9x2m7qpd');
    await moment.show(incidentImpact(await loadIncidentImpact(desk, incident)));
  },
};
