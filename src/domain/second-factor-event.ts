import type { PersonId } from './ids.ts';
import type { Invite } from './second-factor.ts';
import type { Told } from './told.ts';

/** Codes that people show besides a click. No event holds a code, a seed or a token. */
export type SecondFactorEvent =
  | { type: 'second_factor_invited'; invite: Invite }
  /** Somebody without an account on the machine asked for a link; `asked`: who may make one. */
  | { type: 'second_factor_wanted'; person: PersonId; asked: PersonId[] }
  /** A seed was made and shown. It decides nothing before it is confirmed; what was begun earlier and never confirmed is over. */
  | {
      type: 'totp_enrolled';
      factor: { id: string; person: PersonId; envelope: string; enrolledAt: Date };
      invite: string | null;
    }
  /** `recovery`: keyed digests of the codes that were shown with it. The app that the person had before is over. */
  | { type: 'totp_confirmed'; person: PersonId; factor: string; step: number; recovery: string[] }
  /** Recovery codes were shown for an app that was confirmed without any: keyed digests of them. */
  | { type: 'recovery_codes_made'; person: PersonId; factor: string; recovery: string[] }
  /** `what`: what the code was given for. */
  | { type: 'totp_used'; person: PersonId; factor: string; step: number; what: string }
  | { type: 'recovery_code_used'; person: PersonId; factor: string; digest: string; left: number; what: string }
  | { type: 'totp_failed'; person: PersonId; left: number; what: string }
  | { type: 'totp_locked'; person: PersonId; until: Date; what: string }
  | { type: 'totp_removed'; person: PersonId; factor: string; reason: string }
  | { type: 'totp_rewrapped'; factor: string; envelope: string; from: string; to: string };

export type ToldOfSecondFactor = Extract<Told, { type: SecondFactorEvent['type'] }>;

const ABOUT: ReadonlySet<Told['type']> = new Set([
  'second_factor_invited',
  'second_factor_wanted',
  'recovery_codes_made',
  'totp_enrolled',
  'totp_confirmed',
  'totp_used',
  'recovery_code_used',
  'totp_failed',
  'totp_locked',
  'totp_removed',
  'totp_rewrapped',
] satisfies SecondFactorEvent['type'][]);

export function isAboutSecondFactor(event: Told): event is ToldOfSecondFactor {
  return ABOUT.has(event.type);
}

export function sentenceForSecondFactor(event: ToldOfSecondFactor, name: (id: string) => string): string {
  switch (event.type) {
    case 'second_factor_invited':
      return `${event.invite.person} was invited by ${event.invite.invitedBy} to set up an authenticator app.`;
    case 'second_factor_wanted':
      return `${event.person} asked ${event.asked.join(', ') || 'nobody'} for a link to set up an authenticator app.`;
    case 'recovery_codes_made':
      return `${event.person} was shown ${event.recovery.length} recovery codes.`;
    case 'totp_enrolled':
      return `${event.factor.person} began to set up an authenticator app.`;
    case 'totp_confirmed':
      return `The authenticator app of ${event.person} was shown to work and counts from now on.`;
    case 'totp_used':
      return `${event.person} proved themselves with a code, for ${name(event.what)}.`;
    case 'recovery_code_used':
      return `${event.person} used a recovery code, for ${name(event.what)}; ${event.left} are left.`;
    case 'totp_failed':
      return `A wrong code was given for ${event.person}, for ${name(event.what)}; ${event.left} tries are left.`;
    case 'totp_locked':
      return `No code of ${event.person} is taken until ${event.until}: too many were wrong.`;
    case 'totp_removed':
      return `The authenticator app of ${event.person} was removed: ${event.reason}`;
    case 'totp_rewrapped':
      return `The seed ${event.factor} was wrapped anew, from the master key ${event.from} to ${event.to}.`;
    default:
      return event satisfies never;
  }
}
