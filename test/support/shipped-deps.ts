import { randomBytes } from 'node:crypto';
import type { KeyClass } from '../../src/domain/key.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { ledgerProvider } from '../../src/providers/ledger-provider.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVault } from '../../src/providers/seal.ts';
import { nobodyEnrolled } from '../../src/providers/step-up.ts';
import { loadClassRule, loadPolicy } from '../../src/runbook/policy-file.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { SOMEBODY } from './engine-world.ts';
import { noConnections } from './no-connections.ts';
import { settlingQueue } from './settling-queue.ts';

const RUNBOOKS = new URL('../../runbooks', import.meta.url).pathname;

/** The runbooks, the policy and the step kinds that come along, on this ledger; keys that it seals are sealed for this test only. */
export async function shippedDeps(ledger: Ledger, now: () => Date) {
  const [pepper, vault] = [openPepper('p1', randomBytes(32)), openVault({ id: 'aaaa1111', bytes: randomBytes(32) })];
  const queue = settlingQueue();
  let fresh = 0;
  const runbooks = await openRunbookSet(RUNBOOKS, stepKinds);
  return {
    ledger,
    queue,
    runbooks,
    policy: () => loadPolicy(RUNBOOKS),
    classRule: (keyClass: KeyClass) => loadClassRule(RUNBOOKS, keyClass),
    connections: noConnections,
    outside: NOBODY_THERE,
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind] as const)),
    providers: { ledger: ledgerProvider({ ledger: ledger.read, pepper, vault, probeHosts: [], now }) },
    sinks: {},
    vault,
    stepUp: nobodyEnrolled,
    now,
    newId: (prefix: string) => {
      fresh += 1;
      return `${prefix}-later-${fresh}`;
    },
    saveReport: async (name: string) => name,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
    owner: SOMEBODY,
  } satisfies EngineDeps;
}
