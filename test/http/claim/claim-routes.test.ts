import { expect, test } from 'vitest';
import { newClaimToken } from '../../../src/providers/claim-token.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { minutesAfter, NOON } from '../../support/builders.ts';
import { aClaimServer } from './claim-server.ts';

test('shows who and what to whoever has the link, and the secret only when it is asked for', async () => {
  const world = await aClaimServer();
  const { token, key, material } = await world.offer('person:carol');
  const seen = await world.post('peek', token.reveal());
  expect(await seen.json()).toEqual({
    key: `${key.slug} v1`,
    service: 'payments',
    environment: 'production',
    recipient: 'person:carol',
    offered_by: 'person:alice',
    expires_at: '2027-03-10T12:15:00.000Z',
    taken: null,
  });
  const revealed = await world.post('reveal', token.reveal());
  expect(revealed.status).toBe(200);
  expect(await revealed.json()).toEqual({ key: `${key.slug} v1`, secret: material });
});

test('hundreds of previews, scanners and HEAD requests leave the secret where it is', async () => {
  const world = await aClaimServer();
  const { token, claim } = await world.offer('person:carol');
  for (let i = 0; i < 100; i++)
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const path of ['claim', 'claim/peek', 'claim/reveal'])
        await fetch(`${world.url}/${path}?token=${token.reveal()}`, { method, headers: { connection: 'close' } });
  expect((await world.post('peek', token.reveal())).status).toBe(200);
  expect(await world.ledger.read.claim(claim.id)).toMatchObject({ takenAt: null, refusals: 0 });
}, 60_000);

test('a second reveal is gone for good, names the first one and alarms the team', async () => {
  const world = await aClaimServer();
  const { token, key } = await world.offer('person:carol');
  await world.post('reveal', token.reveal());
  const second = await world.post('reveal', token.reveal());
  expect(second.status).toBe(410);
  expect(await second.json()).toMatchObject({
    type: 'urn:rekey:claim_taken',
    title: expect.stringContaining('system:one-time-page took the secret'),
  });
  expect(await world.ledger.read.alarmsSince(new Date(0))).toMatchObject([{ kind: 'second_reveal', key: key.id }]);
  expect(await (await world.post('peek', token.reveal())).json()).toMatchObject({
    taken: { at: NOON.toISOString(), how: 'page' },
  });
});

test('of twenty who press at once, one gets the secret', async () => {
  const world = await aClaimServer();
  const { token, material } = await world.offer('person:carol');
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.post('reveal', token.reveal())));
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(texts.filter((text) => text.includes(material))).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('an offer that is over and a link that is none are refused with a sentence', async () => {
  const world = await aClaimServer();
  const { token } = await world.offer('person:carol');
  world.setNow(minutesAfter(NOON, 15));
  for (const what of ['peek', 'reveal'] as const) {
    expect((await world.post(what, token.reveal())).status).toBe(410);
    expect((await world.post(what, newClaimToken().reveal())).status).toBe(404);
  }
});

test.each([
  ['nothing', ''],
  ['no JSON', 'token=abc'],
  ['no token', '{}'],
  ['a token that is no text', '{"token":{"$ne":""}}'],
  ['a long one', JSON.stringify({ token: 'a'.repeat(500) })],
])('a body with %s is refused', async (_, body) => {
  const world = await aClaimServer();
  const answer = await fetch(`${world.url}/claim/reveal`, { method: 'POST', body });
  expect(answer.status).toBe(400);
});

test('a large body is not read', async () => {
  const world = await aClaimServer();
  const answer = await fetch(`${world.url}/claim/peek`, { method: 'POST', body: 'x'.repeat(1025) });
  expect(answer.status).toBe(413);
});

test('who guesses is slowed down by address, and keeps nobody there from a good link', async () => {
  const world = await aClaimServer();
  const { token } = await world.offer('person:carol');
  const statuses: number[] = [];
  for (let i = 0; i < 30; i++)
    statuses.push((await world.post(i % 2 === 0 ? 'peek' : 'reveal', newClaimToken().reveal())).status);
  expect(statuses).toEqual([...Array(20).fill(404), ...Array(10).fill(429)]);
  const refused = await world.post('peek', newClaimToken().reveal());
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await world.post('reveal', token.reveal())).status).toBe(200);
});

test('who presses a used link again and again raises a few alarms and no more', async () => {
  const world = await aClaimServer();
  const { token } = await world.offer('person:carol');
  await world.post('reveal', token.reveal());
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await world.post('reveal', token.reveal())).status);
  expect(statuses).toEqual([...Array(5).fill(410), ...Array(7).fill(429)]);
  expect(await world.ledger.read.alarmsSince(new Date(0))).toHaveLength(5);
});

test('every answer forbids keeping, framing, foreign scripts and telling other sites', async () => {
  const world = await aClaimServer();
  const { token } = await world.offer('person:carol');
  const get = (path: string) => fetch(`${world.url}${path}`);
  const answers = [
    ...(await Promise.all(
      ['', '/page.js', '/page.css', '/countdown.js', '/icon.svg'].map((path) => get(`/claim${path}`)),
    )),
    await world.post('peek', token.reveal()),
    await world.post('reveal', token.reveal()),
    await world.post('reveal', token.reveal()),
    await world.post('peek', 'nothing'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200, 410, 404]);
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('a fault of ours says nothing of the secret, not to the visitor and not to the log', async () => {
  const world = await aClaimServer();
  const { token, material } = await world.offer('person:carol');
  world.deps.vault = openVault({ id: 'bbbb2222', bytes: new Uint8Array(32).fill(7) });
  const answer = await world.post('reveal', token.reveal());
  expect(answer.status).toBe(500);
  const said = (await answer.text()) + world.reported.map((error) => (error as Error).stack).join('\n');
  for (const canary of [material, token.reveal()]) expect(said).not.toContain(canary);
});
