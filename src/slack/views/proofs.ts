import type { Proof } from '../../domain/approval/proof.ts';
import type { Channel } from '../../domain/event.ts';

/** How a decision was proven, in words for a card. */
export const PROOFS: Record<Proof, string> = {
  click: 'by a click',
  typed: 'confirmed by typing',
  totp: 'confirmed with a code',
};

const DOORS: Record<Channel, string> = {
  slack: ' in Slack',
  cli: ' on the command line',
  http: ' over HTTP',
  hook: ' by a hook',
  engine: '',
  demo: ' in the demo',
};

/** From where it came, to be put behind how it was proven. */
export function doorText(via: Channel | null): string {
  return via === null ? '' : DOORS[via];
}
