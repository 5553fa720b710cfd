import { IncidentId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { Refusal } from '../../../errors.ts';
import type { Desk, Moment } from '../../moment.ts';
import { isReadable } from '../../readable.ts';
import type { Token } from '../tokens.ts';

/** Which incident is meant, and the words after its id. */
export interface Meant {
  incident: Incident;
  rest: readonly Token[];
}

const NAMED = /^inc-[a-z0-9]{1,60}$/i;
const MOST_LISTED = 5;
const MOST_SEEN = 100;

/**
 * The incident that is named first; where none is, the one whose thread or channel this is said in, or the only one that is open. `among`:
 * which ones count where none is named.
 */
export async function incidentMeant(
  words: readonly Token[],
  moment: Pick<Moment, 'channel' | 'thread' | 'origin'>,
  desk: Pick<Desk, 'ledger' | 'incidents' | 'policy'>,
): Promise<Meant> {
  const [first, ...rest] = words;
  const isNamed = first !== undefined && !first.quoted && NAMED.test(first.text);
  const id = isNamed ? IncidentId.parse(first.text.toLowerCase()) : await incidentHere(moment, desk);
  // Who may not read it learns no more than that.
  const incident = await desk.incidents.assertMay({ ...moment.origin, incident: id, verb: 'read' });
  return { incident, rest: isNamed ? rest : words };
}

async function incidentHere(
  moment: Pick<Moment, 'channel' | 'thread' | 'origin'>,
  desk: Pick<Desk, 'ledger' | 'policy'>,
): Promise<IncidentId> {
  const { channel, thread } = moment;
  const here = channel === null ? null : await desk.ledger.incidentAt({ channel, thread });
  if (here !== null) return here;
  const open = await readableOnes(moment, desk);
  const [only] = open;
  if (only !== undefined && open.length === 1) return only.id;
  const ids = open.slice(0, MOST_LISTED).map((incident) => incident.id);
  throw new Refusal(
    'which_incident',
    ids.length === 0
      ? 'No incident is open. Say which one you mean: /incident list closed'
      : `Say which incident you mean, or say it in its thread or channel: ${ids.join(', ')}`,
  );
}

/** Whoever may not read one does not hear that it is there. */
async function readableOnes(
  moment: Pick<Moment, 'origin'>,
  desk: Pick<Desk, 'ledger' | 'policy'>,
): Promise<Incident[]> {
  const readable: Incident[] = [];
  for (const incident of await desk.ledger.openIncidents(MOST_SEEN)) {
    if (readable.length > MOST_LISTED) break;
    if (await isReadable(incident, moment, desk)) readable.push(incident);
  }
  return readable;
}
