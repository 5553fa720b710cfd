import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ConnectionSpec } from '../../src/domain/connection.ts';
import { RunId } from '../../src/domain/ids.ts';
import type { Outside } from '../../src/domain/outside.ts';
import type { Run } from '../../src/domain/run.ts';
import type { FaultPoint } from '../../src/engine/fault-points.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { openConnections } from '../../src/providers/connections.ts';
import { loadTemplate } from '../../src/runbook/notices/load-templates.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { aRun } from './builders.ts';
import { recordEvents } from './ledger-file.ts';
import { aRotationWorld, type RotationProcess, type RotationWorld } from './rotation-world.ts';

const HEAD = `
title: For a test
owner: group:security
review_by: 2030-01-01
applies_to: [api_key]
inputs: { key: { type: key } }
`;

export interface OutsideWorld {
  world: RotationWorld;
  keysDir: string;
  /** Makes a connection lead elsewhere, as an edit of connections.yaml does; the operator lets Rekey go there. */
  lead: (name: string, url: string) => void;
  /** Opens another process on the same ledger; only the clock is the test's. */
  open: (options?: { owner?: string; faultPoint?: FaultPoint }) => Promise<OutsideProcess>;
}

export interface OutsideProcess extends RotationProcess {
  /** Where the file sink may write. */
  folder: string;
  start: () => Promise<RunId>;
}

/**
 * A runbook of one recover phase that calls real servers: `recover` are its steps in YAML, `connections` the services by name. Engine,
 * ledger, vault, sink and HTTP are the real ones.
 */
export async function anOutsideWorld({
  recover,
  connections = {},
  outside,
}: {
  recover: (folder: string) => string;
  connections?: Record<string, Partial<ConnectionSpec> & { url: string }>;
  /** Who is outside; credentials belong into `connections/` of the keys folder. */
  outside?: (keysDir: string) => Outside;
}): Promise<OutsideWorld> {
  const world = await aRotationWorld();
  const dir = mkdtempSync(join(tmpdir(), 'rekey-outside-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'keys', 'connections'), { recursive: true });
  for (const name of ['policy.yaml', 'key-classes.yaml']) cpSync(join('runbooks', name), join(dir, name));
  const specs = Object.fromEntries(Object.entries(connections).map(([name, spec]) => [name, whole(spec)]));
  writeFileSync(join(dir, 'connections.yaml'), JSON.stringify({ version: 1, connections: specs }, null, 1));
  const hosts = Object.values(specs).map(({ url }) => new URL(url).host);
  const allow = [...hosts];
  return {
    world,
    keysDir: join(dir, 'keys'),
    lead: (name, url) => {
      specs[name] = whole({ url });
      allow.push(new URL(url).host);
    },
    open: async (options = {}) => {
      const process = await world.open(options);
      const folder = dirname((await process.key(3)).delivery?.target ?? '');
      writeFileSync(join(dir, 'R-TRY.yaml'), runbook(recover(folder), hosts));
      const runbooks = await openRunbookSet(dir, stepKinds);
      if (runbooks.problems().length > 0) throw new Error(JSON.stringify(runbooks.problems(), null, 1));
      const deps = {
        ...process.deps,
        runbooks,
        outside: outside === undefined ? NOBODY_THERE : { specs: async () => outside(join(dir, 'keys')), template },
        connections: openConnections({
          specs: async () => specs,
          keysDir: join(dir, 'keys'),
          allow,
          now: world.now,
        }),
      };
      const engine = openEngine(deps);
      process.queue.work(engine.advance);
      const own = { ...process, deps, engine, folder };
      return { ...own, start: () => start(own, world), play: (id, until) => playOn(own, world, { id, until }) };
    },
  };
}

const template = (name: string) => loadTemplate('runbooks', name);

function whole(spec: Partial<ConnectionSpec> & { url: string }): ConnectionSpec {
  const allow = [{ methods: ['GET' as const, 'POST' as const], path: '/*' }];
  return { allow, auth: { type: 'none' }, timeout_seconds: 5, ...spec };
}

function runbook(recover: string, hosts: readonly string[]): string {
  const waived = ['identify', 'contain', 'investigate'].map((phase) => `${phase}: { waived: a test }`);
  const grants = `grants: { providers: [ledger], sinks: [file], hosts: ${JSON.stringify(hosts)} }`;
  return ['runbook: R-TRY', HEAD, grants, ...waived, 'recover:', recover, 'communicate: { waived: a test }'].join('\n');
}

let runs = 0;

async function start({ deps, queue, key }: RotationProcess, world: RotationWorld): Promise<RunId> {
  runs += 1;
  const id = RunId.parse(`run-outside${runs}`);
  const pinned = deps.runbooks.current('R-TRY');
  if (pinned === null) throw new Error('R-TRY is not loaded');
  const old = await key(3);
  const inputs = deps.runbooks.checkInputs('R-TRY', { key: keyRefOf(old) });
  const run = aRun({ id, incident: null, runbook: pinned, inputs, key: old.id, startedAt: world.now() });
  await recordEvents(deps.ledger, [{ type: 'run_started', run }], { at: world.now(), actor: 'person:alice' });
  await queue.settle();
  return id;
}

async function playOn(
  { engine, run: runOf }: Pick<RotationProcess, 'engine' | 'run'>,
  world: RotationWorld,
  { id, until = () => false }: { id: RunId; until: ((run: Run) => boolean) | undefined },
): Promise<Run> {
  for (;;) {
    await engine.advance(id);
    const run = await runOf(id);
    if (run.finishedAt !== null || until(run)) return run;
    const [next] = Object.values(run.steps)
      .flatMap((step) => (step.state === 'waiting' && step.waiting.until !== null ? [step.waiting.until] : []))
      .sort((a, b) => a.getTime() - b.getTime());
    if (next === undefined) return run;
    world.pass(Math.max(0, next.getTime() - world.now().getTime()));
  }
}
