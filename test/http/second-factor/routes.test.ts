import { expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { alice, bob, carol } from '../../support/builders.ts';
import { asking, codeOf, spend, wrongCode } from '../../support/second-factor-world.ts';
import { aSecondFactorServer } from './page-server.ts';

test('shows who it is for, the seed once, and makes it count with its first code', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  const seen = await world.post('peek', { token });
  expect(await seen.json()).toEqual({
    person: 'carol',
    invited_by: 'person:bob',
    expires_at: '2027-03-10T13:00:00.000Z',
    used: false,
  });
  const shown = (await (await world.post('reveal', { token })).json()) as { seed: string; uri: string; qr: string[] };
  const seed = new Secret(shown.seed.replaceAll(' ', ''));
  expect(shown.uri).toContain(`secret=${seed.reveal()}`);
  expect(shown.qr.length).toBeGreaterThan(25);
  for (const row of shown.qr) expect(row).toMatch(new RegExp(`^[01]{${shown.qr.length}}$`));
  const wrong = await world.post('confirm', { token, code: wrongCode(seed, world.now()).reveal() });
  expect([wrong.status, await world.ledger.read.secondFactorOf(carol)]).toEqual([422, null]);
  const right = await world.post('confirm', { token, code: codeOf(seed, world.now()).reveal() });
  expect((await right.json()) as object).toEqual({
    recovery_codes: Array(10).fill(expect.stringMatching(/^[\w-]{19}$/)),
  });
  world.pass(30_000);
  await spend(world, carol, codeOf(seed, world.now()));
});

test('hundreds of previews and scanners leave the link as it is', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  for (let i = 0; i < 50; i++)
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const path of ['', '/peek', '/reveal', '/confirm'])
        await fetch(`${world.url}/second-factor${path}?token=${token}`, { method, headers: { connection: 'close' } });
  expect(await (await world.post('peek', { token })).json()).toMatchObject({ used: false });
}, 60_000);

test('of twenty who press at once, one is shown a seed', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.post('reveal', { token })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 410 || status === 429)).toHaveLength(19);
  expect(await (await world.post('peek', { token })).json()).toMatchObject({});
});

test('a link ends after an hour, a confirmation a quarter of an hour after the seed was shown', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  world.passMinutes(59);
  const { seed } = (await (await world.post('reveal', { token })).json()) as { seed: string };
  world.passMinutes(1);
  const code = codeOf(new Secret(seed.replaceAll(' ', '')), world.now()).reveal();
  expect((await world.post('confirm', { token, code })).status).toBe(410);
  const other = await world.invited(carol);
  const shown = (await (await world.post('reveal', { token: other })).json()) as { seed: string };
  world.passMinutes(16);
  const late = codeOf(new Secret(shown.seed.replaceAll(' ', '')), world.now()).reveal();
  expect((await world.post('confirm', { token: other, code: late })).status).toBe(409);
  expect(await world.ledger.read.secondFactorOf(carol)).toBeNull();
});

test('a link neither confirms nor shows what was begun elsewhere', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  await world.post('reveal', { token });
  const { seed } = await world.factors.enrol(asking(carol));
  const answer = await world.post('confirm', { token, code: codeOf(seed, world.now()).reveal() });
  expect([answer.status, await world.ledger.read.secondFactorOf(carol)]).toEqual([409, null]);
});

test('a link for somebody who has an app by now shows nothing', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  await world.enrolled(carol);
  const answer = await world.post('reveal', { token });
  expect([answer.status, await answer.json()]).toMatchObject([409, { type: 'urn:rekey:already_enrolled' }]);
});

test('the team and the person are told of the link and of what came of it', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  const { seed } = (await (await world.post('reveal', { token })).json()) as { seed: string };
  await world.post('confirm', { token, code: codeOf(new Secret(seed.replaceAll(' ', '')), world.now()).reveal() });
  const sentences = (await world.ledger.read.alarmsSince(new Date(0))).map(({ sentence }) => sentence);
  expect(sentences.sort()).toEqual([
    expect.stringContaining('carol has set up an authenticator app with a link'),
    expect.stringContaining('person:bob made a link with which carol sets up'),
  ]);
  const told = (await world.ledger.outbox.due(world.now(), 50)).map(({ channel }) => channel);
  expect(told.sort()).toEqual(['person:carol', 'person:carol', 'team', 'team']);
});

test('only who may administer makes links, for people whom the policy knows and who have no app', async () => {
  const world = await aSecondFactorServer();
  const { factors } = world;
  await expect(factors.invite({ ...asking(alice), person: carol })).rejects.toMatchObject({ code: 'not_allowed' });
  await expect(factors.invite({ ...asking(bob), person: 'mallory' as never })).rejects.toMatchObject({
    code: 'unknown_person',
  });
  await world.enrolled(carol);
  await expect(world.invited(carol)).rejects.toMatchObject({ code: 'already_enrolled' });
});

test('neither token, seed nor code is in the ledger as it was shown', async () => {
  const world = await aSecondFactorServer();
  const token = await world.invited(carol);
  const { seed } = (await (await world.post('reveal', { token })).json()) as { seed: string };
  const plain = seed.replaceAll(' ', '');
  const code = codeOf(new Secret(plain), world.now()).reveal();
  const { recovery_codes } = (await (await world.post('confirm', { token, code })).json()) as {
    recovery_codes: string[];
  };
  const audit = JSON.stringify(await world.ledger.read.audit({ limit: 200 }));
  for (const secret of [token, plain, code, ...recovery_codes, ...recovery_codes.map((one) => one.replaceAll('-', ''))])
    expect(audit).not.toContain(secret);
  expect(world.asked.join('\n')).not.toContain(token);
  expect(world.reported).toEqual([]);
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test.each([
  ['nothing', ''],
  ['no token', '{}'],
  ['a token that is no text', '{"token":{"$ne":""}}'],
  ['a long one', JSON.stringify({ token: 'a'.repeat(500) })],
])('a body with %s is refused', async (_, body) => {
  const world = await aSecondFactorServer();
  for (const what of ['peek', 'reveal', 'confirm']) {
    const answer = await fetch(`${world.url}/second-factor/${what}`, { method: 'POST', body });
    expect(answer.status).toBe(400);
  }
});

test('who guesses links is slowed down', async () => {
  const world = await aSecondFactorServer();
  const answers: number[] = [];
  for (let i = 0; i < 25; i++) answers.push((await world.post('peek', { token: `rekey_invite_${i}` })).status);
  expect(new Set(answers)).toEqual(new Set([404, 429]));
  expect(answers.at(-1)).toBe(429);
});
