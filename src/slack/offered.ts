import { Refusal } from '../errors.ts';
import type { Order } from './carry-out.ts';
import type { DoorDeps } from './handle.ts';
import { Incoming, type Received } from './incoming.ts';
import { OPEN_FORM } from './views/form-offer.ts';

/**
 * A press on "Open the form" stands for the words that needed one: they are taken from the inbox and carried out with the trigger of the
 * press. Only whoever said them can do that.
 */
export async function withWordsOfOffer(
  { inbox }: Pick<DoorDeps, 'inbox'>,
  received: Received<Order>,
): Promise<Received<Order>> {
  const { incoming } = received;
  if (incoming.kind !== 'action' || incoming.action !== OPEN_FORM) return received;
  const kept = await inbox.find(incoming.value);
  const words = kept === null ? null : readKept(kept.payload);
  const isTheirs = words !== null && words.from.user === incoming.from.user;
  if (!isTheirs || words.kind === 'submission' || words.kind === 'action')
    throw new Refusal('offer_is_gone', 'That offer is too old, and nothing was done. Say again what you want to do.');
  return { ...received, incoming: { ...words, from: incoming.from }, words: incoming.value };
}

export function readKept(payload: string): Incoming | null {
  try {
    return Incoming.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
