import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isUsable, verdictOn } from '../../../src/providers/verify-key.ts';
import { NOON } from '../../support/builders.ts';
import { runChild } from '../../support/run-child.ts';
import { aKeysWorld, expectWhole, generating } from './keys-world.ts';

test.each([
  ['started', 'pending'],
  ['effect', 'pending'],
  ['outcome', 'active'],
])(
  'a process that is killed at "%s" leaves the key %s, and the same request to another process ends it',
  async (at, state) => {
    const world = await aKeysWorld();
    const target = join(world.place, 'payments');
    const request = generating({ delivery: { sink: 'file', target } });
    const args = [world.file, world.place, JSON.stringify(world.secrets), JSON.stringify(request)];
    const child = await runChild('generate-key', args, { FAULT_AT: `${at}:generate` });
    expect([child.signal, child.err]).toEqual(['SIGKILL', '']);
    const left = await world.ledger.read.keyBySlug('payments-prod');
    expect(left?.state).toBe(state);
    expect(isUsable(verdictOn(left, NOON))).toBe(state === 'active');
    const { key } = await world.keys.generate(request);
    expect(key).toMatchObject({ id: left?.id, state: 'active', version: 1 });
    expect(world.deps.pepper.digestOf(readFileSync(target, 'utf8').trimEnd())).toBe(key.digest);
    expect((await world.actions()).filter((action) => action === 'secret_delivered')).toHaveLength(1);
    await expectWhole(world);
  },
);
