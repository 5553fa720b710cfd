import type { Incident } from '../../domain/incident.ts';
import { nameOf } from '../../domain/key.ts';
import { standing } from '../../domain/peer.ts';
import { toldAbout } from '../../domain/told-about.ts';
import { affectedSince } from '../../steps/affected.ts';
import { boardOfReplacement } from '../../steps/board.ts';
import type { Sources } from '../deps.ts';
import type { IncidentImpact } from '../views/incident-impact.ts';
import { displayNames } from './names.ts';

export async function loadIncidentImpact(sources: Sources, incident: Incident): Promise<IncidentImpact> {
  const { ledger, now } = sources;
  const { id, title } = incident;
  const key = incident.key === null ? null : await ledger.key(incident.key);
  if (key === null) return { incident: id, title, key: null, owner: null, callers: [], peers: [] };
  const name = await displayNames(sources);
  const { told } = toldAbout({
    notices: await ledger.noticesOfIncident(id),
    deliveries: await ledger.deliveriesOfIncident(id),
    reopenedAt: await ledger.reopenedAt(id),
  });
  const callers = await ledger.callersOf(key.id, affectedSince({ incident, now }));
  const board = await boardOfReplacement(ledger, key);
  return {
    ...{ incident: id, title, key: nameOf(key) },
    owner: key.owner === null ? null : name(key.owner),
    callers: callers.map((one) => ({ ...one, told: told.has(`caller:${one.caller}`) })),
    peers: (board?.rows ?? []).map((row) => ({ peer: row.peer.name, standing: standing(row) })),
  };
}
