import type { KeyId, RotationId } from '../../src/domain/ids.ts';
import type { KeyClass } from '../../src/domain/key.ts';
import type { ClassRule } from '../../src/domain/key-class.ts';
import { Policy } from '../../src/domain/policy.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import type { RunOutcome } from '../../src/domain/run.ts';
import { Refusal } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { aClassRule, aPolicy, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';
import { aSchedulerProcess, type SchedulerProcess } from './scheduler-process.ts';

/** Processes of Rekey that look at the same clock, over the same file. */
export interface SchedulerWorld {
  file: string;
  ledger: Ledger;
  now: () => Date;
  /** Time goes by, on both clocks. */
  pass: (ms: number) => Date;
  /** Somebody sets the clock on the wall. */
  setClock: (ms: number) => void;
  setRule: (rule: Partial<ClassRule>, keyClass?: KeyClass) => void;
  setPolicy: (policy: Partial<Policy> | Refusal) => void;
  /** Kept from being carried out by R-ROTATE, whatever its class says. */
  misfits: Set<KeyId>;
  warnings: string[];
  /** One more process. */
  open: () => Promise<SchedulerProcess>;
  rotation: (slug?: string) => Promise<Rotation | undefined>;
  /** The run of this rotation ends now. */
  finish: (rotation: RotationId, outcome: RunOutcome) => Promise<void>;
}

export async function aSchedulerWorld(start = NOON): Promise<SchedulerWorld> {
  const file = aLedgerFile();
  let wall = start;
  let uptimeMs = 1_000_000;
  let fresh = 0;
  let policy: Policy | Refusal = withoutDigest({});
  const rules = new Map<KeyClass, ClassRule>();
  const now = () => wall;
  const ledger = await anOpenLedger(file, now);
  const misfits = new Set<KeyId>();
  const warnings: string[] = [];
  const newId = (prefix: string) => {
    fresh += 1;
    return `${prefix}-${fresh}`;
  };
  return {
    file,
    ledger,
    now,
    misfits,
    warnings,
    pass: (ms) => {
      uptimeMs += ms;
      wall = new Date(wall.getTime() + ms);
      return wall;
    },
    setClock: (ms) => {
      wall = new Date(wall.getTime() + ms);
    },
    setRule: (rule, keyClass = 'api_key') => rules.set(keyClass, aClassRule(rule)),
    setPolicy: (given) => {
      policy = given instanceof Refusal ? given : withoutDigest(given);
    },
    open: async () =>
      aSchedulerProcess({
        ledger: await anOpenLedger(file, now),
        now,
        uptimeMs: () => uptimeMs,
        newId,
        policy: () => {
          if (policy instanceof Refusal) throw policy;
          return policy;
        },
        rule: (keyClass) => rules.get(keyClass) ?? aClassRule(),
        misfits,
        warn: (text) => warnings.push(text),
      }),
    rotation: async (slug = 'payments-prod') => (await ledger.read.rotationsOf(slug, 1))[0],
    finish: async (id, outcome) => {
      const run = (await ledger.read.rotation(id))?.run ?? null;
      if (run === null) throw new Error(`${id} has not begun`);
      await recordEvents(ledger, [{ type: 'run_finished', run, outcome, why: 'as the test says' }], { at: wall, run });
    },
  };
}

/** The tests of digests ask for them; for the others a morning that nobody looked at would be one alarm more. */
function withoutDigest(given: Partial<Policy>): Policy {
  return aPolicy({ digest: Policy.shape.digest.parse({ days: [] }), ...given });
}
