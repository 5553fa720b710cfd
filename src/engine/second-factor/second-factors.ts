import type { PersonId } from '../../domain/ids.ts';
import type { Invite } from '../../domain/second-factor.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { askForLink } from './ask.ts';
import { confirm, confirmUnseen } from './confirm.ts';
import type { SecondFactorDeps } from './deps.ts';
import { enrol } from './enrol.ts';
import { confirmInvited, enrolInvited, invite, peekInvite } from './invite.ts';
import { remove } from './remove.ts';
import { type Standing, standings } from './standings.ts';

/** What is shown once, and then is only in the app and sealed in the ledger. */
export interface Enrolled {
  person: PersonId;
  /** In base32, for typing. */
  seed: Secret;
  /** `otpauth://…`, for a QR code. */
  uri: Secret;
}

export interface Confirmed {
  person: PersonId;
  recoveryCodes: Secret[];
}

/** The codes of people: who has one, and how they come and go. What people can act on comes as a Refusal. */
export interface SecondFactors {
  /** For the person who asks. Whoever has an app already shows a code of it, or a recovery code. Refusals: `already_enrolled`, and those of `StepUp.prove`. */
  enrol: (request: Origin & { code?: Secret }) => Promise<Enrolled>;
  /** The first code of the new app: from now on it counts, and the one before it is over. Refusals: `nothing_begun`, `code_wrong`, `code_malformed`. */
  confirm: (request: Origin & { code: Secret }) => Promise<Confirmed>;
  /** The same where nothing secret may be shown: no recovery codes are made, the page of the link shows them for another code. */
  confirmUnseen: (request: Origin & { code: Secret }) => Promise<void>;
  /** Tells who may `administer` that the asker wants a link; makes none. Refusals: `already_enrolled`, `asked_already`, `nobody_to_ask`. */
  askForLink: (request: Origin) => Promise<{ asked: PersonId[] }>;
  /** One's own with a code; somebody else's by whoever may `administer`, with a reason. Refusals: `not_enrolled`, `code_needed`, `not_allowed`, `reason_required`. */
  remove: (request: Origin & { person: PersonId; code?: Secret; reason: string }) => Promise<void>;
  /** For who may `administer`. Refusals: `unknown_person`, `already_enrolled`, `not_allowed`. */
  invite: (request: Origin & { person: PersonId }) => Promise<{ invite: Invite; token: Secret }>;
  /** What a link is for, whoever holds it. Refusals: `unknown_invite`, `invite_over`. */
  peekInvite: (token: Secret) => Promise<Invite>;
  /** The seed, once. Refusals as above, `invite_used`, `already_enrolled`. */
  enrolInvited: (token: Secret, request: Origin) => Promise<Enrolled>;
  /** Its first code; after `confirmUnseen` any code, for the recovery codes. */
  confirmInvited: (token: Secret, request: Origin & { code: Secret }) => Promise<Confirmed>;
  /** Everybody in policy.yaml; for who may `administer`, or the asker alone. */
  standings: (request: Origin & { of: 'everybody' | 'asker' }) => Promise<Standing[]>;
}

export function openSecondFactors(deps: SecondFactorDeps): SecondFactors {
  return {
    enrol: (request) => enrol(deps, request),
    confirm: (request) => confirm(deps, request),
    confirmUnseen: (request) => confirmUnseen(deps, request),
    askForLink: (request) => askForLink(deps, request),
    remove: (request) => remove(deps, request),
    invite: (request) => invite(deps, request),
    peekInvite: (token) => peekInvite(deps, token),
    enrolInvited: (token, request) => enrolInvited(deps, token, request),
    confirmInvited: (token, request) => confirmInvited(deps, token, request),
    standings: (request) => standings(deps, request),
  };
}
