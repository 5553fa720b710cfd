/** What the ledger and the policy say of how far a team has come. */
export interface FirstWeekFacts {
  /** Current keys in use. */
  keys: number;
  withoutOwner: number;
  withoutExpiry: number;
  /** A rotation went through to its end. */
  rotated: boolean;
  /** One did outside of production, or a canary of a new key was healthy. */
  rotatedWithCare: boolean;
  /** A drill was passed. */
  drilled: boolean;
}

export interface FirstWeekStep {
  day: string;
  /** What the guide's plan for the day says. */
  what: string;
  done: boolean;
  /** What of it is there, or what is missing and how to get it. */
  fact: string;
}

/** The guide's plan of seven days. A day is ticked off by what is in the ledger, never by hand. */
export function firstWeek(
  facts: FirstWeekFacts,
  { alertConfigured, rulesApprove }: { alertConfigured: boolean; rulesApprove: boolean },
): FirstWeekStep[] {
  const { keys, withoutOwner, withoutExpiry, rotated, rotatedWithCare, drilled } = facts;
  return [
    {
      day: 'Day 1',
      what: 'Every key is registered and has an owner',
      done: keys > 0 && withoutOwner === 0,
      fact:
        keys === 0
          ? 'no key is registered yet: rekey keys import'
          : `${counted(keys, 'key')} registered, ${withoutOwner === 0 ? 'owners on all' : `${withoutOwner} without an owner`}`,
    },
    {
      day: 'Day 2',
      what: 'Keys have an end, and somebody is warned before it',
      done: keys > 0 && withoutExpiry === 0 && alertConfigured && rulesApprove,
      fact: [
        withoutExpiry === 0 ? 'expiry on all' : `${withoutExpiry} without an expiry`,
        alertConfigured ? 'warning configured' : 'no alerts.key_expiring_soon in policy.yaml',
        ...(rulesApprove ? [] : ['no rule in policy.yaml asks anybody']),
      ].join(', '),
    },
    {
      day: 'Day 3',
      what: 'One rotation went through, from asking to the proof that the old key is dead',
      done: rotated,
      fact: rotated ? 'first rotation done' : 'no rotation is completed yet: /rotate-key',
    },
    {
      day: 'Day 4',
      what: 'A canary, or a rotation where little can break',
      done: rotatedWithCare,
      fact: rotatedWithCare ? 'done' : 'neither a healthy canary nor a rotation outside of production yet',
    },
    {
      day: 'Days 5 to 7',
      what: 'A game day: going back, alarms and runbooks are tried out',
      done: drilled,
      fact: drilled ? 'a drill was passed' : 'no drill was passed yet: rekey drill',
    },
  ];
}

export function isWeekDone(steps: readonly FirstWeekStep[]): boolean {
  return steps.every(({ done }) => done);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
