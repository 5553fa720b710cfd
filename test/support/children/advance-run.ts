import { RunId } from '../../../src/domain/ids.ts';
import { faultPoints } from '../../../src/engine/fault-points.ts';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { leaseOwner } from '../../../src/engine/owner.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { nobodyEnrolled } from '../../../src/providers/step-up.ts';
import { NOBODY_THERE } from '../../../src/steps/outside-files.ts';
import { aClassRule } from '../builders.ts';
import { durableOutside } from '../durable-outside.ts';
import { noConnections } from '../no-connections.ts';
import { aPlan, aPlannedStep } from '../plans.ts';
import { testStepKinds } from '../test-step-kinds.ts';

// One Rekey process that advances one run; FAULT_AT kills it for good at a named place. What is outside is a file, one line per effect.
const [, , file = '', run = '', effects = ''] = process.argv;
const kinds = (uses: string, repeat: 'safe' | 'probe' | 'ask') => ({ uses, repeat });
const plan = aPlan([
  [aPlannedStep('safe', kinds('test.safe', 'safe'))],
  [aPlannedStep('probe', kinds('test.probe', 'probe'))],
  [aPlannedStep('ask', kinds('test.ask', 'ask'))],
]);
const ledger = await openLedger({ file, now: () => new Date() });
const engine = openEngine({
  ledger,
  queue: { wake: async () => {}, alarm: async () => {} },
  runbooks: {
    planOf: () => plan,
    current: () => null,
    checkInputs: (_id, inputs) => inputs,
    takes: () => false,
    startedBy: () => [],
    assertFits: () => {},
  },
  policy: async () => {
    throw new Error('nobody decides here');
  },
  classRule: async () => aClassRule({ maxAgeDays: null }),
  connections: noConnections,
  outside: NOBODY_THERE,
  stepKinds: new Map(testStepKinds(durableOutside(effects)).map((kind) => [kind.uses, kind])),
  providers: {},
  sinks: {},
  stepUp: nobodyEnrolled,
  vault: {
    seal: () => {
      throw new Error('nothing is sealed here');
    },
    open: () => {
      throw new Error('nothing is opened here');
    },
  },
  now: () => new Date(),
  newId: (prefix) => `${prefix}-${process.pid}`,
  saveReport: async () => '',
  log: { info: () => {}, warn: () => {}, error: () => {} },
  faultPoint: faultPoints(process.env.FAULT_AT ?? null),
  owner: leaseOwner(),
});
await engine.advance(RunId.parse(run));
await ledger.close();
