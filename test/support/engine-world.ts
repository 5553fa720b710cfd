import { hostname } from 'node:os';
import { expect, onTestFinished } from 'vitest';
import type { Approval } from '../../src/domain/approval.ts';
import { type ApprovalId, type PersonId, RunId } from '../../src/domain/ids.ts';
import type { Ask } from '../../src/domain/incident.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Run } from '../../src/domain/run.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { FaultPoint } from '../../src/engine/fault-points.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { Refusal } from '../../src/errors.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { nobodyEnrolled, type StepUp } from '../../src/providers/step-up.ts';
import { approve } from '../../src/steps/approve.ts';
import { ask } from '../../src/steps/ask.ts';
import { assert } from '../../src/steps/assert.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { runbookStart } from '../../src/steps/runbook-start.ts';
import { wait } from '../../src/steps/wait.ts';
import { aClassRule, aKey, alice, aPolicy, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';
import { type MortalLedger, mortalLedger, ProcessKilled } from './mortal-ledger.ts';
import { noConnections } from './no-connections.ts';
import { aPlan } from './plans.ts';
import { type SettlingQueue, settlingQueue } from './settling-queue.ts';
import { anOutside, type Outside, testStepKinds } from './test-step-kinds.ts';

/** What all processes of one test share: the file, the clock, the runbooks, the policy, and what is outside of Rekey. */
export interface EngineWorld {
  file: string;
  outside: Outside;
  /** Moves the clock. */
  pass: (ms: number) => Date;
  now: () => Date;
  setPlan: (plan: Plan) => void;
  /** What is loaded under this id, beside the one of `setPlan`, which answers for every other id. */
  setRunbook: (id: string, plan: Plan) => void;
  /** The file as it is loaded now; null when it was deleted. Runs that began keep their plan. */
  setFileHash: (hash: string | null) => void;
  setPolicy: (policy: Policy | Refusal, hash?: string) => void;
  open: (options?: { owner?: string; faultPoint?: FaultPoint; stepUp?: StepUp | undefined }) => Promise<EngineProcess>;
}

/** One Rekey process on that file. */
export interface EngineProcess {
  deps: EngineDeps;
  engine: Engine & { advance: (run: string) => Promise<void> };
  queue: SettlingQueue;
  /** The file, also when this process was killed. */
  ledger: Ledger;
  mortal: MortalLedger;
  /** `/rotate-key payments-prod …` by alice, and everything that follows at once. */
  begin: () => Promise<RunId>;
  run: (id: RunId) => Promise<Run>;
  states: (id: RunId) => Promise<Record<string, string>>;
  openApproval: (id: RunId) => Promise<Approval>;
  openAsk: (id: RunId) => Promise<Ask>;
  /** Advances until the run has ended or waits for people, passing time as it asks for. */
  playOut: (id: RunId) => Promise<Run>;
}

/** A pid that no process has: leases of a killed process are free at once, as on a real restart. */
export const NOBODY = `${hostname()}:4194305:gone`;
/** A process that is there: its lease is respected until it runs out. */
export const SOMEBODY = `${hostname()}:${process.pid}:other`;

let fresh = 0;

export async function anEngineWorld(plan: Plan = aPlan([])): Promise<EngineWorld> {
  const file = aLedgerFile();
  const outside = anOutside();
  const plans = new Map<string, Plan>([[plan.hash, plan]]);
  const loaded = new Map<string, Plan>();
  let current: { hash: string; plan: Plan } | null = { hash: plan.hash, plan };
  let now = NOON;
  let policy: { policy: Policy; hash: string } | Refusal = { policy: aPolicy(), hash: 'b'.repeat(64) };
  const seed = await anOpenLedger(file);
  await recordEvents(seed, [{ type: 'key_issued', key: aKey() }]);
  await seed.close();
  const world: EngineWorld = {
    file,
    outside,
    now: () => now,
    pass: (ms) => {
      now = new Date(now.getTime() + ms);
      return now;
    },
    setPlan: (given) => {
      const hash = given.hash;
      plans.set(hash, given);
      current = { hash, plan: given };
    },
    setRunbook: (id, given) => {
      plans.set(given.hash, given);
      loaded.set(id, given);
    },
    setFileHash: (hash) => {
      current = hash === null ? null : { hash, plan: current?.plan ?? plan };
    },
    setPolicy: (given, hash = 'd'.repeat(64)) => {
      policy = given instanceof Refusal ? given : { policy: given, hash };
    },
    open: async ({ owner = SOMEBODY, faultPoint = () => {}, stepUp = nobodyEnrolled } = {}) => {
      const ledger = await anOpenLedger(file, () => now);
      const mortal = mortalLedger(ledger);
      const queue = settlingQueue();
      const deps: EngineDeps = {
        ledger: mortal.ledger,
        queue,
        runbooks: {
          planOf: ({ hash }) => plans.get(hash) ?? plan,
          current: (id) => {
            const hash = loaded.get(id)?.hash ?? current?.hash ?? null;
            return hash === null ? null : { id, hash, text: `runbook: ${id} # ${hash}` };
          },
          checkInputs: (_id, inputs) => inputs,
          takes: (id) => id === 'R-KEY-EXPIRY' || loaded.has(id),
          assertFits: () => {},
          startedBy: () => ['R-KEY-EXPIRY'],
        },
        policy: async () => {
          if (policy instanceof Refusal) throw policy;
          return policy;
        },
        connections: noConnections,
        outside: NOBODY_THERE,
        stepKinds: new Map(
          [...testStepKinds(outside), approve, ask, runbookStart, wait, assert].map((kind) => [kind.uses, kind]),
        ),
        classRule: async () => aClassRule(),
        providers: {},
        sinks: {},
        stepUp,
        vault: { seal: unused, open: unused },
        now: () => now,
        newId: (prefix) => {
          fresh += 1;
          return `${prefix}-${fresh}`;
        },
        saveReport: async () => '',
        log: { info: () => {}, warn: () => {}, error: () => {} },
        faultPoint,
        owner,
      };
      const engine = openEngine(deps);
      queue.work(engine.advance);
      onTestFinished(() => queue.settle());
      return aProcess(world, { deps, engine, queue, ledger, mortal });
    },
  };
  return world;
}

function unused(): never {
  throw new Error('no step of this test seals anything');
}

function aProcess(
  world: EngineWorld,
  parts: Pick<EngineProcess, 'deps' | 'engine' | 'queue' | 'ledger' | 'mortal'>,
): EngineProcess {
  const { engine, queue, ledger } = parts;
  const run = async (id: RunId) => {
    const found = await ledger.read.run(id);
    if (found === null) throw new Error(`there is no run ${id}`);
    return found;
  };
  return {
    ...parts,
    run,
    begin: async () => {
      const started = await engine.rotate({
        ...from(alice),
        slug: 'payments-prod',
        situation: 'expired',
        reason: 'test',
      });
      await queue.settle();
      return RunId.parse(started.run);
    },
    states: async (id) =>
      Object.fromEntries(Object.values((await run(id)).steps).map((record) => [record.step, record.state])),
    openApproval: async (id) => {
      const [open] = await ledger.read.openApprovalsOfRun(id);
      if (open === undefined) throw new Error('no approval is open');
      return open;
    },
    openAsk: async (id) => {
      for (const step of Object.values((await run(id)).steps)) {
        if (step.state !== 'waiting' || step.waiting.kind !== 'ask') continue;
        const open = await ledger.read.ask(step.waiting.id);
        if (open !== null) return open;
      }
      throw new Error('no question is open');
    },
    playOut: async (id) => {
      for (;;) {
        await engine.advance(id);
        const after = await run(id);
        const [until] = Object.values(after.steps)
          .flatMap((step) => [
            ...(step.state === 'waiting' && step.waiting.until !== null ? [step.waiting.until] : []),
            ...(step.undoing === null ? [] : [step.undoing.until]),
          ])
          .sort((a, b) => a.getTime() - b.getTime());
        if (after.finishedAt !== null || until === undefined) return after;
        world.pass(Math.max(0, until.getTime() - world.now().getTime()));
      }
    },
  };
}

let presses = 0;

/** A fresh press of this person in Slack. */
export function from(person: PersonId) {
  presses += 1;
  return {
    actor: `person:${person}`,
    channel: 'slack',
    dedupe: { source: 'slack', id: `trigger-${presses}` },
  } as const;
}

/** Reviews and votes as the modal does. */
export async function castOn(
  { engine }: Pick<EngineProcess, 'engine'>,
  approval: Approval,
  press: { person: PersonId; vote: 'approve' | 'deny'; reason?: string },
) {
  const { reviewHash } = await engine.review(approval.token, press.person);
  return engine.vote(approval.token, { ...from(press.person), reason: 'seen', ...press, reviewHash });
}

export async function outcomeOf({ ledger }: EngineProcess, id: ApprovalId) {
  return (await ledger.read.approval(id))?.outcome;
}

/** The refusal that this is turned down with; fails when it is not. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

/** A process that is killed at a named place, as `FAULT_AT` does: from then on nothing of it reaches the ledger, and its pid is gone. */
export async function openDying<Process extends { mortal: MortalLedger }>(
  world: { open: (options: { owner: string; faultPoint: FaultPoint }) => Promise<Process> },
  at: { place: string; step: string },
): Promise<Process> {
  let dying: Process | undefined;
  dying = await world.open({
    owner: NOBODY,
    faultPoint: (place, step) => {
      if (place !== at.place || step !== at.step) return;
      dying?.mortal.kill();
      throw new ProcessKilled(`killed at ${place}:${step}`);
    },
  });
  return dying;
}
