import { expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { bob, carol, MINUTE } from '../../support/builders.ts';
import { refusalOf } from '../../support/engine-world.ts';
import { aSecondFactorWorld, asking, codeOf, spend } from '../../support/second-factor-world.ts';

const inSlack = () => ({ ...asking(carol), channel: 'slack' as const });

test('asking for a link makes none: those who may make one are told, once an hour', async () => {
  const world = await aSecondFactorWorld();
  expect(await world.factors.askForLink(inSlack())).toEqual({ asked: [bob] });
  const lines = await world.ledger.read.audit({ limit: 20 });
  expect(lines.map(({ action }) => action)).toEqual(['alarm_raised', 'second_factor_wanted']);
  expect(await world.ledger.read.begunSecondFactorOf(carol)).toBeNull();
  world.pass(30 * MINUTE);
  expect(await refusalOf(world.factors.askForLink(inSlack()))).toMatchObject({ code: 'asked_already' });
  world.pass(31 * MINUTE);
  expect(await world.factors.askForLink(inSlack())).toEqual({ asked: [bob] });
});

test('whoever is the only one who may make links is told to use the terminal', async () => {
  const world = await aSecondFactorWorld({ may: { administer: ['carol'] } });
  expect(await refusalOf(world.factors.askForLink(inSlack()))).toMatchObject({ code: 'nobody_to_ask' });
});

/** Carol scanned what the page of bob's link showed, and gave the first code in Slack. */
async function confirmedInSlack() {
  const world = await aSecondFactorWorld();
  const { token } = await world.factors.invite({ ...asking(bob), person: carol });
  const { seed } = await world.factors.enrolInvited(token, asking(carol));
  await world.factors.confirmUnseen({ ...inSlack(), code: codeOf(seed, world.now()) });
  return { ...world, token, seed };
}

test('a first code given in Slack makes the app count, and makes no recovery code that nobody would see', async () => {
  const world = await confirmedInSlack();
  const factor = await world.ledger.read.secondFactorOf(carol);
  expect(factor).not.toBeNull();
  expect(await world.ledger.read.recoveryCodesOf(factor?.id ?? '')).toEqual([]);
});

test('the page then shows recovery codes for another code, and once', async () => {
  const world = await confirmedInSlack();
  const { factors, token, seed } = world;
  const page = (code: Secret) => factors.confirmInvited(token, { ...asking(carol), code });
  expect(await refusalOf(page(codeOf(seed, world.now())))).toMatchObject({ code: 'code_used' });
  world.pass(30_000);
  const { recoveryCodes } = await page(codeOf(seed, world.now()));
  expect(recoveryCodes).toHaveLength(10);
  await spend(world, carol, recoveryCodes[0] ?? new Secret(''));
  world.pass(30_000);
  expect(await refusalOf(page(codeOf(seed, world.now())))).toMatchObject({ code: 'nothing_begun' });
});

test('whoever has the link alone gets no recovery codes, and wrong codes count as tries', async () => {
  const { factors, token, ledger } = await confirmedInSlack();
  const guessed = factors.confirmInvited(token, { ...asking(bob), code: new Secret('000000') });
  expect((await refusalOf(guessed)).code).toMatch(/^code_/);
  expect((await ledger.read.codeTriesOf(carol)).failedAt).toHaveLength(1);
});
