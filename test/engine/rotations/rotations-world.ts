import { KeyId, type RunId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import type { ClassRule } from '../../../src/domain/key-class.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Rotation } from '../../../src/domain/rotation.ts';
import { openRotations } from '../../../src/engine/rotations/open-rotations.ts';
import type { RotationRequest, Rotations } from '../../../src/engine/rotations/rotations.ts';
import { aClassRule, aKey, alice, aPolicy, DAY, daysAfter, NOON } from '../../support/builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld, from } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

/** alice and bob are on call and may everything; carol owns the keys. */
export const MAY = aPolicy({
  may: {
    rotate: ['group:oncall', 'owner'],
    cancel: ['group:oncall'],
    create: ['group:oncall'],
    extend: ['group:oncall'],
    waive: ['group:oncall'],
    suspend: ['group:oncall'],
  },
});

/** `reports-prod v1`, healthy for 40 days, with a registered place. */
export function reports(overrides: Partial<Key> = {}): Key {
  return aKey({
    id: KeyId.parse('key-reports1'),
    slug: 'reports-prod',
    version: 1,
    externalRef: 'rep1',
    digest: 'd1'.padEnd(64, '0'),
    service: 'reports',
    expiresAt: daysAfter(NOON, 40),
    ...overrides,
  });
}

/** A run that can take back what it did, and then waits for as long as a grace may last. */
const UNDOABLE = aPlan([
  [aPlannedStep('mint', { uses: 'test.undoable', undo: 'undo' })],
  [aPlannedStep('grace')],
  [aPlannedStep('revoke', { uses: 'test.final', undo: 'point_of_no_return' })],
]);

export interface RotationsWorld extends EngineWorld {
  setRule: (change: Partial<ClassRule>) => void;
  process: () => Promise<RotationsProcess>;
}

export interface RotationsProcess extends EngineProcess {
  rotations: Rotations;
  rotation: (of: Pick<Rotation, 'id'>) => Promise<Rotation>;
  key: (id: string) => Promise<Key>;
  actions: () => Promise<string[]>;
}

/** An engine's world with `reports-prod v1` in its ledger. */
export async function aRotationsWorld(plan: Plan = UNDOABLE, policy: Policy = MAY): Promise<RotationsWorld> {
  const world = await anEngineWorld(plan);
  world.setPolicy(policy);
  world.outside.results.set('grace', () => ({
    kind: 'wait',
    waiting: { kind: 'time', until: new Date(world.now().getTime() + 7 * DAY) },
    events: [],
  }));
  let rule: Partial<ClassRule> = {};
  const first = await world.open();
  await recordEvents(first.ledger, [{ type: 'key_issued', key: reports() }]);
  return {
    ...world,
    setRule: (change) => {
      rule = change;
    },
    process: async () => {
      const rekey = await world.open();
      const rotations = openRotations({ ...rekey.deps, classRule: async () => aClassRule(rule) });
      return { ...rekey, rotations, ...readsOf(rekey) };
    },
  };
}

function readsOf({ ledger }: EngineProcess): Pick<RotationsProcess, 'rotation' | 'key' | 'actions'> {
  return {
    rotation: async ({ id }) => found(await ledger.read.rotation(id), id),
    key: async (id) => found(await ledger.read.key(KeyId.parse(id)), id),
    actions: async () => (await ledger.read.audit({ limit: 100 })).map((line) => line.action).reverse(),
  };
}

function found<T>(one: T | null, id: string): T {
  if (one === null) throw new Error(`there is no ${id}`);
  return one;
}

/** `alice asks for a planned rotation of reports-prod now`, unless said otherwise. */
export function asks(overrides: Partial<RotationRequest> = {}): RotationRequest {
  return {
    ...from(alice),
    key: 'reports-prod',
    mode: 'planned',
    graceHours: null,
    notBefore: null,
    reason: 'it is old',
    override: null,
    deliver: { to: 'registered' },
    ...overrides,
  };
}

/** What the run of a planned rotation records until both keys are accepted. */
export async function untilGrace(
  rekey: RotationsProcess,
  rotation: Rotation,
  { upTo = 'grace' }: { upTo?: 'created' | 'distributing' | 'grace' } = {},
): Promise<Key> {
  const { run } = await rekey.rotation(rotation);
  const replacement = successorOf(rotation);
  const context = { run, at: rekey.deps.now() };
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: replacement }], context);
  if (upTo === 'created') return replacement;
  await recordEvents(rekey.ledger, [{ type: 'key_activated', key: replacement.id }], context);
  if (upTo === 'distributing') return replacement;
  const graceEndsAt = new Date(context.at.getTime() + rotation.graceMs);
  await recordEvents(
    rekey.ledger,
    [
      { type: 'key_proved_live', key: replacement.id, probes: 3, how: 'accepted' },
      { type: 'key_retired', key: rotation.key, graceEndsAt },
    ],
    context,
  );
  return replacement;
}

export function successorOf(rotation: Pick<Rotation, 'key'>): Key {
  return reports({
    id: KeyId.parse('key-reports2'),
    version: 2,
    externalRef: 'rep2',
    digest: 'd2'.padEnd(64, '0'),
    predecessor: rotation.key,
    state: 'pending',
    activatedAt: null,
    provedLiveAt: null,
  });
}

export function runOf(rotation: Rotation): RunId {
  if (rotation.run === null) throw new Error(`${rotation.id} has no run`);
  return rotation.run;
}
