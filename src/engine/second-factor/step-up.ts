import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { afterWrongTry, isLocked, type SecondFactor, seedOf, type Tries } from '../../domain/second-factor.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { recoveryCodeIn, recoveryDigest } from '../../providers/recovery-code.ts';
import type { GivenFor, StepUp } from '../../providers/step-up.ts';
import { digitsIn, stepsOf, timeStepAt } from '../../providers/totp.ts';
import type { Secret } from '../../secret.ts';
import type { SecondFactorDeps } from './deps.ts';
import { lockedNow, malformed, usedAlready, wrongCode } from './refused.ts';
import { tell } from './tell.ts';

type StepUpDeps = Pick<SecondFactorDeps, 'ledger' | 'vault' | 'pepper' | 'newId'>;

/** One step before and one after: a phone's clock may be off by half a minute. */
const WINDOW = 1;

export const HOW_TO_ENROL =
  'Type `rekey second-factor enrol` on the machine of Rekey, or let an administrator make a link for you there: `rekey second-factor invite <you>`. In Slack, "Set up my codes" in App Home leads through it.';

export function openStepUp(deps: StepUpDeps): StepUp {
  return {
    isEnrolled: async (person) => (await deps.ledger.read.secondFactorOf(person)) !== null,
    prove: (person, code, given) => prove(deps, person, { code, given }),
    howToEnrol: HOW_TO_ENROL,
  };
}

type Verdict = { kind: 'right'; events: LedgerEvent[] } | { kind: 'wrong'; refusal: Refusal };

/**
 * Looks at the code and counts a wrong one in one transaction: of many guesses at the same moment only as many are looked at as there are
 * tries. A right one is used up later, in the transaction that it is given for, which looks at step and lock once more.
 */
async function prove(
  deps: StepUpDeps,
  person: PersonId,
  { code, given }: { code: Secret; given: GivenFor },
): Promise<{ events: LedgerEvent[] }> {
  // Free of charge: it can be no code of anybody, so nobody learns anything from it.
  const [digits, recovery] = [digitsIn(code.reveal()), recoveryCodeIn(code.reveal())];
  if (digits === null && recovery === null) throw malformed();
  const { at, actor, channel } = given;
  const verdict = await deps.ledger.record<Verdict>({ at, actor, channel }, async ({ read }) => {
    const factor = await read.secondFactorOf(person);
    if (factor === null) throw new Refusal('not_enrolled', `${person} has no code here. ${HOW_TO_ENROL}`);
    const tries = await read.codeTriesOf(person);
    if (isLocked(tries, at)) throw lockedNow(tries.lockedUntil ?? at);
    const events =
      digits === null
        ? await byRecovery(deps, read, { factor, code: recovery ?? '', given })
        : byApp(deps, { factor, digits, given });
    if (events !== null) return { events: [], result: { kind: 'right', events } };
    return wrong(deps, { factor, tries, digits, given });
  });
  if (verdict.kind === 'wrong') throw verdict.refusal;
  return { events: verdict.events };
}

function byApp(
  { vault }: StepUpDeps,
  { factor, digits, given }: { factor: SecondFactor; digits: string; given: GivenFor },
): LedgerEvent[] | null {
  const { id, person, lastStep } = factor;
  const now = timeStepAt(given.at);
  const found = stepsOf(vault.open(seedOf(factor)), digits, { from: now - WINDOW, to: now + WINDOW });
  if (found.length === 0) return null;
  const step = found.findLast((one) => one > lastStep);
  if (step === undefined) throw usedAlready(given.at);
  return [{ type: 'totp_used', person, factor: id, step, what: given.what }];
}

async function byRecovery(
  deps: StepUpDeps,
  read: LedgerReader,
  { factor, code, given }: { factor: SecondFactor; code: string; given: GivenFor },
): Promise<LedgerEvent[] | null> {
  const { id, person } = factor;
  const digest = recoveryDigest(deps.pepper, person, code);
  const good = await read.recoveryCodesOf(id);
  // Digests under a key that nobody outside has: comparing them tells nothing about the codes.
  if (!good.includes(digest)) return null;
  const left = good.length - 1;
  const sentence = `${person} used a recovery code instead of the authenticator app, for ${given.what}; ${left} are left. If that was not ${person}, type: rekey second-factor remove ${person}`;
  return [
    { type: 'recovery_code_used', person, factor: id, digest, left, what: given.what },
    tell(deps, 'second_factor_changed', { person, sentence, at: given.at }),
  ];
}

function wrong(
  deps: StepUpDeps,
  { factor, tries, digits, given }: { factor: SecondFactor; tries: Tries; digits: string | null; given: GivenFor },
): { events: LedgerEvent[]; result: Verdict } {
  const { at, what } = given;
  const { person } = factor;
  const counted = afterWrongTry(tries, at);
  const left = counted.kind === 'failed' ? counted.left : 0;
  const failed: LedgerEvent = { type: 'totp_failed', person, left, what };
  const seed = digits === null ? null : deps.vault.open(seedOf(factor));
  if (counted.kind === 'failed')
    return { events: [failed], result: { kind: 'wrong', refusal: wrongCode({ left, at, seed, digits }) } };
  const { until } = counted;
  const sentence = `Too many wrong codes were given under the name of ${person}, the last for ${what}. None is taken until ${until.toISOString()}. If that was not ${person}, somebody else is in their account: end its sessions, and type: rekey second-factor remove ${person}`;
  return {
    events: [
      failed,
      { type: 'totp_locked', person, until, what },
      tell(deps, 'second_factor_locked', { person, sentence, at }),
    ],
    result: { kind: 'wrong', refusal: lockedNow(until) },
  };
}
