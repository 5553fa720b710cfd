import { describe, expect, test } from 'vitest';
import type { PersonId } from '../../../src/domain/ids.ts';
import { openSecondFactors } from '../../../src/engine/second-factor/second-factors.ts';
import { openStepUp } from '../../../src/engine/second-factor/step-up.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { randomId } from '../../../src/random-id.ts';
import type { Secret } from '../../../src/secret.ts';
import { gated, minted, refusals } from '../../support/asked.ts';
import { alice, aPolicy, bob, carol, MINUTE } from '../../support/builders.ts';
import { anEngineWorld, type EngineProcess, from, refusalOf } from '../../support/engine-world.ts';
import { ProcessKilled } from '../../support/mortal-ledger.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';
import { runChild } from '../../support/run-child.ts';
import { aSecondFactorWorld, asking, codeOf, spend, wrongCode } from '../../support/second-factor-world.ts';
import { aKeysDir } from '../../support/vault-world.ts';

const STEP = 30_000;
const policy = aPolicy({
  rules: { rotate: { tier: 3, approve: 2, from: ['group:security', 'carol'] } as never },
  break_glass: { from: ['group:oncall'], review_by: ['group:security'] } as never,
});

/** Two processes on one ledger, and bob and carol with an app each; a run of alice's waits for both. */
async function aWorldOfTier3(plan = gated) {
  const world = await anEngineWorld(plan);
  world.setPolicy(policy, 'b'.repeat(64));
  const { masterKeys, pepper } = loadKeyFiles(aKeysDir());
  const vault = openVault(masterKeys);
  const open = async () => {
    const process = await world.open();
    const { ledger } = process.deps;
    process.deps.stepUp = openStepUp({ ledger, vault, pepper, newId: randomId });
    return process;
  };
  const [here, there] = [await open(), await open()];
  const factors = openSecondFactors({ ...here.deps, vault, pepper });
  const enrolled = async (person: PersonId) => {
    const { seed } = await factors.enrol(asking(person));
    await factors.confirm({ ...asking(person), code: codeOf(seed, world.now()) });
    return seed;
  };
  const seeds = { bob: await enrolled(bob), carol: await enrolled(carol) };
  world.pass(STEP);
  const id = await here.begin();
  return { world, here, there, open, id, seeds, approvals: await here.ledger.read.openApprovalsOfRun(id) };
}

async function yes({ engine }: EngineProcess, token: string, { person, code }: { person: PersonId; code: Secret }) {
  const { reviewHash } = await engine.review(token, person);
  return engine.vote(token, { ...from(person), person, vote: 'approve', reason: 'seen', reviewHash, code });
}

test('two people decide with their own codes, and the audit says so without them', async () => {
  const { world, here, id, seeds, approvals } = await aWorldOfTier3();
  const token = approvals[0]?.token ?? '';
  const [his, hers] = [codeOf(seeds.bob, world.now()), codeOf(seeds.carol, world.now())];
  expect(await refusalOf(yes(here, token, { person: bob, code: hers }))).toMatchObject({ code: 'code_wrong' });
  expect(await yes(here, token, { person: bob, code: his })).toMatchObject({ still: 1, vote: { proof: 'totp' } });
  expect(await yes(here, token, { person: carol, code: hers })).toMatchObject({ outcome: 'approved' });
  await here.playOut(id);
  expect(minted(world)).toBe(1);
  const lines = await here.ledger.read.audit({ subject: 'second_factor:bob', limit: 50 });
  expect(lines.map(({ action }) => action)).toEqual(['totp_used', 'totp_failed', 'totp_confirmed', 'totp_enrolled']);
  const audit = JSON.stringify(await here.ledger.read.audit({ limit: 500 }));
  for (const secret of [his, hers, seeds.bob, seeds.carol]) expect(audit).not.toContain(`"${secret.reveal()}"`);
});

test('of two decisions with one code at the same moment, in two processes, one is counted', async () => {
  const two = ['one', 'other'].map((name) =>
    aPlannedStep(name, { uses: 'approve', resolve: () => ({ question: `Replace ${name}?`, rule: 'rotate' }) }),
  );
  for (let round = 0; round < 5; round += 1) {
    const { world, here, there, seeds, approvals } = await aWorldOfTier3(aPlan([two]));
    expect(approvals).toHaveLength(2);
    const code = codeOf(seeds.bob, world.now());
    const spent = await Promise.allSettled([
      yes(here, approvals[0]?.token ?? '', { person: bob, code }),
      yes(there, approvals[1]?.token ?? '', { person: bob, code }),
    ]);
    expect(spent.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(spent.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'code_used' } });
    const votes = await Promise.all(
      approvals.map(async ({ id }) => (await here.ledger.read.approval(id))?.votes ?? []),
    );
    expect(votes.flat()).toHaveLength(1);
    expect(await refusals(here)).toHaveLength(1);
  }
});

describe('a decision that does not come about uses up no code', () => {
  test('because the review was stale', async () => {
    const { world, here, seeds, approvals } = await aWorldOfTier3();
    const token = approvals[0]?.token ?? '';
    const code = codeOf(seeds.bob, world.now());
    const { reviewHash } = await here.engine.review(token, bob);
    world.setFileHash('e'.repeat(64));
    const press = { ...from(bob), person: bob, vote: 'approve', reason: 'seen', reviewHash, code } as const;
    expect(await refusalOf(here.engine.vote(token, press))).toMatchObject({ code: 'stale_review' });
    await yes(here, token, { person: bob, code });
  });

  test('because the process was killed between looking at it and counting it', async () => {
    const { world, here, open, seeds, approvals } = await aWorldOfTier3();
    const token = approvals[0]?.token ?? '';
    const dying = await open();
    const { stepUp } = dying.deps;
    dying.deps.stepUp = {
      ...stepUp,
      prove: async (...given) => {
        const proven = await stepUp.prove(...given);
        dying.mortal.kill();
        return proven;
      },
    };
    const code = codeOf(seeds.bob, world.now());
    await expect(yes(dying, token, { person: bob, code })).rejects.toThrow(ProcessKilled);
    expect(await yes(here, token, { person: bob, code })).toMatchObject({ kind: 'counted' });
  });
});

test('breaking the glass wants a code too', async () => {
  const { world, here, seeds, approvals } = await aWorldOfTier3();
  const token = approvals[0]?.token ?? '';
  const { reviewHash } = await here.engine.review(token, bob);
  const alone = (code?: Secret) =>
    here.engine.breakGlass(token, {
      ...from(bob),
      person: bob,
      reason: 'nobody answers',
      reviewHash,
      ...(code && { code }),
    });
  expect(await refusalOf(alone())).toMatchObject({ code: 'code_needed' });
  expect(await refusalOf(alone(wrongCode(seeds.bob, world.now())))).toMatchObject({ code: 'code_wrong' });
  expect(await alone(codeOf(seeds.bob, world.now()))).toMatchObject({ by: bob });
});

test('who was removed meanwhile decides nothing more', async () => {
  const { world, here, seeds, approvals } = await aWorldOfTier3();
  const token = approvals[0]?.token ?? '';
  const [factor] = (await here.ledger.read.secondFactors()).filter(({ person }) => person === bob);
  await here.ledger.record({ at: world.now(), actor: `person:${alice}`, channel: 'cli' }, async () => ({
    events: [{ type: 'totp_removed', person: bob, factor: factor?.id ?? '', reason: 'phone stolen' }],
    result: undefined,
  }));
  expect(await refusalOf(yes(here, token, { person: bob, code: codeOf(seeds.bob, world.now()) }))).toMatchObject({
    code: 'not_enrolled',
    message: expect.stringContaining('rekey second-factor enrol'),
  });
});

describe('kill -9', () => {
  const spendIn = (
    { file, keysDir, now }: Awaited<ReturnType<typeof aSecondFactorWorld>>,
    { code, at }: { code: Secret; at?: string },
  ) =>
    runChild('spend-code', [file, keysDir, 'bob', now().toISOString()], {
      TEST_CODE: code.reveal(),
      ...(at && { FAULT_AT: at }),
    });

  test('before the decision is recorded leaves the code good, after it used', async () => {
    const world = await aSecondFactorWorld();
    const { seed, recoveryCodes } = await world.enrolled(bob);
    for (const code of [codeOf(seed, world.now()), recoveryCodes[0] as Secret]) {
      expect(await spendIn(world, { code, at: 'proved' })).toMatchObject({ signal: 'SIGKILL' });
      expect(await spendIn(world, { code, at: 'recorded' })).toMatchObject({ signal: 'SIGKILL' });
      expect((await refusalOf(spend(world, bob, code))).code).toMatch(/code_(used|wrong)/);
    }
    expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
  });

  test('after a wrong code gives no try back', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    for (let i = 0; i < 5; i += 1)
      expect(await spendIn(world, { code: wrongCode(seed, world.now()), at: 'proved' })).toMatchObject({
        signal: 'SIGKILL',
      });
    world.pass(MINUTE);
    expect(await refusalOf(spend(world, bob, codeOf(seed, world.now())))).toMatchObject({ code: 'code_locked' });
  });
});
