import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Actor, KeyId, RunId } from '../../../src/domain/ids.ts';
import type { Origin } from '../../../src/engine/engine.ts';
import { linkFor } from '../../../src/engine/keys/claims.ts';
import { take } from '../../../src/engine/keys/take.ts';
import { Refusal } from '../../../src/errors.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { randomId } from '../../../src/random-id.ts';
import { Secret } from '../../../src/secret.ts';
import { aKey, aPolicy, aStep, daysAfter, minutesAfter, NOON } from '../../support/builders.ts';
import { aClaimsWorld, type ClaimsWorld } from '../../support/claims-world.ts';
import { BEGINNING, rawLedger, recordEvents } from '../../support/ledger-file.ts';
import { runChild } from '../../support/run-child.ts';

const as = (actor: Actor, token?: KeyId) =>
  ({
    actor,
    channel: 'cli',
    dedupe: { source: 'cli', id: randomId('req') },
    how: 'terminal',
    ...(token === undefined ? {} : { token }),
  }) as const satisfies Origin & { how: string };

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(() => 'nothing was refused').catch((thrown: unknown) => thrown);
  if (error instanceof Refusal) return error;
  throw error;
}

const lines = async (world: ClaimsWorld) =>
  (await world.ledger.read.audit({ limit: 1_000 })).map((line) => line.action);

test('hands the secret to whom it is offered, and from then on the key is active and the sealed copy gone (S1-06)', async () => {
  const world = await aClaimsWorld();
  const { claim, material, key } = await world.offer('person:carol');
  expect(await world.ledger.read.key(key.id)).toMatchObject({ state: 'pending' });
  const taken = await take(world.deps, { id: claim.id }, as('person:carol'));
  expect(taken.secret.reveal()).toBe(material);
  expect(taken.key).toEqual(await world.ledger.read.key(key.id));
  expect(taken.key).toMatchObject({ state: 'active', activatedAt: NOON });
  expect(taken.claim).toEqual(await world.ledger.read.claim(claim.id));
  expect(taken.claim).toMatchObject({ takenBy: 'person:carol', takenHow: 'terminal', refusals: 0 });
  expect(await world.ledger.read.secret(claim.secret)).toMatchObject({ envelope: null, destroyedAt: NOON });
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('refuses a second reveal, raises an alarm that says who was first and when, and counts it (S1-06)', async () => {
  const world = await aClaimsWorld();
  const { claim, token, key } = await world.offer('person:carol');
  await take(world.deps, { id: claim.id }, as('person:carol'));
  world.setNow(minutesAfter(NOON, 2));
  for (const which of [{ id: claim.id }, { token }]) {
    const { code, message } = await refusalOf(take(world.deps, which, as('person:carol')));
    expect(code).toBe('claim_taken');
    expect(message).toContain(`person:carol took the secret of ${key.slug} v1 at 2027-03-10T12:00:00.000Z (terminal)`);
    expect(message).toContain(`/rotate-key ${key.slug} leaked`);
  }
  const alarms = await world.ledger.read.alarmsSince(NOON);
  expect(alarms).toHaveLength(2);
  expect(alarms[0]).toMatchObject({ kind: 'second_reveal', key: key.id });
  expect(alarms[0]?.sentence).toMatch(
    /a second time; person:carol took it first, at 2027-03-10T12:00.*treat the key as exposed/,
  );
  expect(await world.ledger.read.claim(claim.id)).toMatchObject({ refusals: 2, takenAt: NOON });
  // A second try is still one when the offer is long over.
  world.setNow(daysAfter(NOON, 3));
  expect((await refusalOf(take(world.deps, { token }, as('system:claim-page')))).code).toBe('claim_taken');
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('of forty who try at once, by id and by link, exactly one gets the secret and the others raise alarms', async () => {
  const world = await aClaimsWorld();
  const { claim, token, material } = await world.offer('group:security');
  const link = await linkFor(world.deps, claim.id, as('person:bob'));
  const ways = [{ id: claim.id }, { token }, { id: link.claim.id }, { token: link.token }] as const;
  const tries = Array.from({ length: 40 }, (_, i) =>
    take(world.deps, ways[i % 4] ?? ways[0], as(i % 2 === 0 ? 'person:bob' : 'person:carol')),
  );
  const ends = await Promise.allSettled(tries);
  const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.secret.reveal()] : []));
  expect(won).toEqual([material]);
  expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))).toEqual(
    Array(39).fill('claim_taken'),
  );
  expect(await world.ledger.read.alarmsSince(new Date(0))).toHaveLength(39);
  expect((await lines(world)).filter((action) => action === 'claim_taken')).toHaveLength(1);
});

test('of two processes that take the same claims, each secret goes to exactly one', async () => {
  const world = await aClaimsWorld();
  const offers = [];
  for (let i = 0; i < 25; i++) offers.push(await world.offer('person:carol'));
  const args = [world.file, Buffer.from(world.masterKey.bytes).toString('hex'), ...offers.map(({ claim }) => claim.id)];
  const ends = await Promise.all([runChild('take-claims', args), runChild('take-claims', args)]);
  for (const end of ends) expect(end).toMatchObject({ code: 0, err: '' });
  const [one = [], other = []] = ends.map((end) => end.out.split('\n'));
  for (const [i, { material }] of offers.entries())
    expect([one[i], other[i]].sort()).toEqual(['claim_taken', material].sort());
}, 60_000);

test('a link that is taken takes the offer and every other link to the same secret with it', async () => {
  const world = await aClaimsWorld();
  const { claim, material } = await world.offer('person:carol');
  const [one, other] = [
    await linkFor(world.deps, claim.id, as('person:carol')),
    await linkFor(world.deps, claim.id, as('person:carol')),
  ];
  expect((await take(world.deps, { token: one.token }, as('system:claim-page'))).secret.reveal()).toBe(material);
  for (const which of [{ id: claim.id }, { token: other.token }])
    expect((await refusalOf(take(world.deps, which, as('person:carol')))).code).toBe('claim_taken');
});

test.each([
  ['its person', 'person:carol', 'person:carol'],
  ['a member of its group', 'group:security', 'person:bob'],
  ['the owner of the key', 'owner', 'person:carol'],
  ['who the key escalates to', 'escalation', 'person:alice'],
] as const)('an offer is taken by %s', async (_, recipient, actor) => {
  const world = await aClaimsWorld();
  const { claim, material } = await world.offer(recipient);
  expect((await take(world.deps, { id: claim.id }, as(actor))).secret.reveal()).toBe(material);
});

test.each([
  ['another person', 'person:carol', 'person:bob'],
  ['somebody outside of the group', 'group:security', 'person:alice'],
  ['who made the key for somebody else', 'person:carol', 'person:alice'],
  ['the owner, when it is for somebody else', 'person:bob', 'person:carol'],
  ['a hook, a schedule or the engine', 'person:carol', 'system:engine'],
  ['a stranger who is called like the recipient', 'group:security', 'person:group:security'],
  ['whoever policy.yaml does not know', 'person:mallory', 'person:mallory'],
] as const)('an offer is not taken by %s, who is told to whom it is offered', async (_, recipient, actor) => {
  const world = await aClaimsWorld();
  const { claim, key } = await world.offer(recipient);
  const { code, message } = await refusalOf(take(world.deps, { id: claim.id }, as(actor)));
  expect(code).toBe('not_the_recipient');
  expect(message).toContain(`offered to ${recipient}`);
  expect(await world.ledger.read.claim(claim.id)).toMatchObject({ takenAt: null });
  expect(await world.ledger.read.key(key.id)).toMatchObject({ state: 'pending' });
  const [line] = await world.ledger.read.audit({ limit: 1 });
  expect(line).toMatchObject({ action: 'request_refused', actor, subject: `claim ${claim.id}` });
});

test('who left the group since the offer was made does not get the secret any more', async () => {
  const world = await aClaimsWorld();
  const { claim } = await world.offer('group:security');
  world.setPolicy(aPolicy({ groups: { security: ['carol'], oncall: ['alice', 'bob'] } }));
  expect((await refusalOf(take(world.deps, { id: claim.id }, as('person:bob')))).code).toBe('not_the_recipient');
});

test('a program takes what is offered to its key while that key is live, and not after it was revoked', async () => {
  const world = await aClaimsWorld();
  const deployer = aKey({ id: KeyId.parse('key-deployer'), slug: 'ci-deployer', expiresAt: daysAfter(NOON, 9) });
  await recordEvents(world.ledger, [{ type: 'key_issued', key: deployer }]);
  const [first, second] = [await world.offer('token:ci-deployer'), await world.offer('token:ci-deployer')];
  const nameOnly = refusalOf(take(world.deps, { id: first.claim.id }, as('token:ci-deployer')));
  expect((await nameOnly).code).toBe('not_allowed');
  const taken = await take(world.deps, { id: first.claim.id }, as('token:ci-deployer', deployer.id));
  expect(taken.secret.reveal()).toBe(first.material);
  await recordEvents(world.ledger, [{ type: 'key_revoked', key: deployer.id, replacedBy: null }]);
  const dead = refusalOf(take(world.deps, { id: second.claim.id }, as('token:ci-deployer', deployer.id)));
  expect((await dead).code).toBe('not_allowed');
});

test('an offer that ended, or whose key is gone, hands nothing out and leaves the key as it is', async () => {
  const world = await aClaimsWorld();
  const [late, dead] = [await world.offer('person:carol'), await world.offer('person:carol')];
  await recordEvents(world.ledger, [{ type: 'key_revoked', key: dead.key.id, replacedBy: null }]);
  expect((await refusalOf(take(world.deps, { id: dead.claim.id }, as('person:carol')))).code).toBe('claim_over');
  world.setNow(minutesAfter(NOON, 15));
  const { code, message } = await refusalOf(take(world.deps, { token: late.token }, as('system:claim-page')));
  expect(code).toBe('claim_over');
  expect(message).toContain('ended at 2027-03-10T12:15:00.000Z');
  expect(await world.ledger.read.key(late.key.id)).toMatchObject({ state: 'pending' });
  expect(await world.ledger.read.alarmsSince(new Date(0))).toEqual([]);
});

test('a secret that does not open takes no claim: with the right master key it can still be taken', async () => {
  const world = await aClaimsWorld();
  const { claim, material } = await world.offer('person:carol');
  const wrong = { ...world.deps, vault: openVault({ id: 'bbbb2222', bytes: new Uint8Array(32).fill(7) }) };
  await expect(take(wrong, { id: claim.id }, as('person:carol'))).rejects.toThrow(/another master key/);
  expect(await world.ledger.read.claim(claim.id)).toMatchObject({ takenAt: null });
  expect((await take(world.deps, { id: claim.id }, as('person:carol'))).secret.reveal()).toBe(material);
});

test('a crash after the claim was recorded loses the reveal and nothing else: nobody has the key, and a second try says so', async () => {
  const world = await aClaimsWorld();
  const { claim, key } = await world.offer('person:carol');
  const dying = {
    ...world.deps,
    ledger: {
      ...world.ledger,
      record: (async (context, work) => {
        await world.ledger.record(context, work);
        throw new Error('killed after the commit');
      }) as typeof world.ledger.record,
    },
  };
  await expect(take(dying, { id: claim.id }, as('person:carol'))).rejects.toThrow('killed');
  expect(await world.ledger.read.key(key.id)).toMatchObject({ state: 'active', provedLiveAt: null });
  expect((await refusalOf(take(world.deps, { id: claim.id }, as('person:carol')))).code).toBe('claim_taken');
  await recordEvents(world.ledger, [{ type: 'key_revoked', key: key.id, replacedBy: null }]);
});

test('in a run the sealed copy stays for the proof, the key waits for the run, and the run is woken whichever link was taken', async () => {
  const world = await aClaimsWorld();
  const run = RunId.parse('run-1');
  const { claim, key, material } = await world.offer('person:carol', { run });
  const waiting = { kind: 'claim', id: claim.id, until: claim.expiresAt } as const;
  const record = aStep('deliver', { state: 'waiting', waiting, answered: false });
  await recordEvents(world.ledger, [...BEGINNING, { type: 'step_recorded', run, record }]);
  world.setNow(minutesAfter(NOON, 10));
  const link = await linkFor(world.deps, claim.id, as('person:carol'));
  expect(link.claim.expiresAt).toEqual(claim.expiresAt);
  expect((await take(world.deps, { token: link.token }, as('system:claim-page'))).secret.reveal()).toBe(material);
  expect(await world.ledger.read.key(key.id)).toMatchObject({ state: 'pending' });
  expect((await world.ledger.read.secret(claim.secret))?.envelope).not.toBeNull();
  expect((await world.ledger.read.run(run))?.steps.deliver).toMatchObject({ answered: true });
  expect(world.woken).toEqual([run]);
  const [line] = await world.ledger.read.audit({ run, limit: 1 });
  expect(line).toMatchObject({ action: 'claim_taken', incident: 'inc-1' });
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a run that has ended hands nothing out any more', async () => {
  const world = await aClaimsWorld();
  const run = RunId.parse('run-1');
  const { claim } = await world.offer('person:carol', { run });
  const ended = { type: 'run_finished', run, outcome: 'cancelled', why: 'not needed' } as const;
  await recordEvents(world.ledger, [...BEGINNING, ended]);
  expect((await refusalOf(take(world.deps, { id: claim.id }, as('person:carol')))).code).toBe('claim_over');
});

test('a wrong token or id is refused without a word of what there is, and fills no audit', async () => {
  const world = await aClaimsWorld();
  await world.offer('person:carol');
  const before = (await lines(world)).length;
  const { code, message } = await refusalOf(
    take(world.deps, { token: new Secret(`rekey_claim_${'A'.repeat(43)}`) }, as('system:claim-page')),
  );
  expect(code).toBe('unknown_claim');
  expect(message).not.toContain('AAAA');
  expect(await lines(world)).toHaveLength(before);
});

test('neither secret nor token is in any table, in the audit, in a refusal or in the raw file', async () => {
  const world = await aClaimsWorld();
  const { claim, token, material } = await world.offer('person:carol');
  const link = await linkFor(world.deps, claim.id, as('person:carol'));
  const said: unknown[] = [];
  const keep = (error: unknown) => void said.push(String(error), (error as Error).stack, JSON.stringify(error));
  await take(world.deps, { token: link.token }, as('person:bob')).catch(keep);
  for (const which of [{ token }, { id: claim.id }]) await take(world.deps, which, as('person:carol')).catch(keep);
  await take(world.deps, { id: claim.id }, as('person:bob')).catch(keep);
  expect(said).toHaveLength(9);
  const raw = rawLedger(world.file);
  const tables = raw.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[];
  const rows = tables.map((table) => JSON.stringify(raw.prepare(`select * from ${table}`).all()));
  const bytes = ['', '-wal'].map((end) => readFileSync(world.file + end, 'latin1'));
  const everything = [...rows, ...bytes, ...said].join('\n');
  expect(everything).toContain('second_reveal');
  for (const canary of [material, token.reveal(), link.token.reveal()])
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const)
      expect(everything).not.toContain(Buffer.from(canary).toString(encoding));
});
