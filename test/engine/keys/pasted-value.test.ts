import { expect, test } from 'vitest';
import type { KeyChange } from '../../../src/domain/event.ts';
import {
  aKeysWorld,
  anActiveKey,
  because,
  expectWhole,
  generating,
  importing,
  refusedWithoutTrace,
} from './keys-world.ts';

// No pattern knows it for a secret.
const PASSWORD = 'Tr0ub4dor&3-prod-db-password';
const WITH_A_WORD = `${PASSWORD} (old)`;

const PASTED: [string, KeyChange][] = [
  ['secret reference', { secretRef: PASSWORD }],
  ['runbook', { runbook: WITH_A_WORD }],
  ['sink', { delivery: { sink: PASSWORD, target: '/run/secrets/payments' } }],
  ['place', { delivery: { sink: 'file', target: PASSWORD.repeat(40) } }],
  ['probe URL', { probeUrl: PASSWORD }],
  ['owner', { owner: PASSWORD }],
  ['service', { service: PASSWORD }],
];

test.each(PASTED)('a value that is pasted as %s is refused without being repeated or kept', async (_, pasted) => {
  const world = await aKeysWorld();
  await anActiveKey(world);
  const told = [
    () => world.keys.change({ ...because('payments-prod'), change: pasted }),
    () => world.keys.import(importing({ slug: 'other', ...pasted })),
    () => world.keys.generate(generating({ slug: 'other', ...pasted })),
  ];
  for (const ask of told) expect((await refusedWithoutTrace(world, ask)).message).not.toContain(PASSWORD);
  await expectWhole(world, [PASSWORD]);
});

test('a value that is pasted as scope or as file to deliver to is refused without being repeated or kept', async () => {
  const world = await aKeysWorld();
  for (const pasted of [
    { scopes: [WITH_A_WORD] },
    { scopes: [PASSWORD, PASSWORD] },
    { delivery: { sink: 'file', target: PASSWORD } },
  ]) {
    const refusal = await refusedWithoutTrace(world, () => world.keys.generate(generating(pasted)));
    expect(refusal.message).not.toContain(PASSWORD);
  }
  await expectWhole(world, [PASSWORD]);
});
