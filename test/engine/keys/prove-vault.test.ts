import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { proveVault } from '../../../src/engine/keys/prove-vault.ts';
import { rewrap } from '../../../src/engine/keys/rewrap.ts';
import { Refusal } from '../../../src/errors.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { createNextMasterKey } from '../../../src/providers/master-key-file.ts';
import { openPepper } from '../../../src/providers/pepper.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { NOON } from '../../support/builders.ts';
import { aKeysDir, aVaultWorld, type VaultWorld } from '../../support/vault-world.ts';

const bob = { actor: 'person:bob', channel: 'cli', dedupe: { source: 'cli', id: 'req-1' } } as const;

/** A start with the keys of this folder. */
function start({ ledger }: VaultWorld, keysDir: string): Promise<void> {
  const { masterKeys, pepper } = loadKeyFiles(keysDir);
  return proveVault({ ledger, vault: openVault(masterKeys), pepper, now: () => NOON });
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(() => 'nothing was refused').catch((thrown: unknown) => thrown);
  if (error instanceof Refusal) return error;
  throw error;
}

const idOf = (keysDir: string) => loadKeyFiles(keysDir).masterKey.id;

test('the first start binds the ledger to its keys, every other one proves it and writes nothing', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const head = await world.ledger.read.auditHead();
  for (let i = 0; i < 3; i++) await start(world, world.keysDir);
  expect(await world.ledger.read.auditHead()).toEqual(head);
  expect(await world.ledger.read.vaultProofs()).toMatchObject([{ masterKey: idOf(world.keysDir), retiredAt: null }]);
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('two processes that start at once bind it once', async () => {
  const world = await aVaultWorld();
  await Promise.all([1, 2, 3].map(() => start(world, world.keysDir)));
  expect(await world.ledger.read.vaultProofs()).toHaveLength(1);
});

test('does not start with the master key of another ledger, and names both', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const foreign = aKeysDir();
  copyFileSync(join(world.keysDir, 'pepper.key'), join(foreign, 'pepper.key'));
  const { code, message } = await refusalOf(start(world, foreign));
  expect(code).toBe('wrong_master_key');
  expect(message).toContain(idOf(world.keysDir));
  expect(message).toContain(idOf(foreign));
  await start(world, world.keysDir);
});

test('does not start with the pepper of another ledger, and names both', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const foreign = aKeysDir();
  copyFileSync(join(world.keysDir, 'master.key'), join(foreign, 'master.key'));
  const { code, message } = await refusalOf(start(world, foreign));
  expect(code).toBe('wrong_pepper');
  expect(message).toContain(loadKeyFiles(world.keysDir).pepper.id);
  expect(message).toContain(loadKeyFiles(foreign).pepper.id);
});

test('is not fooled by a master key or a pepper that only bears the right name', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const { masterKey, masterKeys, pepper } = loadKeyFiles(world.keysDir);
  const [ledger, now, other] = [world.ledger, () => NOON, new Uint8Array(32).fill(9)];
  const namesake = openVault({ id: masterKey.id, bytes: other });
  expect((await refusalOf(proveVault({ ledger, vault: namesake, pepper, now }))).code).toBe('wrong_master_key');
  const vault = openVault(masterKeys);
  const impostor = openPepper(pepper.id, other);
  expect((await refusalOf(proveVault({ ledger, vault, pepper: impostor, now }))).code).toBe('wrong_pepper');
});

test('a ledger of an older Rekey is not bound to a master key that does not open what it sealed', async () => {
  const world = await aVaultWorld();
  await world.seal(1);
  const foreign = aKeysDir();
  const { code, message } = await refusalOf(start(world, foreign));
  expect(code).toBe('wrong_master_key');
  expect(message).toContain(idOf(world.keysDir));
  await start(world, world.keysDir);
});

test('a new master key is let in by the one before it, which may go after a rewrap and not before', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const { previous, current } = createNextMasterKey(world.keysDir);
  const away = join(world.keysDir, 'away');
  renameSync(join(world.keysDir, `master-${previous}.key`), away);
  expect((await refusalOf(start(world, world.keysDir))).message).toContain(`master-${previous}.key`);
  renameSync(away, join(world.keysDir, `master-${previous}.key`));
  await start(world, world.keysDir);
  expect((await world.ledger.read.vaultProofs()).map(({ masterKey }) => masterKey).sort()).toEqual(
    [previous, current].sort(),
  );
  await rewrap(world.deps, { ...bob, onProgress: () => {} });
  rmSync(join(world.keysDir, `master-${previous}.key`));
  await start(world, world.keysDir);
});

test('a retired master key that was put back does not start, and lets no other one in', async () => {
  const world = await aVaultWorld();
  await start(world, world.keysDir);
  const { previous, current } = createNextMasterKey(world.keysDir);
  await rewrap(world.deps, { ...bob, onProgress: () => {} });
  const old = aKeysDir();
  copyFileSync(join(world.keysDir, 'pepper.key'), join(old, 'pepper.key'));
  copyFileSync(join(world.keysDir, `master-${previous}.key`), join(old, 'master.key'));
  const { code, message } = await refusalOf(start(world, old));
  expect(code).toBe('master_key_retired');
  expect(message).toContain(current);
  createNextMasterKey(old);
  expect((await refusalOf(start(world, old))).code).toBe('wrong_master_key');
});
