import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';

/** 256 bit of chance: who has it may take what is claimed, so it is shown once and kept as a hash only. */
export function newClaimToken(): Secret {
  return new Secret(`rekey_claim_${randomBytes(32).toString('base64url')}`);
}

/** The same for a link with which somebody sets up an authenticator app. */
export function newInviteToken(): Secret {
  return new Secret(`rekey_invite_${randomBytes(32).toString('base64url')}`);
}
