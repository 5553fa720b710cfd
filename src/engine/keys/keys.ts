import type { Claim, ClaimedBy } from '../../domain/claim.ts';
import type { KeyChange } from '../../domain/event.ts';
import type { Actor, ClaimId, PersonId } from '../../domain/ids.ts';
import type { Delivery, Key, KeyClass } from '../../domain/key.ts';
import type { JsonObject } from '../../domain/run.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import type { RotationRequest } from '../rotations/rotations.ts';

/** What people say of a key when they register one. */
export interface KeyFacts {
  slug: string;
  class: KeyClass;
  service: string;
  environment: string;
  owner: string | null;
  escalation: string | null;
  runbook: string | null;
  secretRef: string | null;
  administers: string | null;
  scopes: string[];
  rateLimit: number | null;
  delivery: Delivery | null;
  probeUrl: string | null;
}

/** A claim and the only copy of its token; the token opens the one-time page and is never stored. */
export interface Offer {
  claim: Claim;
  token: Secret;
}

export interface GenerateRequest extends Origin {
  facts: KeyFacts;
  expiresInDays: number | null;
  /** For the class jwt only: what it says besides the registered claims. */
  claims: JsonObject | null;
  /** Who gets the offer, when the key has no registered place. */
  recipient: string;
}

export interface ImportRequest extends Origin {
  facts: KeyFacts;
  material: Secret | null;
  /** Instead of the material, as `rekey keys digest` prints it: from where a key must not be, such as Slack. */
  digest?: string;
  expiresAt: Date | null;
}

/** `offer`: null when the material went to a sink, or when the same request came before and its token was given out then. */
export interface Generated {
  key: Key;
  offer: Offer | null;
}

/** `asked`: whoever claims it may not change it, so these people were told and decide. */
export type OwnerClaim = { kind: 'owned'; key: Key } | { kind: 'asked'; key: Key; told: PersonId[] };

/** `key` in each request: a slug (its current version), an id, a public id or a fingerprint. */
export interface OnKey extends Origin {
  key: string;
  reason: string;
}

/**
 * The verbs on single keys, for CLI, HTTP and Slack alike. Each checks the policy (a person: `may`, deny by default; a token: its scopes),
 * writes change, audit and dedupe in one transaction, and returns when that is durable. What the caller can act on comes as a Refusal.
 */
export interface Keys {
  /**
   * Mints a key of the class api_key or jwt (with `claims`), or a signing key (issuer_key). It is pending until its material was handed
   * over: to its registered sink, or to the recipient of the offer. `expiresInDays` null: the class's max age. Refusals: `slug_taken`,
   * `required_missing`, `not_allowed`, `class_not_minted`, `bad_lifetime`, `no_signing_key`.
   */
  generate: (request: GenerateRequest) => Promise<Generated>;
  /**
   * Registers a key that lives elsewhere: its digest and, from 20 characters on, its last 4; null when only its metadata is known. With
   * other material under the name of such a key it is that key's next version: it was replaced where it lives.
   * Refusals: `slug_taken`, `already_known`, `bad_material`, `bad_digest`.
   */
  import: (request: ImportRequest) => Promise<Key>;
  /** Reversible: refused at once everywhere, until it is reinstated. Refusals: `last_admin_key`, `illegal_transition`. */
  suspend: (request: OnKey) => Promise<Key>;
  reinstate: (request: OnKey) => Promise<Key>;
  /**
   * Final. A rotation of it that has not begun is cancelled. Refusals: `last_admin_key`, `not_revocable`, `needs_rotation` for classes that
   * two people decide on, `rotation_open` and `run_open` while something else is about to do it.
   */
  revoke: (request: OnKey) => Promise<Key>;
  change: (request: OnKey & { change: KeyChange }) => Promise<Key>;
  /** A person becomes its owner, or those are asked who may say so. Refusals: `already_owner`, `nobody_to_ask`, `key_over`. */
  claimOwner: (request: OnKey) => Promise<OwnerClaim>;
  /**
   * A new version of the key that signs JWTs. It signs from now on; the old one counts until the last JWT has ended, at most for the longest
   * grace of its class. Nothing is delivered: the private half never leaves Rekey. For people who may `administer`, never for a token; as
   * often as policy.yaml lets it, or at once with the grace of that emergency. Refusals: `too_soon`, `key_not_rotatable`.
   */
  rotateSigningKey: (request: OnKey & { mode?: RotationRequest['mode'] }) => Promise<Key>;
  /** Before it expires, at most twice. `approvedBy`: somebody else, of whom the requester states that they agreed, and who is told. Refusal `expired_not_extended`. */
  extendExpiry: (request: OnKey & { expiresAt: Date; approvedBy: PersonId }) => Promise<Key>;
  /** The open offers that `by` may take, newest first. */
  offersTo: (by: Actor) => Promise<Claim[]>;
  /** A link for the one-time page: a new token for the same secret, for who may take it. */
  linkFor: (claim: ClaimId, request: Origin) => Promise<Offer>;
  /** Who and what, before anybody reveals anything. Refusals: `unknown_claim`, `claim_over`. */
  peek: (token: Secret) => Promise<{ claim: Claim; key: Key }>;
  /**
   * Hands the secret out, once. By its id for who is proved to be the recipient, by its token for who has the link. The key of an offer
   * outside of a run is active from then on. A second try is refused, counted and raises an alarm. Refusals: `unknown_claim`,
   * `claim_over`, `claim_taken`, `not_the_recipient`.
   */
  take: (
    claim: { id: ClaimId } | { token: Secret },
    request: Origin & { how: ClaimedBy },
  ) => Promise<{ secret: Secret; key: Key; claim: Claim }>;
}
