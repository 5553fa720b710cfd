import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { abandonSealed } from '../../../src/engine/keys/abandon-sealed.ts';
import { proveVault } from '../../../src/engine/keys/prove-vault.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { aKey } from '../../support/builders.ts';
import { aKeysDir, aVaultWorld, type VaultWorld } from '../../support/vault-world.ts';

const by = (actor: 'person:bob' | 'person:carol') =>
  ({ actor, channel: 'cli', dedupe: { source: 'cli', id: 'req-1' }, reason: 'the disk with it died' }) as const;

/** Its master key is gone and there is a new one; the pepper was kept. */
async function aLoss(secrets: number): Promise<{ world: VaultWorld; lost: string; current: string }> {
  const world = await aVaultWorld();
  await proveVault(world.deps);
  await world.seal(secrets);
  const lost = loadKeyFiles(world.keysDir).masterKey.id;
  rmSync(join(world.keysDir, 'master.key'));
  copyFileSync(join(aKeysDir(), 'master.key'), join(world.keysDir, 'master.key'));
  return { world, lost, current: loadKeyFiles(world.keysDir).masterKey.id };
}

test('after the master key was lost for good, Rekey starts again with a new one, without what was sealed (S2-19)', async () => {
  const { world, lost, current } = await aLoss(130);
  await expect(proveVault(world.deps)).rejects.toThrow(lost);
  expect(await abandonSealed(world.deps, by('person:bob'))).toEqual({ destroyed: 130, lost: [lost], current });
  await proveVault(world.deps);
  await world.seal(1);
  const sealed = await world.ledger.read.secretsOfKey(aKey().id);
  expect(sealed.filter(({ envelope }) => envelope !== null)).toHaveLength(1);
  // What is not sealed is untouched.
  expect(await world.ledger.read.key(aKey().id)).toEqual(aKey());
  const [line] = (await world.ledger.read.audit({ limit: 10 })).filter(({ action }) => action === 'master_key_retired');
  expect(line).toMatchObject({ actor: 'person:bob', subject: `master_key:${lost}` });
  expect(line?.details).toContain('the disk with it died');
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('what an older master key at hand still opens is kept', async () => {
  const { world, current } = await aLoss(2);
  const before = loadKeyFiles(world.keysDir).masterKeys();
  expect(before.older).toEqual([]);
  await abandonSealed(world.deps, by('person:bob'));
  await world.seal(3);
  const kept = readFileSync(join(world.keysDir, 'master.key'), 'utf8');
  writeFileSync(join(world.keysDir, `master-${current}.key`), kept, { mode: 0o600 });
  rmSync(join(world.keysDir, 'master.key'));
  copyFileSync(join(aKeysDir(), 'master.key'), join(world.keysDir, 'master.key'));
  await expect(abandonSealed(world.deps, by('person:bob'))).rejects.toMatchObject({ code: 'nothing_lost' });
  await proveVault(world.deps);
  expect(await world.ledger.read.sealedSecrets('', 10)).toHaveLength(3);
});

test('nothing is abandoned while nothing is lost, by who may not, or with a foreign pepper', async () => {
  const whole = await aVaultWorld();
  await proveVault(whole.deps);
  await expect(abandonSealed(whole.deps, by('person:bob'))).rejects.toMatchObject({ code: 'nothing_lost' });
  const { world } = await aLoss(1);
  await expect(abandonSealed(world.deps, by('person:carol'))).rejects.toMatchObject({ code: 'not_allowed' });
  const { pepper } = loadKeyFiles(aKeysDir());
  await expect(abandonSealed({ ...world.deps, pepper }, by('person:bob'))).rejects.toMatchObject({
    code: 'wrong_pepper',
  });
  expect(await world.ledger.read.sealedSecrets('', 10)).toHaveLength(1);
});
