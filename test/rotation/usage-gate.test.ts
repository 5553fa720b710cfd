import { describe, expect, test } from 'vitest';
import type { Notice } from '../../src/domain/incident.ts';
import { toldBy } from '../../src/domain/timeline.ts';
import { HOUR, MINUTE, NOON } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, waitsIn } from '../support/rotation-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);

/** A rotation whose grace has just ended, with these calls in its last hour. */
async function atTheGate(calls: Record<'old' | 'fresh', number>, { rejected = false } = {}) {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const id = await rekey.begin({ grace_minutes: 120 });
  world.pass(119 * MINUTE);
  await rekey.calls(3, 'billing', rejected ? { rejected: calls.old } : { accepted: calls.old });
  await rekey.calls(4, 'payments-worker', { accepted: calls.fresh });
  world.pass(MINUTE);
  await rekey.engine.advance(id);
  return { world, rekey, id };
}

async function heldLines(rekey: RotationProcess) {
  const old = await rekey.key(3);
  const lines = await rekey.ledger.read.audit({ subject: `key:${old.id}`, limit: 100 });
  return lines.flatMap((line) => {
    const told = toldBy(line);
    return told.type === 'usage_gate_held' ? [told] : [];
  });
}

describe('the usage gate', () => {
  test('holds the revoking while callers still use the old key, and names them', async () => {
    const { rekey, id } = await atTheGate({ old: 2, fresh: 98 });
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
    expect(await rekey.key(3)).toMatchObject({ state: 'retiring', revokedAt: null });
    expect(await heldLines(rekey)).toEqual([
      expect.objectContaining({ share: 0.02, callers: [{ caller: 'billing', calls: 2 }] }),
    ]);
    expect(await rekey.rotation(id)).toMatchObject({ state: 'usage_gate' });
  });

  test('counts calls that are refused already: somebody still has the key', async () => {
    const { rekey, id } = await atTheGate({ old: 5, fresh: 95 }, { rejected: true });
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  });

  test.each([
    ['less than one call in a hundred comes with the old key', { old: 1, fresh: 199 }],
    ['nobody calls at all', { old: 0, fresh: 0 }],
  ])('opens when %s', async (_when, calls) => {
    const { rekey, id } = await atTheGate(calls);
    expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded', finishedAt: later(2 * HOUR) });
    expect((await rekey.run(id)).steps.gate).toMatchObject({ outputs: { waived: false } });
  });

  test('holds at exactly one in a hundred', async () => {
    const { rekey, id } = await atTheGate({ old: 1, fresh: 99 });
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  });

  test('looks again every 15 minutes, and opens when the last caller has moved over', async () => {
    const { rekey, id, world } = await atTheGate({ old: 2, fresh: 98 });
    expect((await rekey.run(id)).steps.gate).toMatchObject({ waiting: { until: later(135 * MINUTE) } });
    world.pass(30 * MINUTE);
    await rekey.calls(4, 'payments-worker', { accepted: 9 });
    const run = await rekey.play(id);
    expect(run.outcome).toBe('succeeded');
    // The last call with the old key was in minute 119; an hour later it counts no more.
    expect(world.now()).toEqual(later(180 * MINUTE));
    expect(await rekey.key(3)).toMatchObject({ state: 'revoked', revokedAt: later(180 * MINUTE) });
  });

  test('goes on record once for each change of who calls, and not at every look', async () => {
    const { rekey, id, world } = await atTheGate({ old: 2, fresh: 98 });
    for (const caller of ['billing', 'billing', 'reports']) {
      world.pass(14 * MINUTE);
      await rekey.calls(3, caller, { rejected: 3 });
      world.pass(MINUTE);
      await rekey.engine.advance(id);
    }
    expect((await heldLines(rekey)).map(({ callers }) => callers.map(({ caller }) => caller).sort())).toEqual([
      ['billing', 'reports'],
      ['billing'],
    ]);
  });

  test('opens at once when somebody waives it, and keeps who said so and why', async () => {
    const { rekey, id } = await atTheGate({ old: 50, fresh: 50 });
    const old = await rekey.key(3);
    const waiver = {
      type: 'usage_gate_waived',
      key: old.id,
      reason: 'billing is being shut down',
      by: 'person:bob',
    } as const;
    await recordEvents(rekey.ledger, [waiver], { at: later(121 * MINUTE), actor: 'person:bob' });
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.gate).toMatchObject({
      outputs: { waived: true, waived_by: 'person:bob', why: 'billing is being shut down', callers: ['billing'] },
    });
    expect(await rekey.key(3)).toMatchObject({ state: 'revoked' });
  });

  test('finds what somebody waived behind hundreds of later changes of the key', async () => {
    const { rekey, id } = await atTheGate({ old: 50, fresh: 50 });
    const old = await rekey.key(3);
    const waiver = { type: 'usage_gate_waived', key: old.id, reason: 'it goes', by: 'person:bob' } as const;
    const proof = { type: 'key_proved_live', key: old.id, probes: 1, how: 'accepted' } as const;
    await recordEvents(rekey.ledger, [waiver, ...Array(450).fill(proof)], { at: later(121 * MINUTE) });
    await rekey.engine.advance(id);
    expect(await rekey.key(3)).toMatchObject({ state: 'revoked' });
  });

  test('is not opened by what somebody waived in an earlier rotation of the same key', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const old = await rekey.key(3);
    const waiver = { type: 'usage_gate_waived', key: old.id, reason: 'last year', by: 'person:bob' } as const;
    await recordEvents(rekey.ledger, [waiver], { at: later(-HOUR), actor: 'person:bob' });
    const id = await rekey.begin({ grace_minutes: 60 });
    world.pass(HOUR);
    await rekey.calls(3, 'billing', { rejected: 5 });
    await rekey.engine.advance(id);
    expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  });

  test('passes a key that somebody revoked by hand meanwhile', async () => {
    const { rekey, id } = await atTheGate({ old: 50, fresh: 50 });
    const old = await rekey.key(3);
    await recordEvents(rekey.ledger, [{ type: 'key_revoked', key: old.id, replacedBy: null }], { actor: 'person:bob' });
    expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('an hour in which nobody was counted is no evidence', () => {
  /** In a grace of a day, with 500 calls of the old key at its beginning. */
  async function inUse() {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin();
    await rekey.calls(3, 'billing', { accepted: 500 });
    return { world, rekey, id };
  }
  type InUse = Awaited<ReturnType<typeof inUse>>;

  async function jumped() {
    const all = await inUse();
    all.world.pass(26 * HOUR);
    await all.rekey.engine.advance(all.id);
    return all;
  }

  async function looksFor({ world, rekey, id }: InUse, minutes: number, step = 15) {
    for (let passed = 0; passed < minutes; passed += step) {
      world.pass(step * MINUTE);
      await rekey.engine.advance(id);
    }
    return (await rekey.key(3)).state;
  }

  test('a clock that jumps over the end of the grace revokes no key that was called with in it', async () => {
    const { rekey } = await jumped();
    expect(await rekey.key(3)).toMatchObject({ state: 'retiring', revokedAt: null });
    expect(await heldLines(rekey)).toEqual([
      expect.objectContaining({ silent: true, share: 1, callers: [{ caller: 'billing', calls: 500 }] }),
    ]);
  });

  test('its callers keep holding the gate as soon as they are counted again', async () => {
    const all = await jumped();
    all.world.pass(5 * MINUTE);
    await all.rekey.calls(3, 'billing', { rejected: 1 });
    expect(await looksFor(all, 55)).toBe('retiring');
    // And nothing is counted again for hours: the silence from before says nothing about this one.
    all.world.pass(9 * HOUR);
    await all.rekey.engine.advance(all.id);
    expect(await looksFor(all, 45)).toBe('retiring');
    expect((await heldLines(all.rekey)).map(({ silent }) => silent)).toEqual([true, undefined, true]);
    expect(await looksFor(all, 15)).toBe('revoked');
  });

  test('the gate opens when it stays silent for an hour, and was on record once', async () => {
    const all = await jumped();
    expect(await looksFor(all, 45)).toBe('retiring');
    expect(await looksFor(all, 15)).toBe('revoked');
    expect(await heldLines(all.rekey)).toHaveLength(1);
  });

  test('the gate opens when the new key is called and the old one is not', async () => {
    const all = await jumped();
    all.world.pass(5 * MINUTE);
    await all.rekey.calls(4, 'payments-worker', { accepted: 50 });
    expect(await looksFor(all, 10, 10)).toBe('revoked');
  });

  test('the first calls after a jump say nothing yet about who calls less often', async () => {
    const all = await inUse();
    await all.rekey.calls(4, 'payments-worker', { accepted: 500 });
    all.world.pass(26 * HOUR);
    await all.rekey.calls(4, 'payments-worker', { accepted: 1 });
    await all.rekey.engine.advance(all.id);
    expect(await all.rekey.key(3)).toMatchObject({ state: 'retiring' });
    all.world.pass(10 * MINUTE);
    await all.rekey.calls(3, 'billing', { rejected: 3 });
    expect(await looksFor(all, 30)).toBe('retiring');
  });

  test('a restart and small steps of the clock come to the same', async () => {
    const steps = await inUse();
    expect(await looksFor(steps, 24 * 60)).toBe('retiring');
    const again = { ...steps, rekey: await steps.world.open() };
    expect(await looksFor(again, 45)).toBe('retiring');
    expect(await looksFor(again, 15)).toBe('revoked');
    expect(await heldLines(again.rekey)).toEqual([expect.objectContaining({ silent: true, share: 1 })]);
  });

  test('somebody may waive it, under their name', async () => {
    const { rekey, id } = await jumped();
    const { id: key } = await rekey.key(3);
    const waiver = { type: 'usage_gate_waived', key, reason: 'billing is gone', by: 'person:bob' } as const;
    await recordEvents(rekey.ledger, [waiver], { at: later(26 * HOUR), actor: 'person:bob' });
    await rekey.engine.advance(id);
    expect(await rekey.key(3)).toMatchObject({ state: 'revoked' });
  });
});

describe('nobody is surprised by a revocation', () => {
  const inOrder = (notices: readonly Notice[]) =>
    [...notices].reverse().map(({ template, recipient, createdAt }) => [template, recipient, createdAt] as const);

  async function noticesAfter(minutes: number, during?: (rekey: RotationProcess) => Promise<void>) {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const old = await rekey.key(3);
    const id = await rekey.begin({ grace_minutes: minutes });
    await during?.(rekey);
    await rekey.play(id);
    return {
      world,
      rekey,
      notices: (await rekey.ledger.read.noticesOfKey(old.id)).filter(({ template }) => template.startsWith('grace')),
    };
  }

  test('its owner hears of it at the beginning, a day and an hour before the end and when it is over, each once (S3-19) (S3-16)', async () => {
    const { notices } = await noticesAfter(72 * 60);
    expect(inOrder(notices)).toEqual([
      ['grace-began', 'person:carol', NOON],
      ['grace-24h', 'person:carol', later(48 * HOUR)],
      ['grace-1h', 'person:carol', later(71 * HOUR)],
      ['grace-over', 'person:carol', later(72 * HOUR)],
    ]);
    expect(notices.at(-1)?.facts).toEqual({
      whichKey: expect.stringMatching(
        /^payments-prod v3 of payments in production \(fingerprint [0-9a-f]{12}\) is being replaced by payments-prod v4\. Both are accepted until 2027-03-13 12:00:00 UTC, and only the new one after it\. Nobody was seen/,
      ),
      replacementAvailable: expect.stringContaining('payments-prod v4 is available since 2027-03-10 12:00:00 UTC'),
      dataIntegrity: 'No data integrity risk: this is a planned replacement.',
    });
  });

  test('whoever still calls is named, and told as well (S3-19)', async () => {
    const { notices } = await noticesAfter(180, async (rekey) => rekey.calls(3, 'billing', { accepted: 41 }));
    const hourBefore = notices.filter(({ template }) => template === 'grace-1h');
    expect(hourBefore.map(({ recipient }) => recipient).sort()).toEqual(['caller:billing', 'person:carol']);
    expect(hourBefore[0]?.facts.whichKey).toContain('Still calling with the old one: billing (41 calls).');
  });

  test('an end that was moved is announced anew', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const old = await rekey.key(3);
    const id = await rekey.begin({ grace_minutes: 240 });
    await rekey.play(id, () => world.now() >= later(3 * HOUR));
    await rekey.engine.advance(id);
    const extension = {
      type: 'key_grace_extended',
      key: old.id,
      graceEndsAt: later(6 * HOUR),
      reason: 'later',
    } as const;
    await recordEvents(rekey.ledger, [extension], { at: world.now() });
    await rekey.play(id);
    const told = (await rekey.ledger.read.noticesOfKey(old.id)).filter(({ template }) => template === 'grace-1h');
    expect(told.map(({ createdAt }) => createdAt)).toEqual([later(5 * HOUR), later(3 * HOUR)]);
  });

  test('after a stop over several of them, only how it stands now is told', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const old = await rekey.key(3);
    const id = await rekey.begin({ grace_minutes: 72 * 60 });
    world.pass(80 * HOUR);
    await rekey.play(id);
    const told = (await rekey.ledger.read.noticesOfKey(old.id)).map(({ template }) => template);
    expect(told.filter((template) => template.startsWith('grace'))).toEqual(['grace-over', 'grace-began']);
  });
});
