import { z } from 'zod';

// Branded, so that an approval's id cannot be passed where a run's is expected.
export const KeyId = z.string().brand<'KeyId'>();
export type KeyId = z.infer<typeof KeyId>;
export const RotationId = z.string().brand<'RotationId'>();
export type RotationId = z.infer<typeof RotationId>;
export const RunId = z.string().brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;
export const StepId = z.string().brand<'StepId'>();
export type StepId = z.infer<typeof StepId>;
export const ApprovalId = z.string().brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;
export const AskId = z.string().brand<'AskId'>();
export type AskId = z.infer<typeof AskId>;
export const IncidentId = z.string().brand<'IncidentId'>();
export type IncidentId = z.infer<typeof IncidentId>;
export const SecretId = z.string().brand<'SecretId'>();
export type SecretId = z.infer<typeof SecretId>;
export const MessageId = z.string().brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;
export const PersonId = z.string().brand<'PersonId'>();
export type PersonId = z.infer<typeof PersonId>;

export const ClaimId = z.string().brand<'ClaimId'>();
export type ClaimId = z.infer<typeof ClaimId>;

/**
 * Who did something: `person:alice`, `token:ci-deployer` (a ledger key that calls the API, by its slug), `hook:payments-api`,
 * `schedule:rotations` or `system:engine`.
 * It comes from a verified channel only, never from the text of a request.
 */
export const Actor = z.templateLiteral([z.enum(['person', 'token', 'hook', 'schedule', 'system']), ':', z.string()]);
export type Actor = z.infer<typeof Actor>;

export function personOf(actor: Actor): PersonId | null {
  return actor.startsWith('person:') ? PersonId.parse(actor.slice('person:'.length)) : null;
}

/** Source of fresh random text for ids: `random('run')` → `run-4k9x2m7qpd`. Injected, so that domain code stays pure. */
export type NewId = (prefix: string) => string;
