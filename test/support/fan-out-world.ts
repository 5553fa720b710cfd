import type { FanOutItem } from '../../src/domain/fan-out.ts';
import { KeyId, type RunId, StepId } from '../../src/domain/ids.ts';
import type { PlannedEach, PlannedStep } from '../../src/domain/plan.ts';
import type { JsonObject, Run } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey } from './builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld } from './engine-world.ts';
import { anOpenLedger, recordEvents } from './ledger-file.ts';
import { aPlan, aPlannedStep } from './plans.ts';

export const FAN = StepId.parse('fan');

/** `each` over these names, one run of R-CHILD for each. */
export function eachOf(names: readonly string[], overrides: Partial<PlannedEach> = {}): PlannedEach {
  return {
    items: () => names.map((name) => ({ name, inputs: { name } })),
    ramp: 'doubling',
    maxFailures: { kind: 'count', count: 0 },
    ...overrides,
  };
}

export function fanStep(each: PlannedEach, overrides: Partial<PlannedStep> = {}): PlannedStep {
  return aPlannedStep(FAN, {
    uses: 'runbook.start',
    resolve: () => ({ runbook: 'R-CHILD', inputs: {} }),
    each,
    ...overrides,
  });
}

/** A run that does one thing for one item; what that comes to is for `outside.results.get('inner')` to say. */
export const aChildPlan = (overrides: Partial<ReturnType<typeof aPlan>> = {}) => ({
  ...aPlan([[aPlannedStep('inner', { uses: 'test.probe', repeat: 'probe' })]]),
  id: 'R-CHILD',
  hash: 'c'.repeat(64),
  ...overrides,
});

/** A world in which R-KEY-EXPIRY fans out over `each`; items named in `failing` fail. */
export async function aFanOutWorld(
  each: PlannedEach,
  failing: ReadonlySet<string> = new Set(),
  plan = aPlan([[fanStep(each)], [aPlannedStep('after')]]),
): Promise<EngineWorld> {
  const world = await anEngineWorld(plan);
  world.setRunbook('R-CHILD', aChildPlan());
  world.outside.results.set('inner', ({ run, step }) =>
    failing.has(nameIn(run))
      ? { kind: 'failed', error: `no luck with ${nameIn(run)}`, events: [] }
      : { kind: 'done', outputs: { token: step.token }, events: [] },
  );
  return world;
}

function nameIn({ inputs }: Run): string {
  return typeof inputs.name === 'string' ? inputs.name : '';
}

export function itemsOf({ ledger }: Pick<EngineProcess, 'ledger'>, run: RunId) {
  return ledger.read.fanOutItems(run, FAN);
}

/** `{ a: 'succeeded', b: null }`. */
export async function outcomesOf(rekey: Pick<EngineProcess, 'ledger'>, run: RunId) {
  const items = await itemsOf(rekey, run);
  return Object.fromEntries(items.map((item): [string, FanOutItem['outcome']] => [item.name, item.outcome]));
}

/** The runs of these items, by name. */
export async function runsByName(rekey: Pick<EngineProcess, 'ledger'>, run: RunId): Promise<Record<string, RunId>> {
  const items = await itemsOf(rekey, run);
  return Object.fromEntries(items.flatMap((item) => (item.run === null ? [] : [[item.name, item.run]])));
}

/** Advances whatever is due until nothing is. */
export async function advanceAll(world: EngineWorld, rekey: EngineProcess): Promise<void> {
  for (;;) {
    const due = await rekey.ledger.leases.due(world.now(), () => true);
    if (due.length === 0) return;
    for (const run of due) await rekey.engine.advance(run);
  }
}

/** Keys beside `payments-prod`, as the ledger and as runbooks see them. */
export async function moreKeys(
  world: Pick<EngineWorld, 'file'>,
  slugs: readonly string[],
): Promise<{ name: string; inputs: JsonObject }[]> {
  const ledger = await anOpenLedger(world.file);
  const keys = slugs.map((slug) =>
    aKey({ id: KeyId.parse(`key-${slug}`), slug, externalRef: `ref-${slug}`, digest: null, predecessor: null }),
  );
  await recordEvents(
    ledger,
    keys.map((key) => ({ type: 'key_issued', key })),
  );
  await ledger.close();
  return keys.map((key) => ({ name: key.slug, inputs: { name: key.slug, key: keyRefOf(key) } }));
}
