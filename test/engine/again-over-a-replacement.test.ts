import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId } from '../../src/domain/ids.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { aKey, bob, HOUR } from '../support/builders.ts';
import { anEngineWorld, from, refusalOf } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { aRotationWorld, type RotationProcess, usable } from '../support/rotation-world.ts';

const because = (reason = 'the disk is back') => ({ ...from(bob), reason });

/** Its sink refuses, so that a rotation fails at the delivery. */
function breakSink({ deps }: RotationProcess): () => void {
  const { file } = deps.sinks;
  if (file === undefined) throw new Error('there is no file sink');
  const sinks = deps.sinks as Record<string, typeof file>;
  sinks.file = {
    ...file,
    deliver: async () => {
      throw new PermanentFailure('the disk is read-only');
    },
  };
  return () => {
    sinks.file = file;
  };
}

async function failedRotation() {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const repair = breakSink(rekey);
  const one = await rekey.begin({ mode: 'suspected', grace_minutes: 60 });
  repair();
  expect((await rekey.run(one)).outcome).toBe('failed');
  return { world, rekey, one };
}

describe('a failed run whose key another run has replaced meanwhile', () => {
  async function replaced() {
    const all = await failedRotation();
    const two = await all.rekey.begin({ grace_minutes: 60 });
    await all.rekey.play(two);
    expect((await all.rekey.run(two)).outcome).toBe('succeeded');
    all.world.pass(30 * 24 * HOUR);
    return { ...all, two };
  }

  test('is not done again over the replacement: it is named, and works on', async () => {
    const { world, rekey, one, two } = await replaced();
    const [place, versions] = [world.atItsPlace(), await usable(world, rekey)];
    const { code, message } = await refusalOf(rekey.engine.rerun(one, 'mint', because()));
    expect([code, message]).toEqual(['key_replaced', expect.stringContaining(two)]);
    expect(message).toContain('rekey keys rotate payments-prod');
    await rekey.queue.settle();
    expect((await rekey.run(one)).outcome).toBe('failed');
    expect([world.atItsPlace(), await usable(world, rekey)]).toEqual([place, versions]);
    expect(place === null ? null : await rekey.verify(place)).toBe('valid');
  });
});

test('a failed rotation of which nobody has replaced the key mints again', async () => {
  const { world, rekey, one } = await failedRotation();
  world.pass(HOUR);
  await rekey.engine.rerun(one, 'mint', because());
  await rekey.queue.settle();
  await rekey.play(one);
  expect((await rekey.run(one)).steps).toMatchObject({
    mint: { state: 'done', generation: 2 },
    deliver: { state: 'done' },
  });
});

describe('a failed run', () => {
  const next = aKey({
    id: KeyId.parse('key-next'),
    version: aKey().version + 1,
    predecessor: aKey().id,
    state: 'pending',
    activatedAt: null,
    externalRef: 'ref-next',
    digest: 'e'.repeat(64),
  });
  const replacing: LedgerEvent[] = [
    { type: 'key_issued', key: next },
    { type: 'key_activated', key: next.id },
  ];
  const asked = aPlannedStep('asked', {
    uses: 'ask',
    effect: 'reads',
    resolve: () => ({ question: 'Redeployed?', assignee: 'alice', evidence: 'none' }),
  });

  /** `b` fails at its first token. */
  async function failed(events: LedgerEvent[]) {
    const world = await anEngineWorld(aPlan([[aPlannedStep('a')], [aPlannedStep('b')]]));
    world.outside.results.set('a', () => ({ kind: 'done', outputs: {}, events }));
    world.outside.results.set('b', ({ step: { token } }) =>
      token.endsWith('.1') ? { kind: 'failed', error: 'no', events: [] } : { kind: 'done', outputs: {}, events: [] },
    );
    const rekey = await world.open();
    const id = await rekey.begin();
    expect((await rekey.run(id)).outcome).toBe('failed');
    return { world, rekey, id };
  }

  test.each(['retry', 'rerun', 'skip'] as const)(
    'does not go on by %s after people have replaced its key',
    async (verb) => {
      const { rekey, id } = await failed([]);
      await recordEvents(rekey.ledger, replacing);
      const { code, message } = await refusalOf(rekey.engine[verb](id, 'b', because()));
      expect([code, message]).toEqual(['key_replaced', expect.stringContaining('payments-prod')]);
      expect((await rekey.run(id)).outcome).toBe('failed');
    },
  );

  test('goes on over the replacement that it has made itself', async () => {
    const { rekey, id } = await failed(replacing);
    expect((await rekey.ledger.read.key(aKey().id))?.supersededAt).not.toBeNull();
    await rekey.engine.retry(id, 'b', because());
    await rekey.queue.settle();
    expect((await rekey.run(id)).outcome).toBe('succeeded');
  });

  test('waits for the one that works on the next version of its key', async () => {
    const { world, rekey, id } = await failed([]);
    await recordEvents(rekey.ledger, replacing);
    world.setPlan({ ...aPlan([[asked]]), hash: 'f'.repeat(64) });
    const other = await rekey.begin();
    expect((await rekey.run(other)).key).toBe(next.id);
    const { code, message } = await refusalOf(rekey.engine.retry(id, 'b', because()));
    expect([code, message]).toEqual(['key_taken', expect.stringContaining(other)]);
  });
});
