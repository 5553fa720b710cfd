import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PlanDeps, PlanRequest } from '../../src/engine/plan/plan-runbook.ts';
import { planRunbook } from '../../src/engine/plan/plan-runbook.ts';
import { Rehearsal } from '../../src/rehearsal/schema.ts';
import { type Room, withScratch } from '../../src/rehearsal/scratch.ts';
import { type House, openStage, type Stage } from '../../src/rehearsal/stage.ts';
import { loadPolicy } from '../../src/runbook/policy-file.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { recordEvents } from './ledger-file.ts';

export const SHIPPED = join(import.meta.dirname, '..', '..', 'runbooks');

export interface PlanWorld {
  room: Room;
  stage: Stage;
  deps: PlanDeps;
  plan: (request: Partial<PlanRequest> & { runbook: string }) => ReturnType<typeof planRunbook>;
  /** Registers another place for a key; nothing lies there. */
  moveKey: (slug: string, target: string) => Promise<void>;
}

const PAYMENTS = {
  keys: [{ slug: 'payments-prod', version: 3, owner: 'carol', expires: '-36m', delivery: 'file', scopes: ['pay'] }],
  peers: [{ name: 'node-b', contact: 'dave', pins: ['payments-prod'] }],
  calls: [
    { key: 'payments-prod v3', caller: 'payments-worker', at: '-5m', rejected: 30 },
    { key: 'payments-prod v3', caller: 'weekly-report', at: '-5d', accepted: 2 },
  ],
};

/** The shipped runbooks (or those of another folder) over a real ledger with a clock that stands at nine o'clock. */
export async function aPlanWorld(given: { dir?: string; ledger?: object; policy?: object } = {}): Promise<PlanWorld> {
  const { dir = SHIPPED, ledger = PAYMENTS, policy = {} } = given;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  onTestFinished(() => end());
  const { policy: written } = await loadPolicy(dir);
  const house: House = { dir, runbooks: await openRunbookSet(dir, stepKinds), policy: written, stepKinds };
  const rehearsal = Rehearsal.parse({ rehearses: 'R-PLAN', ledger, policy, cases: [{ name: 'a plan' }] });
  const [one] = rehearsal.cases;
  if (one === undefined) throw new Error('there is no case');
  return new Promise((ready, fail) => {
    withScratch(async (scratch) => {
      const room = await scratch.room('plan');
      const stage = await openStage({ house, rehearsal, room }, one);
      await countCallsSoFar(stage);
      const deps: PlanDeps = { ...stage.deps, runbooks: house.runbooks };
      ready({
        room,
        stage,
        deps,
        moveKey: async (slug, target) => {
          const key = await deps.ledger.read.keyBySlug(slug);
          if (key === null) throw new Error(slug);
          const change = { delivery: { sink: 'file', target } };
          await recordEvents(deps.ledger, [{ type: 'key_changed', key: key.id, change, reason: 'a test' }]);
        },
        plan: (request) => planRunbook(deps, { key: 'payments-prod', inputs: {}, actor: 'person:alice', ...request }),
      });
      await over;
      await stage.close();
    }).catch(fail);
  });
}

/** What has been called before the case begins is on record; the rest lies ahead. */
export async function countCallsSoFar({ calls, keys, start, deps }: Stage): Promise<void> {
  const past = calls.filter(({ at }) => at <= 0);
  calls.splice(0, past.length);
  for (const { key, caller, at, accepted, rejected } of past) {
    const meant = keys.find(({ slug, version }) => key === slug || key === `${slug} v${version}`);
    const when = new Date(start.getTime() + at);
    if (meant !== undefined) await deps.ledger.countUsage([{ key: meant.id, caller, at: when, accepted, rejected }]);
  }
}
