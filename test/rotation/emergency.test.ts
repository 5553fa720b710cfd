import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bob, HOUR, MINUTE, NOON } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { aRotationWorld, type RotationProcess, sealedLeft, usable } from '../support/rotation-world.ts';

type RunOf = Awaited<ReturnType<RotationProcess['begin']>>;

/** The question of the security team, answered by bob. */
async function lookedInto(rekey: RotationProcess, id: RunOf) {
  const { integrity } = (await rekey.run(id)).steps;
  const ask = integrity?.state === 'waiting' && integrity.waiting.kind === 'ask' ? integrity.waiting.id : null;
  const found = ask === null ? null : await rekey.ledger.read.ask(ask);
  if (found === null) throw new Error('nobody was asked about the data');
  await rekey.engine.answer(found.token, { ...from(bob), person: bob, yes: true, evidence: 'nothing was read' });
  await rekey.queue.settle();
}

describe('an exploited key', () => {
  test('is revoked and proved dead before its replacement is made', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ mode: 'exploited', grace_minutes: 0 });
    const order = [
      'key_compromised',
      'key_revoked',
      'key_proved_dead',
      'key_issued',
      'key_activated',
      'key_proved_live',
    ];
    expect((await rekey.actions(id)).filter((action) => order.includes(action))).toEqual(order);
    expect(await rekey.key(3)).toMatchObject({
      compromisedAt: NOON,
      revokedAt: NOON,
      provedDeadAt: NOON,
      retiringAt: null,
    });
    expect(await rekey.verify(world.oldMaterial)).toBe('revoked');
    expect(await rekey.verify(world.atItsPlace() ?? '')).toBe('valid');
  });

  test('is proved dead with the very material that its caller had', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const provider = rekey.deps.providers.ledger;
    if (provider === undefined) throw new Error('no provider');
    const { probe } = provider;
    const tried: (string | null)[] = [];
    provider.probe = async (key, secret, signal) => {
      if (key.version === 3) tried.push(secret?.reveal() ?? null);
      return probe(key, secret, signal);
    };
    await rekey.begin({ mode: 'exploited', grace_minutes: 0 });
    expect(tried).toEqual([world.oldMaterial]);
  });

  test('gets its replacement also when nothing could prove its death in time, and is tried again afterwards', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const provider = rekey.deps.providers.ledger;
    if (provider === undefined) throw new Error('no provider');
    const { probe } = provider;
    const until = NOON.getTime() + 3 * MINUTE;
    provider.probe = async (key, secret, signal) => {
      if (key.version === 3 && world.now().getTime() < until)
        return { verdict: 'accepted', how: 'GET /ping → 200', at: NOON };
      return probe(key, secret, signal);
    };
    const id = await rekey.begin({ mode: 'exploited', grace_minutes: 0 });
    await rekey.play(id, ({ steps }) => steps.integrity?.state === 'waiting');
    expect(await rekey.states(id)).toMatchObject({ dead_first: 'failed', live: 'done', old_dead: 'done' });
    expect(await usable(world, rekey)).toEqual([4]);
  });

  test('keeps the last copy of its replacement while somebody has overwritten it at its place', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const file = rekey.deps.sinks.file;
    if (file === undefined) throw new Error('no sink');
    const { deliver } = file;
    file.deliver = async (...given) => {
      await deliver(...given);
      const [target] = given;
      // Another program writes the old one back.
      writeFileSync(target, `${world.oldMaterial}\n`, { mode: 0o600 });
    };
    const id = await rekey.begin({ mode: 'exploited', grace_minutes: 0 });
    await lookedInto(rekey, id);
    const fresh = await rekey.key(4);
    expect(await sealedLeft(rekey)).toEqual([`new_key of ${fresh.id}`]);
    expect(await rekey.ledger.read.lastAlarm(fresh.id, 'rotation_stuck')).toMatchObject({
      sentence: expect.stringMatching(/payments-prod v4 is in use, but file .* does not hold it/),
    });
  });

  test('closes its incident when everybody was told and somebody has looked at the data', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ mode: 'exploited', grace_minutes: 0 });
    await lookedInto(rekey, id);
    const run = await rekey.run(id);
    expect(run.outcome).toBe('succeeded');
    const incident = run.incident === null ? null : await rekey.ledger.read.incident(run.incident);
    expect(await rekey.ledger.read.rotationsOf('payments-prod', 9)).toMatchObject([{ state: 'completed', run: id }]);
    expect(incident).toMatchObject({ openPoints: [], containedAt: NOON, recoveredAt: NOON, closedAt: NOON });
    expect(await sealedLeft(rekey)).toEqual([]);
  });
});

test.each(['suspected', 'extended'])(
  'a key that is %s keeps its callers for the grace, and is marked as compromised then',
  async (mode) => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin({ mode, grace_minutes: 60 });
    expect(await usable(world, rekey)).toEqual([4, 3]);
    await rekey.play(id, ({ steps }) => steps.integrity?.state === 'waiting');
    expect(world.now()).toEqual(new Date(NOON.getTime() + HOUR));
    expect(await rekey.key(3)).toMatchObject({ state: 'revoked', compromisedAt: world.now() });
    await lookedInto(rekey, id);
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded' });
  },
);
