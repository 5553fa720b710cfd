import { faultPoints } from '../../../src/engine/fault-points.ts';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { leaseOwner } from '../../../src/engine/owner.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { nobodyEnrolled } from '../../../src/providers/step-up.ts';
import { NOBODY_THERE } from '../../../src/steps/outside-files.ts';
import { runbookStart } from '../../../src/steps/runbook-start.ts';
import { aClassRule, NOON } from '../builders.ts';
import { durableOutside } from '../durable-outside.ts';
import { aChildPlan, eachOf, fanStep } from '../fan-out-plans.ts';
import { noConnections } from '../no-connections.ts';
import { aPlan } from '../plans.ts';
import { testStepKinds } from '../test-step-kinds.ts';

// One Rekey process that advances whatever is due until nothing is; FAULT_AT kills it for good at a named place.
const [, , file = '', effects = '', items = ''] = process.argv;
const plan = aPlan([[fanStep(eachOf(items.split(','), { ramp: 2 }))]]);
const child = aChildPlan();
const ledger = await openLedger({ file, now: () => NOON });
const unused = () => {
  throw new Error('not used here');
};
const engine = openEngine({
  ledger,
  queue: { wake: async () => {}, alarm: async () => {} },
  runbooks: {
    planOf: ({ hash }) => (hash === child.hash ? child : plan),
    current: () => ({ id: child.id, hash: child.hash, text: 'runbook: R-CHILD\n' }),
    checkInputs: (_id, inputs) => inputs,
    takes: () => false,
    startedBy: () => [],
    assertFits: () => {},
  },
  policy: async () => unused(),
  classRule: async () => aClassRule({ maxAgeDays: null }),
  connections: noConnections,
  outside: NOBODY_THERE,
  stepKinds: new Map([...testStepKinds(durableOutside(effects)), runbookStart].map((kind) => [kind.uses, kind])),
  providers: {},
  sinks: {},
  stepUp: nobodyEnrolled,
  vault: { seal: unused, open: unused },
  now: () => NOON,
  newId: (prefix) => `${prefix}-${process.pid}`,
  saveReport: async () => '',
  log: { info: () => {}, warn: () => {}, error: () => {} },
  faultPoint: faultPoints(process.env.FAULT_AT ?? null),
  owner: leaseOwner(),
});
for (;;) {
  const due = await ledger.leases.due(NOON, () => true);
  if (due.length === 0) break;
  for (const run of due) await engine.advance(run);
}
await ledger.close();
