import { ROTATION_RUNBOOK } from '../../../engine/rotations/runbook.ts';
import { EMERGENCY_RUNBOOK, LEAK_RUNBOOK } from '../../../engine/start.ts';
import { Refusal } from '../../../errors.ts';

/** Emergencies and rotations have rules of their own: whoever asks here gets the line that asks there, filled in. */
export function assertNoOtherCommand(asked: {
  runbook: string;
  key: string | null;
  inputs: Readonly<Record<string, string>>;
  reason: string;
}): void {
  const { runbook, key, inputs, reason } = asked;
  const what = whatHappened(runbook, inputs);
  if (what === null) return;
  const because = `because "${(reason || 'why').replaceAll('"', "'")}"`;
  const kind = runbook === ROTATION_RUNBOOK ? 'A rotation' : 'An emergency';
  throw new Refusal(
    'another_verb',
    `${kind} has rules of its own, and nothing has begun. Type: /rotate-key ${key ?? 'KEY'} ${what} ${because}`,
  );
}

const SITUATIONS: readonly string[] = ['expired', 'suspected', 'exploited'];

function whatHappened(runbook: string, inputs: Readonly<Record<string, string>>): string | null {
  if (runbook === ROTATION_RUNBOOK) {
    const minutes = Number(inputs.grace_minutes);
    return Number.isInteger(minutes / 60) && minutes > 0 ? `planned grace ${minutes / 60}h` : 'planned';
  }
  if (runbook !== EMERGENCY_RUNBOOK && runbook !== LEAK_RUNBOOK) return null;
  const situation = inputs.situation ?? inputs.mode ?? '';
  if (SITUATIONS.includes(situation)) return situation;
  return runbook === LEAK_RUNBOOK ? 'exploited' : 'expired';
}
