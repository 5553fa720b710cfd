import type { FanOutItem } from '../../src/domain/fan-out.ts';
import { KeyId, type RunId } from '../../src/domain/ids.ts';
import type { PlannedEach } from '../../src/domain/plan.ts';
import type { JsonObject, Run } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey } from './builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld } from './engine-world.ts';
import { aChildPlan, FAN, fanStep } from './fan-out-plans.ts';
import { anOpenLedger, recordEvents } from './ledger-file.ts';
import { aPlan, aPlannedStep } from './plans.ts';

/** A world in which R-KEY-EXPIRY fans out over `each`; items named in `failing` fail. */
export async function aFanOutWorld(
  each: PlannedEach,
  failing: ReadonlySet<string> = new Set(),
  plan = aPlan([[fanStep(each)], [aPlannedStep('after')]]),
): Promise<EngineWorld> {
  const world = await anEngineWorld(plan);
  world.setRunbook('R-CHILD', aChildPlan());
  world.outside.results.set('verdict', ({ run, step }) =>
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

/** How often the one effect of each item's run happened, by token. */
export function innerEffects({ outside }: EngineWorld): Map<string, number> {
  return new Map([...outside.effects].filter(([token]) => token.includes('.inner.')));
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
