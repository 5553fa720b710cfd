import type { Proof } from '../../domain/approval/proof.ts';

/** How a decision was proven, in words for a card. */
export const PROOFS: Record<Proof, string> = {
  click: 'by a click',
  typed: 'confirmed by typing',
  totp: 'confirmed with a code',
};
