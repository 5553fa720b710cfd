import type { LedgerEvent } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import { isInside, type Peer } from '../domain/peer.ts';
import { type PeerTemplate, peerFacts } from '../domain/peer-notice.ts';
import { peopleNamed } from '../domain/policy.ts';
import type { StepContext } from './contract.ts';
import { describedKey, replacementAvailable, whichKey } from './key-sentences.ts';
import { noticeOf } from './notice-of.ts';

export interface PeerNews {
  /** The key that failed or is replaced, and what takes its place; null while there is nothing. */
  key: Key;
  replacement: Key | null;
  dataIntegrity: string;
  template: PeerTemplate;
}

/**
 * The notices for one peer: into the channel under the peer's name, and to the people of policy.yaml who look after it. Rekey writes no
 * e-mail; for a contact outside the team passes on what stands in the channel.
 */
export async function tellPeer(peer: Peer, news: PeerNews, context: StepContext): Promise<LedgerEvent[]> {
  const { policy } = await context.policy();
  const people = isInside(peer.contact) ? [...peopleNamed(policy, [peer.contact], news.key)].sort() : [];
  const recipients = [`peer:${peer.name}`, ...people.map((person) => `person:${person}`)];
  return recipients.map((recipient) => ({ type: 'notice_issued', notice: noticeTo(recipient, news, context) }));
}

function noticeTo(recipient: string, { key, replacement, dataIntegrity, template }: PeerNews, context: StepContext) {
  const which = whichKey(key, context.now());
  const available = replacementAvailable(replacement);
  const facts = {
    whichKey: which,
    replacementAvailable: replacement === null ? available : `${available} It is ${describedKey(replacement)}.`,
    dataIntegrity,
  };
  return noticeOf(context, { recipient, key: (replacement ?? key).id, ...peerFacts(template, facts) });
}
