import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import { NOBODY } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { ProcessKilled } from '../support/mortal-ledger.ts';
import { anOutsideWorld, type OutsideProcess, type OutsideWorld } from '../support/outside-world.ts';

const MEMBERS = ['payments-1', 'payments-2'] as const;

/** A service that reads the key from its file at every request, as a caller does; a broken one cannot work with any key but the first. */
interface Service {
  port: number;
  /** Set once the folder is known. */
  file: string;
  accepts: (material: string) => Promise<boolean> | boolean;
}

async function aService(): Promise<Service> {
  const service: Service = { port: 0, file: '', accepts: () => true };
  const server = createServer(async (_request, response) => {
    const isWell = await service.accepts(readFileSync(service.file, 'utf8').trim());
    response.writeHead(isWell ? 200 : 500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ready: isWell }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  service.port = (server.address() as AddressInfo).port;
  return service;
}

interface CanaryWorld extends OutsideWorld {
  services: Service[];
  /** What each member reads now. */
  held: () => string[];
}

async function aCanaryWorld({
  watch = '',
  broken = [],
}: {
  watch?: string;
  broken?: string[];
} = {}): Promise<CanaryWorld> {
  const services = [await aService(), await aService()];
  const cohort = (folder: string) =>
    MEMBERS.map(
      (name) =>
        `        - { name: ${name}, sink: file, target: ${join(folder, name)}, connection: ${name}, caller: ${name} }`,
    );
  const outside = await anOutsideWorld({
    connections: Object.fromEntries(
      MEMBERS.map((name, index) => [name, { url: `http://127.0.0.1:${services[index]?.port}` }]),
    ),
    recover: (folder) => `
  - id: mint
    uses: key.create
    with: { replaces: "\${inputs.key}", scopes: same }
  - id: trial
    uses: canary
    with:
      key: "\${steps.mint.key}"
      secret: "\${steps.mint.secret}"
      cohort:
${cohort(folder).join('\n')}
      watch: { for: 3m, every: 1m, key_probe: true, http: { path: [health], expect: { json: { ready: true } } }${watch} }
`,
  });
  const { world, keysDir, open, lead } = outside;
  let folder = '';
  return {
    world,
    keysDir,
    lead,
    services,
    held: () => MEMBERS.map((name) => readFileSync(join(folder, name), 'utf8').trim()),
    open: async (options) => {
      const process = await open(options);
      if (folder === '')
        for (const [index, name] of MEMBERS.entries()) {
          writeFileSync(join(process.folder, name), `${world.oldMaterial}\n`, { mode: 0o600 });
          const service = services[index];
          if (service === undefined) continue;
          service.file = join(process.folder, name);
          service.accepts = broken.includes(name)
            ? (material) => material === world.oldMaterial
            : async (material) => (await process.verify(material)) === 'valid';
        }
      folder = process.folder;
      return process;
    },
  };
}

const errorIn = async (process: OutsideProcess, id: RunId) => {
  const step = (await process.run(id)).steps.trial;
  return step?.state === 'failed' || step?.state === 'undone' ? (step.error ?? '') : '';
};

/** A process that is killed the nth time that the canary comes to this place. */
async function killedAt(canary: CanaryWorld, place: 'started' | 'effect', nth: number): Promise<OutsideProcess> {
  let dying: OutsideProcess | undefined;
  let times = 0;
  dying = await canary.open({
    owner: NOBODY,
    faultPoint: (at, step) => {
      if (at !== place || step !== 'trial') return;
      times += 1;
      if (times < nth) return;
      dying?.mortal.kill();
      throw new ProcessKilled(`killed at ${at}:${step}`);
    },
  });
  return dying;
}

describe('canary', () => {
  test('a new key that works for the cohort goes on to everybody, with the numbers', async () => {
    const canary = await aCanaryWorld();
    const process = await canary.open();
    const id = await process.start();
    const run = await process.play(id);
    expect(run.outcome).toBe('succeeded');
    expect(run.steps.trial).toMatchObject({
      state: 'done',
      outputs: { healthy: true, probes: 6, failures: 0, cohort: ['payments-1', 'payments-2'] },
    });
    const [first, second] = canary.held();
    expect(first).toBe(second);
    expect(first).not.toBe(canary.world.oldMaterial);
    expect((await process.key(4)).state).toBe('active');
    expect(await process.ledger.verifyTables()).toMatchObject({ whole: true });
    expect(JSON.stringify(await process.deps.ledger.read.audit({ limit: 500 }))).not.toContain(first);
  });

  test('gives the cohort its previous key back when one member cannot work with the new one, and touches nobody else', async () => {
    const canary = await aCanaryWorld({ broken: ['payments-2'] });
    const process = await canary.open();
    const id = await process.start();
    const run = await process.play(id);
    expect(run.outcome).toBe('failed');
    expect(await errorIn(process, id)).toContain(
      '1 of 2 probes failed, 0 were allowed (payments-2: GET http://127.0.0.1',
    );
    expect(await errorIn(process, id)).toContain('payments-1, payments-2 got the previous key back');
    expect(canary.held()).toEqual([canary.world.oldMaterial, canary.world.oldMaterial]);
    expect(canary.world.atItsPlace()).toBe(canary.world.oldMaterial);
  });

  test('lets as many probes fail as the runbook allows', async () => {
    const canary = await aCanaryWorld({ broken: ['payments-2'], watch: ', max_failures: "50%"' });
    const process = await canary.open();
    const run = await process.play(await process.start());
    expect(run.steps.trial).toMatchObject({ state: 'done', outputs: { probes: 6, failures: 3 } });
  });

  test.each(['effect', 'started'] as const)('killed at its %s, it ends as if nothing had happened', async (place) => {
    const canary = await aCanaryWorld({ broken: ['payments-2'] });
    const dying = await killedAt(canary, place, 1);
    const id = await dying.start();
    await dying.play(id).catch(() => undefined);
    const next = await canary.open();
    const run = await next.play(id);
    expect(run.outcome).toBe('failed');
    expect(canary.held()).toEqual([canary.world.oldMaterial, canary.world.oldMaterial]);
  });

  test('killed between the delivery and its record, it delivers the same key again and goes on', async () => {
    const canary = await aCanaryWorld();
    const dying = await killedAt(canary, 'effect', 2);
    const id = await dying.start();
    await dying.play(id).catch(() => undefined);
    const [delivered] = canary.held();
    expect(delivered).not.toBe(canary.world.oldMaterial);
    const run = await (await canary.open()).play(id);
    expect(run.outcome).toBe('succeeded');
    expect(canary.held()).toEqual([delivered, delivered]);
  });

  test('killed between giving the keys back and its record, it does not take the old key for a healthy new one', async () => {
    const canary = await aCanaryWorld({ broken: ['payments-2'] });
    // 1 sealed, 2 delivered, 3 looked at and missed, 4 given back.
    const dying = await killedAt(canary, 'effect', 4);
    const id = await dying.start();
    await dying.play(id).catch(() => undefined);
    expect(canary.held()).toEqual([canary.world.oldMaterial, canary.world.oldMaterial]);
    const next = await canary.open();
    expect((await next.play(id)).outcome).toBe('failed');
    expect(await errorIn(next, id)).toContain('missed its threshold');
  });

  test('counts the calls with the new key: rejected ones are too many, and silence shows nothing', async () => {
    const calls = ', calls: { most_rejected: 1, at_least: 3 }';
    const silent = await aCanaryWorld({ watch: calls });
    const first = await silent.open();
    const quiet = await first.start();
    await first.play(quiet);
    expect(await errorIn(first, quiet)).toContain('0 calls with it were counted, at least 3 were expected');

    const loud = await aCanaryWorld({ watch: calls });
    const second = await loud.open();
    const id = await second.start();
    await second.play(id, () => loud.held()[0] !== loud.world.oldMaterial);
    await second.calls(4, 'payments-1', { accepted: 5, rejected: 2 });
    // Somebody who is not of the cohort says nothing about it.
    await second.calls(4, 'billing', { rejected: 50 });
    await second.play(id);
    expect(await errorIn(second, id)).toContain('2 of 7 calls with it were rejected, 1 were allowed');
  });

  test('says what a person has to put back by hand when the sealed copy is gone, and gives back the rest', async () => {
    const canary = await aCanaryWorld({ broken: ['payments-2'] });
    const process = await canary.open();
    const id = await process.start();
    await process.play(id, () => canary.held()[0] !== canary.world.oldMaterial);
    const begun = await process.deps.ledger.read.canary(`${id}.trial.1`);
    const secret = begun?.members[1]?.previous;
    if (secret == null) throw new Error('nothing was sealed of payments-2');
    await recordEvents(process.deps.ledger, [{ type: 'secret_destroyed', secret }]);
    await process.play(id);
    expect(await errorIn(process, id)).toMatch(/payments-1 got the previous key back.*by hand at payments-2 \(file /);
    expect(canary.held()[0]).toBe(canary.world.oldMaterial);
  });

  test('taking the run back later gives the cohort its previous key', async () => {
    const canary = await aCanaryWorld();
    const process = await canary.open();
    const id = await process.start();
    await process.play(
      id,
      (run) =>
        run.steps.trial?.state === 'waiting' &&
        run.steps.trial.waiting.until !== null &&
        canary.held()[0] !== canary.world.oldMaterial,
    );
    await process.engine.cancel(id, {
      actor: 'person:bob',
      channel: 'cli',
      dedupe: { source: 'cli', id: 'cancel-1' },
      reason: 'not today',
    });
    const run = await process.play(id);
    expect(run.outcome).toBe('cancelled');
    expect(canary.held()).toEqual([canary.world.oldMaterial, canary.world.oldMaterial]);
  });
});
