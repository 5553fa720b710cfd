import { describe, expect, test } from 'vitest';
import { openDigests } from '../../../src/engine/digests/digests.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { aKey, alice, aPolicy, bob, carol, DAY, daysAfter, HOUR, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';

const may = { ...aPolicy().may, suspend: ['owner'], administer: ['group:security'] };
const dave = 'person:dave' as const;
const RULE = { automatic: false, warnDays: [30, 14, 7, 3, 1, 0] };

/** `payments-prod` of carol with five days left; alice and bob are on call, carol may suspend what is hers. */
async function aWorld(key: Partial<ReturnType<typeof aKey>> = {}) {
  const world = await aSchedulerWorld(NOON);
  world.setPolicy({ may });
  world.setRule(RULE);
  const issued = aKey({ activatedAt: NOON, expiresAt: daysAfter(NOON, 5), ...key });
  await recordEvents(world.ledger, [{ type: 'key_issued', key: issued }], { at: NOON });
  const { deps, rotations } = await world.open();
  return { ...world, digests: openDigests(deps), rotations, key: issued.id, read: world.ledger.read };
}

const actions = async (ledger: Ledger) => (await ledger.read.audit({ limit: 50 })).map(({ action }) => action);

describe('a claim', () => {
  test('is recorded with who, since when and until when, and stands in the history of the key', async () => {
    const { digests, key, read } = await aWorld();
    const claim = await digests.claim({ ...from(alice), key });
    expect(claim).toMatchObject({ by: alice, at: NOON, until: daysAfter(NOON, 2.5) });
    const [line] = await read.audit({ subject: `key:${key}`, limit: 1 });
    expect(line).toMatchObject({ action: 'digest_key_claimed', actor: 'person:alice', channel: 'slack' });
  });

  test('of somebody else is not taken away, and is named', async () => {
    const { digests, key } = await aWorld();
    await digests.claim({ ...from(alice), key });
    const refused = await refusalOf(digests.claim({ ...from(bob), key }));
    expect(refused).toMatchObject({
      code: 'already_claimed',
      message: expect.stringContaining('alice has claimed payments-prod v3'),
    });
  });

  test('that is pressed twice, or by two people at once, is one', async () => {
    const { digests, key, read, ledger } = await aWorld();
    const press = from(alice);
    const both = await Promise.allSettled([
      digests.claim({ ...press, key }),
      digests.claim({ ...press, key }),
      digests.claim({ ...from(alice), key }),
      digests.claim({ ...from(bob), key }),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    expect(await read.expiryClaimsOf(key)).toHaveLength(1);
    expect((await actions(ledger)).filter((action) => action === 'digest_key_claimed')).toHaveLength(1);
  });

  test('is for who may rotate the key, and the refusal is audited', async () => {
    const { digests, key, ledger } = await aWorld();
    const press = { ...from(alice), actor: dave };
    expect(await refusalOf(digests.claim({ ...press, key }))).toMatchObject({ code: 'not_allowed' });
    expect(await actions(ledger)).toContain('request_refused');
  });

  test('is not for what a rotation takes care of, nor for what is revoked', async () => {
    const { digests, key, rotations, ledger } = await aWorld();
    const planned = { mode: 'planned', graceHours: null, override: null, deliver: { to: 'registered' } } as const;
    await rotations.request({ ...from(alice), ...planned, key, reason: 'It expires.', notBefore: daysAfter(NOON, 2) });
    expect(await refusalOf(digests.claim({ ...from(bob), key }))).toMatchObject({ code: 'rotation_open' });
    await recordEvents(ledger, [{ type: 'key_revoked', key, replacedBy: null }]);
    expect(await refusalOf(digests.claim({ ...from(bob), key }))).toMatchObject({ code: 'key_over' });
  });

  test('is given back by the one who has it only, and then anybody can have it', async () => {
    const { digests, key } = await aWorld();
    expect(await refusalOf(digests.letGo({ ...from(alice), key }))).toMatchObject({ code: 'not_claimed' });
    await digests.claim({ ...from(alice), key });
    expect(await refusalOf(digests.letGo({ ...from(bob), key }))).toMatchObject({ code: 'not_your_claim' });
    await digests.letGo({ ...from(alice), key });
    expect(await digests.claim({ ...from(bob), key })).toMatchObject({ by: bob });
  });
});

describe('a snooze', () => {
  test('takes the key out of the digest until that morning', async () => {
    const { digests, key, pass } = await aWorld();
    expect((await digests.preview(alice)).items).toHaveLength(1);
    const until = await digests.snooze({ ...from(alice), key, days: 3 });
    expect(until.toISOString()).toBe('2027-03-12T23:00:00.000Z');
    expect((await digests.preview(alice)).items).toEqual([]);
    pass(until.getTime() - NOON.getTime());
    expect((await digests.preview(alice)).items).toHaveLength(1);
  });

  test('that would reach past the expiry less the lead time is refused with the latest date', async () => {
    const { digests, key, read } = await aWorld();
    const refused = await refusalOf(digests.snooze({ ...from(alice), key, days: 7 }));
    expect(refused).toMatchObject({
      code: 'snooze_too_long',
      message: expect.stringContaining('until 2027-03-14 12:00:00 UTC at the latest'),
    });
    expect(await read.expirySnooze(key)).toBeNull();
  });
});

describe('a key that is said to be unused', () => {
  const reason = 'The service that called with it is gone.';

  test('works until its owner agrees, and is suspended then; revoking it stays a step of its own', async () => {
    const { digests, key, read, ledger } = await aWorld();
    const { mark, sentence } = await digests.markUnused({ ...from(alice), key, reason });
    expect(sentence).toBe('carol is asked whether payments-prod v3 may go; until then it works as before.');
    expect(await read.key(key)).toMatchObject({ state: 'active' });
    expect((await ledger.outbox.due(NOON, 9)).map(({ surface, channel }) => [surface, channel])).toEqual([
      ['digest_unused', 'person:carol'],
    ]);
    expect(await refusalOf(digests.answerUnused(mark.id, { ...from(bob), confirmed: true }))).toMatchObject({
      code: 'not_asked',
    });
    const yes = await digests.answerUnused(mark.id, { ...from(carol), confirmed: true });
    expect(yes.sentence).toContain('is suspended: its callers are refused from now on');
    expect(await read.key(key)).toMatchObject({ state: 'suspended', revokedAt: null });
    expect((await digests.preview(alice)).items).toMatchObject([{ section: 'retire' }]);
  });

  test('stays as it is when its owner says that it is in use, and can be asked about again', async () => {
    const { digests, key, read } = await aWorld();
    const { mark } = await digests.markUnused({ ...from(alice), key, reason });
    await digests.answerUnused(mark.id, { ...from(carol), confirmed: false });
    expect(await read.key(key)).toMatchObject({ state: 'active' });
    expect(await refusalOf(digests.answerUnused(mark.id, { ...from(carol), confirmed: true }))).toMatchObject({
      code: 'already_answered',
    });
    await digests.markUnused({ ...from(alice), key, reason });
  });

  test('is let go of by who owns it when they answer, and no longer by who owned it when they were asked', async () => {
    const { digests, key, read, setPolicy } = await aWorld({ owner: 'group:security' });
    const { mark } = await digests.markUnused({ ...from(alice), key, reason });
    expect(mark.asked).toEqual(['bob', 'carol']);
    setPolicy({ may, groups: { ...aPolicy().groups, security: ['bob', 'alice'] } });
    expect(await refusalOf(digests.answerUnused(mark.id, { ...from(carol), confirmed: true }))).toMatchObject({
      code: 'not_asked',
      message: expect.stringContaining('Who is: bob.'),
    });
    await digests.answerUnused(mark.id, { ...from(alice), confirmed: true });
    expect(await read.key(key)).toMatchObject({ state: 'suspended' });
  });

  test('is agreed to by an owner who came later and says the same', async () => {
    const { digests, key, read, setPolicy } = await aWorld({ owner: 'group:security' });
    await digests.markUnused({ ...from(alice), key, reason });
    setPolicy({
      may,
      groups: { ...aPolicy().groups, security: ['dave'] },
      people: { ...aPolicy().people, dave: { slack: 'U0DAVE' } },
    });
    const said = await digests.markUnused({ ...from(alice), actor: dave, key, reason: 'Indeed.' });
    expect(said.mark).toMatchObject({ by: alice, answer: { confirmed: true, by: 'dave' } });
    expect(await read.key(key)).toMatchObject({ state: 'suspended' });
  });

  test('is not asked about twice at the same time', async () => {
    const { digests, key } = await aWorld();
    await digests.markUnused({ ...from(alice), key, reason });
    expect(await refusalOf(digests.markUnused({ ...from(bob), key, reason }))).toMatchObject({
      code: 'already_marked',
    });
  });

  test('is refused while somebody calls with it, also when the owner agrees meanwhile', async () => {
    const { digests, key, ledger } = await aWorld();
    const call = { key, caller: 'payments-worker', at: new Date(NOON.getTime() - HOUR), accepted: 3, rejected: 0 };
    const { mark } = await digests.markUnused({ ...from(alice), key, reason });
    await ledger.countUsage([call]);
    expect(await refusalOf(digests.answerUnused(mark.id, { ...from(carol), confirmed: true }))).toMatchObject({
      code: 'still_used',
      message: expect.stringContaining('payments-worker (3)'),
    });
  });

  test('is answered at once when its owner says so', async () => {
    const { digests, key, read, ledger } = await aWorld();
    const press = { ...from(carol), key, reason };
    const { mark } = await digests.markUnused(press);
    expect(mark).toMatchObject({ asked: [], answer: { confirmed: true, by: carol } });
    expect(await read.key(key)).toMatchObject({ state: 'suspended' });
    await digests.markUnused(press);
    expect((await actions(ledger)).filter((action) => action === 'key_suspended')).toHaveLength(1);
  });

  test('of another provider is not called suspended: nothing has happened there', async () => {
    const { digests, key, read } = await aWorld({ provider: 'stoa' });
    const { sentence } = await digests.markUnused({ ...from(carol), key, reason });
    expect(sentence).toContain('still works, because stoa verifies it');
    expect(await read.key(key)).toMatchObject({ state: 'active' });
  });

  test('that is the last admin key of a provider is not taken away', async () => {
    const { digests, key } = await aWorld({ administers: 'ledger' });
    expect(await refusalOf(digests.markUnused({ ...from(carol), key, reason }))).toMatchObject({
      code: 'last_admin_key',
    });
  });
});

describe('a digest that is asked for', () => {
  test('is seen by oneself without anything being written, and only the keys that one may read', async () => {
    const { digests, ledger } = await aWorld();
    const before = await ledger.read.auditHead();
    expect((await digests.preview(alice)).items).toHaveLength(1);
    expect((await digests.preview('dave' as typeof alice)).items).toEqual([]);
    expect(await ledger.read.auditHead()).toEqual(before);
  });

  test('is sent to everybody by who may administer, once for each time it is asked', async () => {
    const { digests, ledger } = await aWorld();
    expect(await refusalOf(digests.send(from(alice)))).toMatchObject({ code: 'not_allowed' });
    const press = from(bob);
    const [one, again] = [await digests.send(press), await digests.send(press)];
    expect(again.id).toBe(one.id);
    expect(await ledger.read.digests(9)).toHaveLength(1);
  });

  test('does not take the place of the one of the clock', async () => {
    const { digests, pass, setPolicy, open, read } = await aWorld();
    await digests.send(from(bob));
    setPolicy({ may, digest: aPolicy().digest });
    pass(DAY - 4 * HOUR);
    await (await open()).scheduler.tick();
    expect((await read.digests(9)).map(({ kind }) => kind)).toEqual(['daily', 'asked']);
  });
});
