import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openStepUp } from '../../../src/engine/second-factor/step-up.ts';
import { Secret } from '../../../src/secret.ts';
import { alice, bob, MINUTE } from '../../support/builders.ts';
import { refusalOf } from '../../support/engine-world.ts';
import { anOpenLedger } from '../../support/ledger-file.ts';
import { aSecondFactorWorld, codeOf, spend, wrongCode } from '../../support/second-factor-world.ts';

const STEP = 30_000;
const alarmsIn = async ({ ledger }: Awaited<ReturnType<typeof aSecondFactorWorld>>) =>
  (await ledger.read.alarmsSince(new Date(0))).filter(({ kind }) => kind === 'second_factor_locked');

describe('which codes are taken', () => {
  test.each([
    [-2, 'code_wrong'],
    [-1, null],
    [0, null],
    [1, null],
    [2, 'code_wrong'],
  ])('the code of %d steps from now', async (steps, refused) => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    world.pass(5 * STEP);
    const spending = spend(world, bob, codeOf(seed, world.now(), steps));
    if (refused === null) expect(await spending).toHaveLength(1);
    else expect(await refusalOf(spending)).toMatchObject({ code: refused });
  });

  test('each is good once, and so is every one before it', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    world.pass(5 * STEP);
    await spend(world, bob, codeOf(seed, world.now()));
    for (const steps of [0, -1]) {
      const again = await refusalOf(spend(world, bob, codeOf(seed, world.now(), steps)));
      expect(again).toMatchObject({ code: 'code_used', message: expect.stringMatching(/at most \d+ s/) });
    }
    expect(await world.ledger.read.codeTriesOf(bob)).toMatchObject({ failedAt: [] });
    await spend(world, bob, codeOf(seed, world.now(), 1));
  });

  test('the one that confirmed the app decides nothing', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    expect(await refusalOf(spend(world, bob, codeOf(seed, world.now(), -1)))).toMatchObject({ code: 'code_used' });
  });

  test('a clock that is set back makes no used code good', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    world.pass(20 * STEP);
    await spend(world, bob, codeOf(seed, world.now()));
    world.pass(-5 * STEP);
    expect(await refusalOf(spend(world, bob, codeOf(seed, world.now())))).toMatchObject({ code: 'code_used' });
  });

  test('the code of somebody else is not', async () => {
    const world = await aSecondFactorWorld();
    await world.enrolled(bob);
    const { seed } = await world.enrolled(alice);
    expect(await refusalOf(spend(world, bob, codeOf(seed, world.now())))).toMatchObject({ code: 'code_wrong' });
  });

  test('a code that is not spent is not used up', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const code = codeOf(seed, world.now());
    const given = { at: world.now(), actor: 'person:bob', channel: 'slack', what: 'apr-1' } as const;
    await world.stepUp.prove(bob, code, given);
    await spend(world, bob, code);
  });
});

describe('what a wrong code says', () => {
  test('how many tries are left, and what time it is here', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const refused = await refusalOf(spend(world, bob, wrongCode(seed, world.now())));
    expect(refused.message).toContain('4 tries are left');
    expect(refused.message).toContain(`${world.now().toISOString().slice(0, 19).replace('T', ' ')} UTC`);
  });

  test('by how much the clock of the phone is behind', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    world.pass(60 * MINUTE);
    const refused = await refusalOf(spend(world, bob, codeOf(seed, world.now(), -10)));
    expect(refused.message).toMatch(/It was your code 5 min ago/);
  });

  test('nothing of a code that is still to come, which a guesser could wait for', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const wrong = await refusalOf(spend(world, bob, wrongCode(seed, world.now())));
    const ahead = await refusalOf(spend(world, bob, codeOf(seed, world.now(), 10)));
    expect(ahead.message.replace('3 tries', '4 tries')).toBe(wrong.message);
  });

  test('what is no code costs no try', async () => {
    const world = await aSecondFactorWorld();
    await world.enrolled(bob);
    for (const text of ['', '12345', 'payments-prod', '1234567'])
      expect(await refusalOf(spend(world, bob, new Secret(text)))).toMatchObject({ code: 'code_malformed' });
    expect(await world.ledger.read.codeTriesOf(bob)).toMatchObject({ failedAt: [] });
  });
});

describe('too many wrong codes', () => {
  const guess = async (world: Awaited<ReturnType<typeof aSecondFactorWorld>>, seed: Secret, times: number) => {
    const codes: string[] = [];
    for (let i = 0; i < times; i += 1)
      codes.push((await refusalOf(spend(world, bob, wrongCode(seed, world.now())))).code);
    return codes;
  };

  test('lock, also for a right one and a recovery code, and say until when', async () => {
    const world = await aSecondFactorWorld();
    const { seed, recoveryCodes } = await world.enrolled(bob);
    expect(await guess(world, seed, 5)).toEqual([...Array(4).fill('code_wrong'), 'code_locked']);
    world.pass(14 * MINUTE);
    for (const code of [codeOf(seed, world.now()), recoveryCodes[0] as Secret])
      expect(await refusalOf(spend(world, bob, code))).toMatchObject({
        code: 'code_locked',
        message: expect.stringContaining('not even a right one'),
      });
    world.pass(MINUTE);
    await spend(world, bob, codeOf(seed, world.now()));
  });

  test('alarm the team and the person, once a lock', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    await guess(world, seed, 8);
    const alarms = await alarmsIn(world);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.sentence).toContain('under the name of bob');
    const due = await world.ledger.outbox.due(world.now(), 100);
    const to = due.filter(({ subject }) => subject === alarms[0]?.id).map(({ channel }) => channel);
    expect(to.sort()).toEqual(['person:bob', 'team']);
  });

  test('lock twice as long each time, until a right code was given', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    for (const minutes of [15, 30, 60]) {
      await guess(world, seed, 5);
      world.pass(minutes * MINUTE - 1_000);
      expect(await guess(world, seed, 1)).toEqual(['code_locked']);
      world.pass(1_000);
    }
    await spend(world, bob, codeOf(seed, world.now()));
    await guess(world, seed, 5);
    world.pass(15 * MINUTE);
    await spend(world, bob, codeOf(seed, world.now()));
  });

  test('are counted across a restart', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    await guess(world, seed, 4);
    await world.ledger.close();
    const ledger = await anOpenLedger(world.file, world.now);
    const later = { ...world, ledger, stepUp: openStepUp(world.depsOn(ledger)) };
    expect(await guess(later, seed, 1)).toEqual(['code_locked']);
  });

  test('do not lock anybody else', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const hers = await world.enrolled(alice);
    await guess(world, seed, 5);
    await spend(world, alice, codeOf(hers.seed, world.now()));
  });

  test('of many at the same moment no more are looked at than there are tries', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const other = await anOpenLedger(world.file, world.now);
    const there = { ...world, ledger: other, stepUp: openStepUp(world.depsOn(other)) };
    const wrong = wrongCode(seed, world.now());
    const codes = await Promise.all(
      Array.from({ length: 30 }, (_, i) => refusalOf(spend(i % 2 === 0 ? world : there, bob, wrong))),
    );
    expect(codes.filter(({ code }) => code === 'code_wrong')).toHaveLength(4);
    expect(codes.filter(({ code }) => code === 'code_locked')).toHaveLength(26);
    expect(await alarmsIn(world)).toHaveLength(1);
  });

  test('a right one that was looked at before a lock is not taken after it', async () => {
    const world = await aSecondFactorWorld();
    const { seed } = await world.enrolled(bob);
    const given = { at: world.now(), actor: 'person:bob', channel: 'slack', what: 'apr-1' } as const;
    const { events } = await world.stepUp.prove(bob, codeOf(seed, world.now()), given);
    await guess(world, seed, 5);
    const late = world.ledger.record(given, async () => ({ events, result: undefined }));
    expect(await refusalOf(late)).toMatchObject({ code: 'code_locked' });
  });
});

describe('recovery codes', () => {
  test('stand in for the app, each once, say how many are left, and tell the person', async () => {
    const world = await aSecondFactorWorld();
    const { recoveryCodes } = await world.enrolled(bob);
    const [first, second] = recoveryCodes as [Secret, Secret];
    expect(recoveryCodes).toHaveLength(10);
    const events = await spend(world, bob, first);
    expect(events).toMatchObject([
      { type: 'recovery_code_used', left: 9 },
      { type: 'alarm_raised', alarm: { sentence: expect.stringContaining('9 are left'), tell: [bob] } },
    ]);
    expect(await refusalOf(spend(world, bob, first))).toMatchObject({ code: 'code_wrong' });
    expect(await spend(world, bob, new Secret(second.reveal().toUpperCase().replaceAll('-', ' ')))).toMatchObject([
      { left: 8 },
      {},
    ]);
  });

  test('of somebody else are wrong, and count as tries', async () => {
    const world = await aSecondFactorWorld();
    await world.enrolled(bob);
    const { recoveryCodes } = await world.enrolled(alice);
    expect(await refusalOf(spend(world, bob, recoveryCodes[0] as Secret))).toMatchObject({ code: 'code_wrong' });
    expect((await world.ledger.read.codeTriesOf(bob)).failedAt).toHaveLength(1);
  });
});

test('of whatever is tried when, at most one code is accepted for each time step', async () => {
  const world = await aSecondFactorWorld();
  const { seed } = await world.enrolled(bob);
  const other = await anOpenLedger(world.file, world.now);
  const there = { ...world, ledger: other, stepUp: openStepUp(world.depsOn(other)) };
  const accepted: number[] = [];
  const tries = fc.array(
    fc.record({
      passMs: fc.integer({ min: -45_000, max: 90_000 }),
      steps: fc.integer({ min: -2, max: 2 }),
      twice: fc.boolean(),
    }),
    { minLength: 5, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(tries, async (all) => {
      for (const { passMs, steps, twice } of all) {
        world.pass(passMs);
        const code = codeOf(seed, world.now(), steps);
        const spent = await Promise.allSettled([spend(world, bob, code), ...(twice ? [spend(there, bob, code)] : [])]);
        for (const one of spent) {
          if (one.status === 'rejected') expect(one.reason).toMatchObject({ name: 'Refusal' });
          else for (const event of one.value) if ('step' in event) accepted.push(Number(event.step));
        }
      }
      expect(new Set(accepted).size).toBe(accepted.length);
      // Time only goes on in a phone: what is accepted later is always a later code.
      expect(accepted).toEqual([...accepted].sort((a, b) => a - b));
    }),
    { numRuns: 25 },
  );
  expect(accepted.length).toBeGreaterThan(5);
});
