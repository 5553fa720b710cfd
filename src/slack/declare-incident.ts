import type { DeclareRequest } from '../engine/incidents/incidents.ts';
import type { Desk, Moment } from './moment.ts';
import { sayWithLink } from './views/say.ts';

/** From the command, the form and a message: the same verb, and an answer that says where it goes on. */
export async function declareIncident(
  wanted: Omit<DeclareRequest, keyof Moment['origin']>,
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const declared = await desk.incidents.declare({ ...moment.origin, ...wanted });
  const { incident } = declared;
  const sentence =
    declared.kind === 'joined'
      ? `${incident} is open for this key already; what you said is on its timeline, and it ${declared.wasRaised ? 'is' : 'stays'} ${declared.severity}${declared.wasRaised ? ' now' : ''}.`
      : `${incident} is declared. Its card is in the incident channel; take a role there with Roles…`;
  const card = await desk.outbox.find('incident', incident);
  const at = card?.ts == null ? null : { channel: card.channel, ts: card.ts };
  const url = at === null ? null : await moment.permalink(at);
  await moment.show(sayWithLink(sentence, { url, text: 'Open the card' }));
}
