import type { LedgerEvent } from '../domain/event.ts';
import { KeyId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { behind, isInside, type Peer, type PeerState } from '../domain/peer.ts';
import { type PeerTemplate, peerFacts } from '../domain/peer-notice.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import { boardNow } from './board.ts';
import type { ForecastContext, StepContext } from './contract.ts';
import type { ForeseenKey } from './forecast.ts';
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
  const recipients = recipientsOf(peer, news.key, (await context.policy()).policy);
  return recipients.map((recipient) => ({ type: 'notice_issued', notice: noticeTo(recipient, news, context) }));
}

/** Everybody who pins the key and has not come so far; a version that the run would make is known to nobody yet. */
export async function foreseenPeers(
  ref: ForeseenKey,
  wanted: PeerState,
  { ledger, policy, run }: ForecastContext,
): Promise<{ late: Peer[]; recipients: string[] }> {
  const ofRun = run.key === null ? null : await ledger.key(run.key);
  const slug = ref?.slug ?? ofRun?.slug;
  if (slug === undefined) return { late: [], recipients: [] };
  const board = await boardNow(ledger, { id: KeyId.parse(ref?.id ?? 'not made yet'), slug });
  const late = behind(board, wanted).map(({ peer }) => peer);
  const subject = ofRun ?? { owner: null, escalation: null };
  const { policy: today } = await policy();
  return { late, recipients: late.flatMap((peer) => recipientsOf(peer, subject, today)) };
}

function recipientsOf(peer: Peer, subject: Pick<Key, 'owner' | 'escalation'>, policy: Policy): string[] {
  const people = isInside(peer.contact) ? [...peopleNamed(policy, [peer.contact], subject)].sort() : [];
  return [`peer:${peer.name}`, ...people.map((person) => `person:${person}`)];
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
