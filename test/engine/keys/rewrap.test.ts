import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { proveVault } from '../../../src/engine/keys/prove-vault.ts';
import { rewrap } from '../../../src/engine/keys/rewrap.ts';
import { Refusal } from '../../../src/errors.ts';
import { keyBytes, masterKeyOf } from '../../../src/providers/master-key.ts';
import { createNextMasterKey, filesOf } from '../../../src/providers/master-key-file.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { masterKeyIn } from '../../../src/providers/vault.ts';
import { aKey } from '../../support/builders.ts';
import { rawLedger, recordEvents } from '../../support/ledger-file.ts';
import { runChild } from '../../support/run-child.ts';
import { aVaultWorld, type VaultWorld } from '../../support/vault-world.ts';

const by = (actor: 'person:bob' | 'person:carol') =>
  ({ actor, channel: 'cli', dedupe: { source: 'cli', id: 'req-1' }, onProgress: () => {} }) as const;

/** Which master keys the sealed secrets are under, after each was opened and found to hold what it held. */
async function underWhich({ ledger, deps }: VaultWorld): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const sealed of await ledger.read.secretsOfKey(aKey().id)) {
    if (sealed.envelope === null) continue;
    expect(deps.vault.open(sealed).reveal()).toBe(sealed.id.replace('sec', 'canary-material'));
    const masterKey = masterKeyIn(sealed.envelope) ?? 'none';
    found[masterKey] = (found[masterKey] ?? 0) + 1;
  }
  return found;
}

test('wraps everything anew under the master key of today, says what for, and which files may go', async () => {
  const world = await aVaultWorld();
  await proveVault(world.deps);
  await world.seal(230);
  const { previous, current } = createNextMasterKey(world.keysDir);
  await world.seal(20);
  expect(await underWhich(world)).toEqual({ [previous]: 230, [current]: 20 });
  const seen: object[] = [];
  const result = await rewrap(world.deps, { ...by('person:bob'), onProgress: (done) => seen.push(done) });
  expect(result).toEqual({ rewrapped: 230, sealed: 250, current, unneeded: [previous] });
  expect(seen).toEqual([
    { looked: 100, rewrapped: 100 },
    { looked: 200, rewrapped: 200 },
    { looked: 250, rewrapped: 230 },
  ]);
  expect(await underWhich(world)).toEqual({ [current]: 250 });
  expect(filesOf(world.keysDir, result.unneeded)).toEqual([`${world.keysDir}/master-${previous}.key`]);
  const [line] = (await world.ledger.read.audit({ limit: 500 })).filter(({ action }) => action === 'secret_rewrapped');
  expect(line).toMatchObject({ actor: 'person:bob', channel: 'cli' });
  expect(JSON.parse(line?.details ?? '')).toMatchObject({ from: previous, to: current });
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a second rewrap finds nothing to do and writes nothing', async () => {
  const world = await aVaultWorld();
  await world.seal(5);
  createNextMasterKey(world.keysDir);
  await rewrap(world.deps, by('person:bob'));
  const head = await world.ledger.read.auditHead();
  expect(await rewrap(world.deps, by('person:bob'))).toMatchObject({ rewrapped: 0, sealed: 5 });
  expect(await world.ledger.read.auditHead()).toEqual(head);
});

// The first sealing is the proof of the new master key; the pages are the 2nd to 101st, the 102nd to 201st, …
test.each([1, 2, 60, 101, 102, 201, 232])(
  'killed in the middle of its sealing no. %i, every secret opens with exactly one of the keys, and the next try ends it',
  async (dieAt) => {
    const world = await aVaultWorld();
    await proveVault(world.deps);
    await world.seal(231);
    const { previous, current } = createNextMasterKey(world.keysDir);
    const killed = await runChild('rewrap-secrets', [world.file, world.keysDir, String(dieAt)]);
    expect(killed.signal).toBe('SIGKILL');
    const done = Math.floor(Math.max(0, dieAt - 2) / 100) * 100;
    const left = { ...(done > 0 && { [current]: done }), [previous]: 231 - done };
    expect(await underWhich(world)).toEqual(left);
    const end = await runChild('rewrap-secrets', [world.file, world.keysDir, '0']);
    expect(JSON.parse(end.out)).toEqual({ rewrapped: 231 - done, sealed: 231, current, unneeded: [previous] });
    expect(await underWhich(world)).toEqual({ [current]: 231 });
    expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true });
  },
);

test('a process that still holds the old master key seals nothing behind the back of a rewrap', async () => {
  const world = await aVaultWorld();
  await proveVault(world.deps);
  const file = `${world.keysDir}/master.key`;
  const stale = openVault(masterKeyOf(keyBytes(file, readFileSync(file, 'utf8').trim())));
  await world.seal(1);
  createNextMasterKey(world.keysDir);
  const [first] = await world.ledger.read.secretsOfKey(aKey().id);
  if (first === undefined) throw new Error('nothing was sealed');
  const sealedLate = { ...stale.seal(stale.open(first), { ...first, now: first.createdAt }), id: 'sec-late' as never };
  await rewrap(world.deps, by('person:bob'));
  const late = recordEvents(world.ledger, [{ type: 'secret_sealed', secret: sealedLate }]);
  await expect(late).rejects.toThrow('sealed under a retired master key');
});

test('a process that reads the keys folder takes up the next master key without a restart', async () => {
  const world = await aVaultWorld();
  await proveVault(world.deps);
  await world.seal(3);
  const { current } = createNextMasterKey(world.keysDir);
  expect((await runChild('rewrap-secrets', [world.file, world.keysDir, '0'])).code).toBe(0);
  // This process began with the old one only.
  expect(await underWhich(world)).toEqual({ [current]: 3 });
  await world.seal(1);
  expect(await underWhich(world)).toEqual({ [current]: 4 });
});

test('a secret that was consumed meanwhile is not brought back', async () => {
  const world = await aVaultWorld();
  await world.seal(3);
  createNextMasterKey(world.keysDir);
  const [one] = await world.ledger.read.secretsOfKey(aKey().id);
  if (one === undefined) throw new Error('nothing was sealed');
  await recordEvents(world.ledger, [{ type: 'secret_destroyed', secret: one.id }]);
  expect(await rewrap(world.deps, by('person:bob'))).toMatchObject({ rewrapped: 2, sealed: 2 });
  expect(await world.ledger.read.secret(one.id)).toMatchObject({ envelope: null });
});

test('only who may administer rewraps, and the attempt of anybody else is in the audit', async () => {
  const world = await aVaultWorld();
  await world.seal(1);
  const error = await rewrap(world.deps, by('person:carol')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ code: 'not_allowed' });
  const [line] = await world.ledger.read.audit({ limit: 1 });
  expect(line).toMatchObject({ action: 'request_refused', actor: 'person:carol', subject: 'rewrap' });
});

test('a secret under a master key that is gone stops the rewrap with the file to put back', async () => {
  const world = await aVaultWorld();
  await proveVault(world.deps);
  await world.seal(1);
  const raw = rawLedger(world.file);
  raw.prepare(`update secrets set envelope = replace(envelope, substr(envelope, 4, 8), 'dddd4444')`).run();
  const error = await rewrap(world.deps, by('person:bob')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'master_key_missing' });
  expect(String(error)).toContain('master-dddd4444.key');
});

test('what is rewrapped is never in the audit, in the raw file or in what is reported', async () => {
  const world = await aVaultWorld();
  await world.seal(3);
  createNextMasterKey(world.keysDir);
  const result = await rewrap(world.deps, by('person:bob'));
  const audit = await world.ledger.read.audit({ limit: 100 });
  const envelopes = (await world.ledger.read.secretsOfKey(aKey().id)).map(({ envelope }) => envelope ?? 'none');
  const said = JSON.stringify([result, audit]);
  for (const envelope of envelopes) expect(said).not.toContain(envelope);
  const bytes = ['', '-wal'].map((end) => readFileSync(world.file + end, 'latin1')).join('');
  for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const)
    expect(said + bytes).not.toContain(Buffer.from('canary-material').toString(encoding));
});
