import { instantText } from '../../domain/instant.ts';
import { Refusal } from '../../errors.ts';
import { shownFrom, stepsOf, timeStepAt } from '../../providers/totp.ts';
import type { Secret } from '../../secret.ts';

// So far back a code is still recognised, to say by how much a clock is off. Never ahead: that would tell a guesser of a code to come.
const RECOGNISED_STEPS = 120;

export function malformed(): Refusal {
  return new Refusal(
    'code_malformed',
    'Expected the six digits that your authenticator app shows now, or one of your recovery codes (four groups of four); this is neither. Nothing was counted.',
  );
}

export function lockedNow(until: Date): Refusal {
  return new Refusal(
    'code_locked',
    `Too many wrong codes were given under your name, so none is taken until ${instantText(until)}, not even a right one. Nothing was counted. If the wrong ones were not yours, tell the security team now.`,
  );
}

export function usedAlready(at: Date): Refusal {
  const next = Math.ceil((shownFrom(timeStepAt(at) + 1).getTime() - at.getTime()) / 1_000);
  return new Refusal(
    'code_used',
    `This code was used already, and each is good once. Wait for the next one, at most ${next} s. Nothing was counted.`,
  );
}

interface Wrong {
  left: number;
  at: Date;
  seed: Secret | null;
  digits: string | null;
}

export function wrongCode({ left, at, seed, digits }: Wrong): Refusal {
  const tries = `${left} ${left === 1 ? 'try is' : 'tries are'} left before none is taken for a while`;
  const late = seed === null || digits === null ? null : latenessOf(seed, digits, at);
  const why =
    late === null
      ? `This machine has ${instantText(at)}; the clock of your phone must agree to half a minute`
      : `It was your code ${late} ago: the clock of your phone is behind, or you waited too long. This machine has ${instantText(at)}`;
  return new Refusal('code_wrong', `That is not your code now, so nothing was decided; ${tries}. ${why}.`);
}

function latenessOf(seed: Secret, digits: string, at: Date): string | null {
  const now = timeStepAt(at);
  const step = stepsOf(seed, digits, { from: now - RECOGNISED_STEPS, to: now - 2 }).at(-1);
  if (step === undefined) return null;
  const seconds = Math.round((at.getTime() - shownFrom(step + 1).getTime()) / 1_000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
