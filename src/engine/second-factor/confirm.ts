import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { instantText } from '../../domain/instant.ts';
import { CONFIRM_WITHIN_MS, RECOVERY_CODES, type SecondFactor, seedOf } from '../../domain/second-factor.ts';
import { Refusal } from '../../errors.ts';
import { newRecoveryCode, recoveryCodeIn, recoveryDigest } from '../../providers/recovery-code.ts';
import { digitsIn, shownFrom, stepsOf, timeStepAt } from '../../providers/totp.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import type { SecondFactorDeps } from './deps.ts';
import { personAsking } from './enrol.ts';
import type { Confirmed } from './second-factors.ts';
import { tell } from './tell.ts';

// Whoever confirms has just been shown the seed, so that a code says more here than where somebody may be guessing: by how much clocks differ.
const LOOKED_AROUND_STEPS = 240;

export async function confirm(deps: SecondFactorDeps, request: Origin & { code: Secret }): Promise<Confirmed> {
  return confirmOwn(deps, request, { how: 'on a terminal', recovery: RECOVERY_CODES });
}

/**
 * Where nothing may be shown that has to stay secret, such as in Slack. There are no recovery codes then: the page of the link shows some for
 * another code (`confirmInvited`).
 */
export async function confirmUnseen(deps: SecondFactorDeps, request: Origin & { code: Secret }): Promise<void> {
  await confirmOwn(deps, request, { how: 'and confirmed it in Slack', recovery: 0 });
}

async function confirmOwn(
  deps: SecondFactorDeps,
  request: Origin & { code: Secret },
  { how, recovery }: { how: string; recovery: number },
): Promise<Confirmed> {
  const person = personAsking(request);
  return auditRefusal(deps, { origin: request, what: `second factor of ${person}` }, async () => {
    const { actor, channel, code } = request;
    const at = deps.now();
    return deps.ledger.record({ at, actor, channel }, async ({ read }) => {
      const begun = await read.begunSecondFactorOf(person);
      const { events, confirmed } = confirmation(deps, { begun, code, at, how, recovery });
      return { events, result: confirmed };
    });
  });
}

/** What makes a begun app count: its first code, after which that code is good for nothing else. */
export function confirmation(
  deps: Pick<SecondFactorDeps, 'vault' | 'pepper' | 'newId'>,
  {
    begun,
    code,
    at,
    how,
    recovery: count,
  }: { begun: SecondFactor | null; code: Secret; at: Date; how: string; recovery: number },
): { events: LedgerEvent[]; confirmed: Confirmed } {
  if (begun === null || begun.confirmedAt !== null || begun.endedAt !== null) throw nothingBegun();
  if (at.getTime() - begun.enrolledAt.getTime() > CONFIRM_WITHIN_MS) throw nothingBegun();
  const { id: factor, person } = begun;
  const step = stepNow(deps.vault.open(seedOf(begun)), code, at);
  const { recoveryCodes, recovery } = newRecoveryCodes(deps, person, count);
  const sentence = `${person} has set up an authenticator app ${how}; its codes count from now on. If that was not ${person}, type: rekey second-factor remove ${person}`;
  return {
    events: [
      { type: 'totp_confirmed', person, factor, step, recovery },
      tell(deps, 'second_factor_changed', { person, sentence, at }),
    ],
    confirmed: { person, recoveryCodes },
  };
}

/** To be shown once, and what is kept of them. */
export function newRecoveryCodes(
  { pepper }: Pick<SecondFactorDeps, 'pepper'>,
  person: PersonId,
  count: number,
): { recoveryCodes: Secret[]; recovery: string[] } {
  const recoveryCodes = Array.from({ length: count }, () => newRecoveryCode());
  const recovery = recoveryCodes.map((one) => recoveryDigest(pepper, person, recoveryCodeIn(one.reveal()) ?? ''));
  return { recoveryCodes, recovery };
}

function stepNow(seed: Secret, code: Secret, at: Date): number {
  const digits = digitsIn(code.reveal());
  if (digits === null)
    throw new Refusal('code_malformed', 'Expected the six digits that the app shows now. Nothing was changed.');
  const now = timeStepAt(at);
  const found = stepsOf(seed, digits, { from: now - LOOKED_AROUND_STEPS, to: now + LOOKED_AROUND_STEPS });
  const near = found.findLast((step) => Math.abs(step - now) <= 1);
  if (near !== undefined) return near;
  const off = found.at(0);
  const here = `This machine has ${instantText(at)}`;
  if (off === undefined)
    throw new Refusal('code_wrong', `That is no code of the new app. Type what it shows now for Rekey. ${here}.`);
  const minutes = Math.round((shownFrom(off).getTime() - shownFrom(now).getTime()) / 60_000);
  throw new Refusal(
    'code_wrong',
    `That is a code of the new app, and the clock of your phone is about ${Math.abs(minutes) || 1} min ${minutes < 0 ? 'behind' : 'ahead'}. ${here}. Let the phone set its clock by itself, and type the next code.`,
  );
}

function nothingBegun(): Refusal {
  return new Refusal(
    'nothing_begun',
    'No new app waits for its first code, or it waited longer than 15 minutes. Begin again: rekey second-factor enrol',
  );
}
