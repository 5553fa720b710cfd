import { expect, test } from 'vitest';
import { PersonId } from '../../../src/domain/ids.ts';
import { seedOf } from '../../../src/domain/second-factor.ts';
import { abandonSealed } from '../../../src/engine/keys/abandon-sealed.ts';
import { proveVault } from '../../../src/engine/keys/prove-vault.ts';
import { rewrap } from '../../../src/engine/keys/rewrap.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { createNextMasterKey } from '../../../src/providers/master-key-file.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { masterKeyIn } from '../../../src/providers/vault.ts';
import type { Secret } from '../../../src/secret.ts';
import { alice, aPolicy, bob, carol, MINUTE } from '../../support/builders.ts';
import { refusalOf } from '../../support/engine-world.ts';
import { rawLedger } from '../../support/ledger-file.ts';
import { aSecondFactorWorld, asking, codeOf, spend, wrongCode } from '../../support/second-factor-world.ts';

const isEnrolled = async ({ stepUp }: Awaited<ReturnType<typeof aSecondFactorWorld>>, person = bob) =>
  stepUp.isEnrolled(person);

test('an app counts only when it has shown its first code', async () => {
  const world = await aSecondFactorWorld();
  const { seed } = await world.factors.enrol(asking(bob));
  expect(await isEnrolled(world)).toBe(false);
  expect(await refusalOf(spend(world, bob, codeOf(seed, world.now())))).toMatchObject({ code: 'not_enrolled' });
  const wrong = world.factors.confirm({ ...asking(bob), code: wrongCode(seed, world.now()) });
  expect(await refusalOf(wrong)).toMatchObject({ code: 'code_wrong' });
  await world.factors.confirm({ ...asking(bob), code: codeOf(seed, world.now()) });
  expect(await isEnrolled(world)).toBe(true);
});

test.each([
  [-20, '10 min behind'],
  [4, '2 min ahead'],
])('a phone whose clock is %d steps off is told so when the app is confirmed', async (steps, words) => {
  const world = await aSecondFactorWorld();
  const { seed } = await world.factors.enrol(asking(bob));
  const refused = await refusalOf(world.factors.confirm({ ...asking(bob), code: codeOf(seed, world.now(), steps) }));
  expect(refused.message).toContain(words);
});

test('what was begun is over after a quarter of an hour, and when it is begun again', async () => {
  const world = await aSecondFactorWorld();
  const first = await world.factors.enrol(asking(bob));
  const second = await world.factors.enrol(asking(bob));
  const confirm = (seed: Secret) => world.factors.confirm({ ...asking(bob), code: codeOf(seed, world.now()) });
  expect(await refusalOf(confirm(first.seed))).toMatchObject({ code: 'code_wrong' });
  world.pass(15 * MINUTE + 1);
  expect(await refusalOf(confirm(second.seed))).toMatchObject({ code: 'nothing_begun' });
});

test('another app needs a code of the one before it, which counts until the other was shown to work', async () => {
  const world = await aSecondFactorWorld();
  const old = await world.enrolled(bob);
  expect(await refusalOf(world.factors.enrol(asking(bob)))).toMatchObject({ code: 'already_enrolled' });
  const wrong = world.factors.enrol({ ...asking(bob), code: wrongCode(old.seed, world.now()) });
  expect(await refusalOf(wrong)).toMatchObject({ code: 'code_wrong' });
  const next = await world.factors.enrol({ ...asking(bob), code: codeOf(old.seed, world.now()) });
  world.pass(30_000);
  await spend(world, bob, codeOf(old.seed, world.now()));
  await world.factors.confirm({ ...asking(bob), code: codeOf(next.seed, world.now()) });
  world.pass(30_000);
  expect(await refusalOf(spend(world, bob, codeOf(old.seed, world.now())))).toMatchObject({ code: 'code_wrong' });
  expect(await refusalOf(spend(world, bob, old.recoveryCodes[0] as Secret))).toMatchObject({ code: 'code_wrong' });
  await spend(world, bob, codeOf(next.seed, world.now()));
});

test('a recovery code sets up another app when the phone is gone', async () => {
  const world = await aSecondFactorWorld();
  const { recoveryCodes } = await world.enrolled(bob);
  const next = await world.factors.enrol({ ...asking(bob), code: recoveryCodes[3] as Secret });
  await world.factors.confirm({ ...asking(bob), code: codeOf(next.seed, world.now()) });
  expect(await world.factors.standings({ ...asking(bob), of: 'asker' })).toMatchObject([{ recoveryCodesLeft: 10 }]);
});

test('another app gives no new tries', async () => {
  const world = await aSecondFactorWorld();
  const { seed } = await world.enrolled(bob);
  for (let i = 0; i < 4; i += 1) await refusalOf(spend(world, bob, wrongCode(seed, world.now())));
  await world.factors.remove({ ...asking(bob), person: alice, reason: 'x' }).catch(() => {});
  const [mine] = await world.ledger.read.secondFactors();
  await world.ledger.record({ at: world.now(), actor: 'person:alice', channel: 'cli' }, async () => ({
    events: [{ type: 'totp_removed', person: bob, factor: mine?.id ?? '', reason: 'lost' }],
    result: undefined,
  }));
  const next = await world.enrolled(bob);
  expect(await refusalOf(spend(world, bob, wrongCode(next.seed, world.now())))).toMatchObject({ code: 'code_locked' });
});

test('is removed by oneself with a code, by an administrator with a reason, and by nobody else', async () => {
  const world = await aSecondFactorWorld();
  const hers = await world.enrolled(carol);
  await world.enrolled(alice);
  const remove = (by: PersonId, more: { code?: Secret; reason?: string } = {}, person = carol) =>
    world.factors.remove({ ...asking(by), person, reason: 'the phone is gone', ...more });
  expect(await refusalOf(remove(carol))).toMatchObject({ code: 'code_needed' });
  expect(await refusalOf(remove(alice))).toMatchObject({ code: 'not_allowed' });
  expect(await refusalOf(remove(bob, { reason: ' ' }))).toMatchObject({ code: 'reason_needed' });
  expect(await refusalOf(remove(bob, {}, bob))).toMatchObject({ code: 'not_enrolled' });
  await remove(carol, { code: codeOf(hers.seed, world.now()) });
  await remove(bob, {}, alice);
  expect(await world.ledger.read.secondFactors()).toEqual([]);
  const removals = (await world.ledger.read.alarmsSince(new Date(0))).filter(({ sentence }) =>
    /was removed/.test(sentence),
  );
  expect(removals.map(({ sentence }) => sentence).sort()).toEqual([
    expect.stringContaining('alice was removed by person:bob: the phone is gone'),
    expect.stringContaining('carol was removed by person:carol'),
  ]);
});

test('what was begun before an app was removed cannot be confirmed after it', async () => {
  const world = await aSecondFactorWorld();
  const { seed } = await world.enrolled(carol);
  const begun = await world.factors.enrol({ ...asking(carol), code: codeOf(seed, world.now()) });
  await world.factors.remove({ ...asking(bob), person: carol, reason: 'stolen' });
  const late = world.factors.confirm({ ...asking(carol), code: codeOf(begun.seed, world.now()) });
  expect(await refusalOf(late)).toMatchObject({ code: 'nothing_begun' });
});

test('only people of the policy set one up', async () => {
  const world = await aSecondFactorWorld();
  const nobody = asking(PersonId.parse('mallory'));
  expect(await refusalOf(world.factors.enrol(nobody))).toMatchObject({ code: 'unknown_person' });
  const machine = { ...nobody, actor: 'token:ci' } as const;
  expect(await refusalOf(world.factors.enrol(machine))).toMatchObject({ code: 'not_allowed' });
});

test('a seed opens in its own row only, and is not in the file as it is', async () => {
  const world = await aSecondFactorWorld();
  const his = await world.enrolled(bob);
  await world.enrolled(carol);
  const [first, second] = await world.ledger.read.secondFactors();
  if (first === undefined || second === undefined) throw new Error('two people have an app');
  const { vault } = world.deps;
  expect(vault.open(seedOf(first)).reveal()).toBe(his.seed.reveal());
  expect(() => vault.open(seedOf({ ...first, person: second.person }))).toThrow('belongs to another row');
  expect(() => vault.open(seedOf({ ...second, envelope: first.envelope }))).toThrow('belongs to another row');
  const rows = JSON.stringify(rawLedger(world.file).prepare('select * from second_factors').all());
  expect(rows).not.toContain(his.seed.reveal());
});

test('a new master key takes the seeds along', async () => {
  const world = await aSecondFactorWorld({ may: { administer: ['bob'] } });
  const { seed } = await world.enrolled(bob);
  const { masterKeys, pepper } = loadKeyFiles(world.keysDir);
  const deps = { ...world.deps, vault: openVault(masterKeys), pepper };
  await proveVault(deps);
  const { current } = createNextMasterKey(world.keysDir);
  const next = { ...deps, vault: openVault(loadKeyFiles(world.keysDir).masterKeys) };
  const done = await rewrap(next, { ...asking(bob), onProgress: () => {} });
  expect(done).toMatchObject({ rewrapped: 1, sealed: 1, current });
  const [factor] = await world.ledger.read.secondFactors();
  expect(masterKeyIn(factor?.envelope ?? '')).toBe(current);
  await spend(world, bob, codeOf(seed, world.now()));
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a master key that is lost for good ends the apps that it sealed, and they are set up anew', async () => {
  const [world, other] = [await aSecondFactorWorld(), await aSecondFactorWorld()];
  await world.enrolled(bob);
  const { masterKeys, pepper } = loadKeyFiles(world.keysDir);
  await proveVault({ ...world.deps, vault: openVault(masterKeys), pepper });
  const vault = openVault(loadKeyFiles(other.keysDir).masterKeys);
  const done = await abandonSealed({ ...world.deps, vault, pepper }, { ...asking(bob), reason: 'the disk is gone' });
  expect(done).toMatchObject({ destroyed: 1 });
  expect(await isEnrolled(world)).toBe(false);
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('everybody sees their own standing, who may administer that of all', async () => {
  const world = await aSecondFactorWorld();
  world.setPolicy(aPolicy({ may: { administer: ['bob'] } }));
  const { seed } = await world.enrolled(bob);
  for (let i = 0; i < 5; i += 1) await refusalOf(spend(world, bob, wrongCode(seed, world.now())));
  expect(await world.factors.standings({ ...asking(carol), of: 'asker' })).toEqual([
    { person: 'carol', since: null, recoveryCodesLeft: 0, lockedUntil: null },
  ]);
  const all = await world.factors.standings({ ...asking(bob), of: 'everybody' });
  expect(all.find(({ person }) => person === bob)).toMatchObject({
    recoveryCodesLeft: 10,
    lockedUntil: new Date(world.now().getTime() + 15 * MINUTE),
  });
  const asked = world.factors.standings({ ...asking(carol), of: 'everybody' });
  expect(await refusalOf(asked)).toMatchObject({ code: 'not_allowed' });
});
