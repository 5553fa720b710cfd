import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { IncidentId } from '../../src/domain/ids.ts';
import { Refusal } from '../../src/errors.ts';
import { NOON } from '../support/builders.ts';
import {
  ALERT,
  aHookSecret,
  anHttpWorld,
  aSignedAlert,
  HOOK,
  type HttpWorld,
  type SignedAlert,
  send,
} from '../support/http-world.ts';
import { rawLedger } from '../support/ledger-file.ts';

const secondsAfter = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);

async function incidents({ ledger }: HttpWorld): Promise<string[]> {
  const lines = await ledger.read.audit({ limit: 1_000 });
  return lines.filter((line) => line.action === 'incident_opened').map((line) => line.subject);
}

async function startedBy(answer: Response): Promise<{ result: string; run: string; incident: string }> {
  return (await answer.json()) as { result: string; run: string; incident: string };
}

async function problemOf(answer: Response): Promise<{ status: number; code: string; text: string }> {
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { type, status } = JSON.parse(text);
  expect(status).toBe(answer.status);
  return { status: answer.status, code: type.replace('urn:rekey:', ''), text };
}

test('a signed alert opens an incident, and is answered when that is durable', async () => {
  const world = await anHttpWorld();
  const { key } = await world.issue({ expiresAt: NOON });
  const answer = await send(world, aSignedAlert({ ...ALERT, first_seen_at: '2027-03-10T11:55:00+00:00' }));

  expect(answer.status).toBe(202);
  const { result, run, incident } = await startedBy(answer);
  expect(result).toBe('started');
  expect(await world.ledger.read.incident(IncidentId.parse(incident))).toMatchObject({
    key: key.id,
    openedBy: `hook:${HOOK}`,
    startedAt: new Date('2027-03-10T11:55:00.000Z'),
    reportedAt: NOON,
  });
  expect((await world.ledger.read.openRunOfKey(key.id))?.id).toBe(run);
});

test('an incident never begins in the future, whatever the sender’s clock says', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const answer = await send(world, aSignedAlert({ ...ALERT, first_seen_at: '2031-01-01T00:00:00Z' }));
  const { incident } = await startedBy(answer);
  expect((await world.ledger.read.incident(IncidentId.parse(incident)))?.startedAt).toEqual(NOON);
});

test('the very same request again gets the same answer and opens nothing', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const request = aSignedAlert();
  const first = await send(world, request);
  const again = await Promise.all([send(world, request), send(world, request), send(world, request)]);

  const { run, incident } = await startedBy(first);
  for (const answer of again)
    expect([answer.status, await answer.json()]).toEqual([200, { result: 'repeated', run, incident }]);
  expect(await incidents(world)).toHaveLength(1);
});

test('twenty copies of one request at the same time open one incident', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const request = aSignedAlert();
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(world, request)));

  expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
  expect(new Set(await Promise.all(answers.map(async (answer) => (await startedBy(answer)).incident))).size).toBe(1);
  expect(await incidents(world)).toHaveLength(1);
});

test('another alert for the same key joins the incident that is open', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const first = await send(world, aSignedAlert());
  const second = await send(world, aSignedAlert({ ...ALERT, alert: 'auth_failures' }));

  const { incident } = await startedBy(first);
  expect([second.status, await second.json()]).toMatchObject([202, { result: 'joined', incident }]);
  expect(await world.ledger.read.alertsOfIncident(IncidentId.parse(incident))).toHaveLength(2);
});

test('refuses 500 requests in which one bit was turned, and leaves no trace of them in the ledger', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const genuine = aSignedAlert();
  const before = (await world.ledger.read.audit({ limit: 1_000 })).length;
  const turned = [
    ...Array.from({ length: genuine.body.length * 8 }, (_, bit) => ({ ...genuine, body: flipped(genuine.body, bit) })),
    ...flippedTexts(genuine.signature).map((signature) => ({ ...genuine, signature })),
    ...flippedTexts(genuine.timestamp).map((timestamp) => ({ ...genuine, timestamp })),
  ];
  const step = Math.floor(turned.length / 500);
  const chosen = turned.filter((_, index) => index % step === 0).slice(0, 500);
  expect(chosen).toHaveLength(500);

  for (const request of chosen) {
    const { status, code } = await problemOf(await send(world, request));
    expect([status, code]).toEqual([401, 'bad_signature']);
  }
  expect(await world.ledger.read.audit({ limit: 1_000 })).toHaveLength(before);
  expect((await send(world, genuine)).status).toBe(202);
});

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Each bit of a header's text turned, as far as a header can carry the result and does not trim it. */
function flippedTexts(text: string): string[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: bytes.length * 8 }, (_, bit) =>
    Buffer.from(flipped(bytes, bit)).toString('latin1'),
  ).filter((header) => /^[\x21-\x7e\xa1-\xff]+$/.test(header));
}

test.each<[string, Partial<SignedAlert>]>([
  ['an unsigned', { signature: '' }],
  ['another version of the', { signature: aSignedAlert().signature.replace('v1=', 'v0=') }],
  ['an upper-case spelling of the', { signature: aSignedAlert().signature.toUpperCase() }],
  ['a cut', { signature: aSignedAlert().signature.slice(0, -1) }],
  ['a timestamp that is no number in the', { timestamp: 'noon' }],
  ['a byte-order mark before the signed', { body: new Uint8Array([0xef, 0xbb, 0xbf, ...aSignedAlert().body]) }],
])('refuses %s request', async (_, forged) => {
  const world = await anHttpWorld();
  await world.issue();
  const answer = await send(world, { ...aSignedAlert(), ...forged });
  expect(answer.headers.get('www-authenticate')).toBe('Rekey-Signature');
  expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'bad_signature' });
  expect(await incidents(world)).toEqual([]);
});

test('a signature for one hook is worth nothing at another', async () => {
  const world = await anHttpWorld();
  aHookSecret(world.keysDir, 'other', 'the-secret-of-another-hook-0123456789');
  expect(await problemOf(await send(world, aSignedAlert(), 'other'))).toMatchObject({ code: 'bad_signature' });
});

test.each([
  [-301, 401],
  [-300, 202],
  [0, 202],
  [300, 202],
  [301, 401],
])('a request signed %i s away from our clock gets %i', async (seconds, status) => {
  const world = await anHttpWorld();
  await world.issue();
  const answer = await send(world, aSignedAlert(ALERT, secondsAfter(seconds)));
  expect(answer.status).toBe(status);
  if (status === 401) expect((await problemOf(answer)).code).toBe('stale_request');
});

test.each(['nobody', '..%2f..%2fmaster.key', 'UPPER', 'x'.repeat(100)])('there is no hook %s', async (name) => {
  const world = await anHttpWorld();
  const { status, code, text } = await problemOf(await send(world, aSignedAlert(), name));
  expect([status, code]).toEqual([404, 'unknown_hook']);
  expect(text).not.toContain(name);
});

test.each([
  ['says so beforehand', (bytes: Uint8Array) => bytes],
  ['says nothing', (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)]).stream()],
])('a body over 64 KiB that %s is not read', async (_, bodyOf) => {
  const world = await anHttpWorld();
  const large = aSignedAlert({ ...ALERT, details: { padding: 'x'.repeat(70_000) } });
  const answer = await fetch(`${world.url}/hooks/${HOOK}`, {
    method: 'POST',
    headers: { 'x-rekey-timestamp': large.timestamp, 'x-rekey-signature': large.signature },
    body: bodyOf(large.body),
    duplex: 'half',
  } as RequestInit);
  expect(await problemOf(answer)).toMatchObject({ status: 413, code: 'too_large' });
});

test.each<[string, object | string, string]>([
  ['no alert', { key: 'payments-prod' }, 'alert'],
  ['no key', { alert: 'key_expired_blocked' }, 'key'],
  ['a count that is no number', { ...ALERT, count: 'many' }, 'count'],
  ['a window of none', { ...ALERT, window_minutes: 0 }, 'window_minutes'],
  ['a time that is none', { ...ALERT, first_seen_at: 'yesterday' }, 'first_seen_at'],
  ['nested details', { ...ALERT, details: { a: { b: 1 } } }, 'details.a'],
])('a signed body with %s is refused by the name of the field', async (_, body, field) => {
  const world = await anHttpWorld();
  await world.issue();
  const { status, code, text } = await problemOf(await send(world, aSignedAlert(body as object)));
  expect([status, code]).toEqual([400, 'bad_body']);
  expect(text).toContain(`${field}: `);
  expect(await incidents(world)).toEqual([]);
});

test('an alert about a key that is not there is refused with what may have been meant, and that is on record', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const { status, code, text } = await problemOf(await send(world, aSignedAlert({ ...ALERT, key: 'payments-prd' })));

  expect([status, code]).toEqual([404, 'unknown_key']);
  expect(text).toContain('Did you mean payments-prod?');
  const [line] = await world.ledger.read.audit({ limit: 1 });
  expect(line).toMatchObject({ action: 'request_refused', actor: `hook:${HOOK}` });
});

test.each([
  ['as its key', (live: string) => ({ ...ALERT, key: live })],
  ['in a detail', (live: string) => ({ ...ALERT, details: { authorization: `Bearer ${live}` } })],
])('an alert with a live key %s is answered and recorded without it', async (_where, bodyOf) => {
  const world = await anHttpWorld();
  await world.issue();
  const live = `rekey_live_0123456789ABCDEF_${'0'.repeat(43)}`;
  const { status, code, text } = await problemOf(await send(world, aSignedAlert(bodyOf(live))));
  expect([status, code]).toEqual([422, 'secret_in_body']);
  const lines = await world.ledger.read.audit({ limit: 50 });
  expect(text + JSON.stringify(lines)).not.toContain(live);
  expect(await incidents(world)).toEqual([]);
});

test('an alert that the policy does not allow this hook is refused', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const { status, code, text } = await problemOf(await send(world, aSignedAlert({ ...ALERT, alert: 'key_leaked' })));
  expect([status, code]).toEqual([403, 'alert_not_allowed']);
  expect(text).toContain('It may raise: key_expired_blocked, auth_failures.');
});

test('a hook with a secret and without a line in the policy may raise nothing', async () => {
  const world = await anHttpWorld();
  await world.issue();
  aHookSecret(world.keysDir, 'unlisted', 'hook-secret-of-the-payments-api-0123456789');
  expect(await problemOf(await send(world, aSignedAlert(), 'unlisted'))).toMatchObject({
    status: 403,
    code: 'alert_not_allowed',
  });
});

test('too few failures for any runbook are refused in words that say so', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const few = aSignedAlert({ ...ALERT, alert: 'auth_failures', count: 2 });
  expect(await problemOf(await send(world, few))).toMatchObject({ status: 422, code: 'no_runbook' });
});

test.each<[string, (world: HttpWorld) => void, string]>([
  ['others can read the secret', ({ keysDir }) => chmodSync(join(keysDir, 'hooks', HOOK), 0o644), 'file_mode'],
  ['the secret is short', ({ keysDir }) => writeFileSync(join(keysDir, 'hooks', HOOK), 'short'), 'weak_hook_secret'],
  ['the policy is gone', ({ runbooksDir }) => rmSync(join(runbooksDir, 'policy.yaml')), 'policy_missing'],
  [
    'the policy is broken',
    ({ runbooksDir }) => writeFileSync(join(runbooksDir, 'policy.yaml'), 'people: ['),
    'policy_broken',
  ],
])('when %s, the sender learns an id and the log the reason', async (_, spoil, code) => {
  const world = await anHttpWorld();
  await world.issue();
  spoil(world);
  const answer = await send(world, aSignedAlert());

  expect(answer.headers.get('retry-after')).toBe('30');
  const { status, code: told, text } = await problemOf(answer);
  expect([status, told]).toEqual([503, 'not_set_up']);
  expect(text).not.toContain(world.keysDir);
  expect(text).not.toContain('policy');
  const [logged] = world.reported;
  expect(logged?.error).toMatchObject({ code });
  expect(text).toContain(logged?.id);
});

test('what was refused while the policy was away is taken when the sender repeats it', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const [file, aside] = [join(world.runbooksDir, 'policy.yaml'), join(world.runbooksDir, 'policy.away')];
  renameSync(file, aside);
  const request = aSignedAlert();
  expect((await send(world, request)).status).toBe(503);
  renameSync(aside, file);
  expect((await send(world, request)).status).toBe(202);
});

test('a ledger that is busy is nobody’s mistake: 503, and the same request works afterwards', async () => {
  const world = await anHttpWorld();
  await world.issue();
  const other = rawLedger(world.ledgerFile);
  other.exec('BEGIN IMMEDIATE');
  const request = aSignedAlert();
  const answer = await send(world, request);
  other.exec('ROLLBACK');

  expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'ledger' });
  expect(world.reported[0]?.error).toBeInstanceOf(Refusal);
  expect((await send(world, request)).status).toBe(202);
  expect(await incidents(world)).toHaveLength(1);
});
