import type { KeyId, NewId } from '../../src/domain/ids.ts';
import type { KeyClass } from '../../src/domain/key.ts';
import type { ClassRule } from '../../src/domain/key-class.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import type { Rotations } from '../../src/engine/rotations/rotations.ts';
import type { SchedulerDeps } from '../../src/engine/scheduler/deps.ts';
import { openScheduler, type Scheduler } from '../../src/engine/scheduler/tick.ts';
import { Refusal } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aPlan } from './plans.ts';

export interface SchedulerProcess {
  scheduler: Scheduler;
  deps: SchedulerDeps;
  rotations: Rotations;
}

interface Means {
  ledger: Ledger;
  now: () => Date;
  uptimeMs: () => number;
  newId: NewId;
  policy: () => Policy;
  rule: (keyClass: KeyClass) => ClassRule;
  misfits: ReadonlySet<KeyId>;
  warn: (text: string) => void;
}

/** The schedule and the verbs on rotations as a process has them; the runs that they start are carried out by nobody. */
export function aSchedulerProcess({ policy, rule, misfits, warn, ...means }: Means): SchedulerProcess {
  const log = (_fields: object, text: string) => warn(text);
  const deps = {
    ...means,
    policy: async () => ({ policy: policy(), hash: 'b'.repeat(64) }),
    classRule: async (keyClass: KeyClass) => rule(keyClass),
    runbooks: {
      planOf: () => aPlan([]),
      current: (id: string) => ({ id, hash: 'a'.repeat(64), text: `runbook: ${id}\n` }),
      checkInputs: <T>(_id: string, inputs: T) => inputs,
      assertFits: (_id: string, key: { id: KeyId }) => {
        if (misfits.has(key.id)) throw new Refusal('runbook_does_not_fit', 'It is not for this key.');
      },
      takes: () => false,
      startedBy: () => [],
    },
    queue: { wake: async () => {}, alarm: async () => {} },
    providers: { ledger: {} as SchedulerDeps['providers'][string] },
    sinks: { file: {} as SchedulerDeps['sinks'][string] },
    log: { info: () => {}, warn: log, error: log },
  };
  const rotations = openRotations(deps);
  const whole = { ...deps, rotations };
  return { scheduler: openScheduler(whole), deps: whole, rotations };
}
