import type { Notice } from './incident.ts';

/** The reviewed words for peers: what happened to the key, what they have to do and until when the old one counts. */
export const PEER_TEMPLATES = {
  'peer-repin': 'Pin the new public key or manifest; where it refreshes by itself, check that it did. Then say so.',
  'peer-warning': 'Keep the current pin until you are told of the new key; accept nothing that arrives otherwise.',
  'peer-reminder': 'You were told of this key before and it is not on record that you trust the new one.',
} as const;
export type PeerTemplate = keyof typeof PEER_TEMPLATES;

/** The three facts that R-KEY-EXPIRY makes mandatory, with what a peer has to do behind the second one. */
export function peerFacts(template: PeerTemplate, facts: Notice['facts']): Pick<Notice, 'template' | 'facts'> {
  const replacementAvailable = `${facts.replacementAvailable} ${PEER_TEMPLATES[template]}`;
  return { template, facts: { ...facts, replacementAvailable } };
}
