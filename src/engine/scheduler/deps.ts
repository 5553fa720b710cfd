import { KeyClass } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy } from '../../domain/policy.ts';
import type { RecordContext } from '../../ledger/ledger.ts';
import type { EngineDeps } from '../deps.ts';
import type { Rotations } from '../rotations/rotations.ts';

/** What the schedule stands on. */
export interface SchedulerDeps
  extends Pick<
    EngineDeps,
    'ledger' | 'policy' | 'classRule' | 'runbooks' | 'providers' | 'sinks' | 'now' | 'newId' | 'log'
  > {
  rotations: Pick<Rotations, 'request' | 'startDue'>;
  /** A clock that nobody sets: milliseconds since the machine was started, the time in which it slept included. */
  uptimeMs: () => number;
}

/** The rules as they were when this look at the clock began. */
export interface Look {
  now: Date;
  policy: Policy;
  rules: ReadonlyMap<KeyClass, ClassRule>;
}

export async function lookAt(now: Date, { policy, classRule }: SchedulerDeps): Promise<Look> {
  const rules = await Promise.all(
    KeyClass.options.map(async (keyClass) => [keyClass, await classRule(keyClass)] as const),
  );
  return { now, policy: (await policy()).policy, rules: new Map(rules) };
}

export function ruleFor(keyClass: KeyClass, { rules }: Look): ClassRule {
  const rule = rules.get(keyClass);
  if (rule === undefined) throw new Error(`key-classes.yaml has no rule for ${keyClass}.`);
  return rule;
}

/** How everything that the clock does is signed. */
export function asSchedule(at: Date): RecordContext {
  return { at, actor: 'schedule:rotations', channel: 'engine' };
}
