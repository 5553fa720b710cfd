import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../support/cli-people.ts';

const EXPLOITED = ['--mode', 'exploited', '--because', 'token in a public gist', '--yes'];

test('a key is made, offered once, taken into a private file, and verified (S2-02, S2-16)', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  const made = await rekey([
    'keys',
    'generate',
    'api-key',
    'payments-prod',
    ...PRODUCTION_FACTS,
    '--expiry-days',
    '30',
  ]);
  expect(made).toMatchObject({ code: 0, err: '' });
  const offer = /rekey keys claim (clm-\S+)/.exec(made.out)?.[1] ?? '';

  const blind = await rekey(['keys', 'claim', offer]);
  expect(blind).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Nothing was taken.') });
  const file = join(folder, 'payments.key');
  expect(await rekey(['keys', 'claim', offer, '--out', file])).toMatchObject({ code: 0 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const value = readFileSync(file, 'utf8');
  expect(made.out).not.toContain(value);
  expect(await rekey(['keys', 'verify'], { input: value })).toMatchObject({ code: 0 });

  const again = await rekey(['keys', 'claim', offer, '--out', join(folder, 'second')]);
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('it is handed out once') });
  expect(existsSync(join(folder, 'second'))).toBe(false);
  const alarms = await rekey(['alarms', '--json']);
  expect(alarms.code).toBe(1);
  expect(JSON.parse(alarms.out)).toMatchObject([{ kind: 'second_reveal' }]);
});

test('a JWT says what it was given and can be verified like any key (S2-03)', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  const staging = ['--service', 'auth', '--env', 'staging'];
  expect(await rekey(['keys', 'generate', 'signing-key', 'auth-signer', ...staging])).toMatchObject({ code: 0 });
  const asked = ['keys', 'generate', 'jwt', 'auth-token', ...staging, '--claim', 'role=admin', '--claim', 'level=3'];
  expect(await rekey(asked)).toMatchObject({ code: 0 });
  const file = join(folder, 'jwt');
  await rekey(['keys', 'claim', 'auth-token', '--out', file]);
  const [, payload = ''] = readFileSync(file, 'utf8').split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ role: 'admin', level: 3 });
  expect(await rekey(['keys', 'verify'], { input: readFileSync(file, 'utf8') })).toMatchObject({ code: 0 });
  const refused = await rekey(['keys', 'generate', 'api-key', 'x', ...staging, '--claim', 'role=admin']);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('Only a JWT says something') });
});

test('a JWT whose signing key was revoked is revoked at every door (S2-03)', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  const staging = ['--service', 'auth', '--env', 'staging'];
  for (const made of [
    ['signing-key', 'auth-signer'],
    ['jwt', 'auth-token'],
  ])
    expect(await rekey(['keys', 'generate', ...made, ...staging])).toMatchObject({ code: 0 });
  const file = join(folder, 'jwt');
  await rekey(['keys', 'claim', 'auth-token', '--out', file]);
  const input = readFileSync(file, 'utf8');
  expect(await rekey(['keys', 'verify'], { input })).toMatchObject({ code: 0 });
  expect(await rekey(['keys', 'revoke', 'auth-signer', '--because', 'leaked', '--yes'])).toMatchObject({ code: 0 });
  const told = await rekey(['keys', 'verify'], { input });
  expect(told).toMatchObject({ code: 1, out: expect.stringMatching(/^revoked: auth-token v1/) });
});

test('an exploited key is replaced on two terminals without Slack and without serve, and the evidence holds', async () => {
  const { rekey, folder, become } = anInstallationOf('bob');
  const place = join(folder, 'payments.secret');
  const env = { REKEY_FILE_SINK_ROOTS: folder };
  const made = ['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS, '--deliver', `file:${place}`];
  expect(await rekey(made, { env })).toMatchObject({ code: 0, err: '' });
  const old = readFileSync(place, 'utf8');

  become('alice');
  const asked = await rekey(['keys', 'rotate', 'payments-prod', ...EXPLOITED], { env });
  expect(asked.out).toContain('no way back    at once: the old key is revoked first');
  expect(asked.out).toMatch(/waits for an approval of bob, until .*: rekey keys approve payments-prod/);
  const own = await rekey(['keys', 'approve', 'payments-prod', '--yes'], { env });
  expect(own).toMatchObject({ code: 2, err: expect.stringContaining('You asked for this yourself') });

  become('carol');
  const keeper = await rekey(['keys', 'approve', 'payments-prod', '--yes'], { env });
  expect(keeper).toMatchObject({ code: 2, err: expect.stringContaining('whoever keeps it does not decide about it') });

  become('bob');
  // The policy is another one now, so that what was asked under the old one is asked anew.
  await rekey(['keys', 'approve', 'payments-prod', '--yes', '--because', 'seen the gist'], { env });
  const approved = await rekey(['keys', 'approve', 'payments-prod', '--yes', '--because', 'seen the gist'], { env });
  expect(approved.err).toContain('because: token in a public gist');
  expect(approved.out).toContain('waits for an answer of bob, carol');
  const answered = await rekey(['keys', 'answer', 'payments-prod', '--evidence', 'nothing in the access log'], { env });
  expect(answered.out).toContain('Done: the old key of payments-prod is revoked and was seen rejected.');
  expect(readFileSync(place, 'utf8')).not.toBe(old);
  expect((await rekey(['keys', 'verify'], { input: old })).out).toMatch(/^revoked: payments-prod v1/);
  expect((await rekey(['keys', 'verify'], { input: readFileSync(place, 'utf8') })).out).toMatch(
    /^valid: payments-prod v2/,
  );
  const rotation = JSON.parse((await rekey(['keys', 'rotation', 'payments-prod', '--json'])).out);
  expect(rotation).toMatchObject({ state: 'completed', status: 'completed', requested_by: 'person:alice' });

  const evidence = join(folder, 'evidence.html');
  expect(await rekey(['keys', 'evidence', 'payments-prod', '--out', evidence])).toMatchObject({ code: 0 });
  const page = readFileSync(evidence, 'utf8');
  for (const said of ['person:alice', 'bob', 'seen the gist', 'token in a public gist', 'M5'])
    expect(page).toContain(said);
  for (const secret of [old, readFileSync(place, 'utf8')]) expect(page).not.toContain(secret);
  const elsewhere = { env: { REKEY_DATA_DIR: join(folder, 'nowhere') } };
  const held = await rekey(['audit', 'verify', '--bundle', evidence], elsewhere);
  expect(held).toMatchObject({ code: 0, out: expect.stringContaining('The evidence holds.') });
  writeFileSync(evidence, page.replace('seen the gist', 'seen the list'));
  const changed = await rekey(['audit', 'verify', '--bundle', evidence], elsewhere);
  expect(changed).toMatchObject({ code: 1, out: expect.stringContaining('✗ ') });
}, 60_000);

test('a planned rotation shows what it touches, leaves both keys accepted, and can be taken back (S1-20)', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  const place = join(folder, 'payments.secret');
  const env = { REKEY_FILE_SINK_ROOTS: folder };
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS, '--deliver', `file:${place}`], {
    env,
  });
  const old = readFileSync(place, 'utf8');

  const preview = await rekey(['keys', 'rotate', 'payments-prod', '--grace', 'partner', '--dry-run', '--json'], {
    env,
  });
  expect(JSON.parse(preview.out)).toMatchObject({ callers: [], graceMs: 72 * 3_600_000, deliveredTo: place });
  const unconfirmed = await rekey(['keys', 'rotate', 'payments-prod', '--because', '90 days'], { env });
  expect(unconfirmed).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was done: say --yes') });
  expect(await rekey(['keys', 'rotation', 'payments-prod'])).toMatchObject({ code: 2 });

  const asked = ['keys', 'rotate', 'payments-prod', '--because', '90 days', '--grace', '2h', '--yes', '--json'];
  const begun = await rekey(asked, { env });
  expect(JSON.parse(begun.out)).toMatchObject({ status: 'grace_period', grace_period_hours: 2, mode: 'planned' });
  for (const [value, word] of [
    [old, 'retiring'],
    [readFileSync(place, 'utf8'), 'valid'],
  ] as const)
    expect(await rekey(['keys', 'verify'], { input: value })).toMatchObject({
      code: 0,
      out: expect.stringContaining(word),
    });

  const taken = await rekey(['keys', 'cancel', 'payments-prod', '--because', 'no deploy today', '--yes'], { env });
  expect(taken.out).toContain('rolled_back');
  expect(readFileSync(place, 'utf8')).toBe(old);
  expect(await rekey(['keys', 'verify'], { input: old })).toMatchObject({
    code: 0,
    out: expect.stringContaining('valid'),
  });
  const { out } = await rekey(['keys', 'history', 'payments-prod']);
  expect(out).toMatch(/rot-\S+ +planned +rolled_back +person:bob/);
  expect(out).toContain('90 days');
}, 60_000);

test('whoever asks for a rotation reads what was added to the reason, as everybody who decides does', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  await rekey(['keys', 'claim', 'payments-prod', '--out', 'k']);
  const why = ['--because', 'quarterly', '--override', 'announced in May'];
  const asked = await rekey(['keys', 'rotate', 'payments-prod', '--to', 'claim', ...why, '--yes']);
  expect(asked.out).toContain('quarterly (rules set aside: announced in May)');
});

test('a rotation for later waits on the calendar (S1-23, S3-01)', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  await rekey(['keys', 'claim', 'payments-prod', '--out', 'k']);
  const at = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  const asked = ['keys', 'rotate', 'payments-prod', '--to', 'claim', '--at', at, '--because', 'quarterly', '--yes'];
  expect((await rekey(asked)).out).toContain(`is on the calendar for ${at}`);
  const bad = await rekey(['keys', 'rotate', 'payments-prod', '--at', '2027-02-30', '--because', 'x', '--yes']);
  expect(bad).toMatchObject({ code: 2, err: expect.stringContaining('Expected a time such as 2027-05-20') });
});

test('a key is suspended, reinstated, changed, given more time and revoked, each with a reason and a name (S2-08)', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS, '--expiry-days', '30']);
  await rekey(['keys', 'claim', 'payments-prod', '--out', 'k']);
  const on = (verb: string, ...more: string[]) =>
    rekey(['keys', verb, 'payments-prod', '--because', `for ${verb}`, ...more]);
  expect((await on('suspend')).out).toContain('is suspended');
  expect((await on('reinstate')).out).toContain('is active again');
  expect((await on('change', '--owner', 'bob', '--secret-ref', 'op://prod/payments/key')).out).toContain('is changed');
  const later = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  expect((await on('extend-expiry', '--to', later, '--approved-by', 'carol')).out).toContain(`expires ${later}`);
  expect(await on('revoke')).toMatchObject({ code: 2, err: expect.stringContaining('is final') });
  expect((await on('revoke', '--yes')).out).toContain('is revoked');
  const { out } = await rekey(['keys', 'history', 'payments-prod']);
  for (const verb of ['suspend', 'reinstate', 'change', 'extend-expiry', 'revoke'])
    expect(out).toContain(`for ${verb}`);
}, 60_000);

test('who asks is the account that the kernel names: nobody else is believed, and nothing is left behind', async () => {
  const { rekey, ledgerFile } = anInstallationOf(null);
  const { code, err } = await rekey(['keys', 'generate', 'api-key', 'x', '--service', 's', '--env', 'staging'], {
    env: { USER: 'bob', SUDO_USER: 'bob', LOGNAME: 'bob' },
  });
  expect(code).toBe(2);
  expect(err).toMatch(/^Rekey does not know the account \S+ of this machine\. Add `unix: /);
  expect(existsSync(ledgerFile)).toBe(false);
});

test('who may not is told who may, and the refusal is on record', async () => {
  const { rekey, issue } = anInstallationOf('alice');
  await issue({});
  const { code, err } = await rekey(['keys', 'suspend', 'payments-prod', '--because', 'why not']);
  expect([code, err]).toEqual([2, 'alice may not suspend this key. Who may: bob, carol.\n']);
});

test.each([
  [['generate', 'api-key', 'x'], '--service is missing, and there is no terminal to ask on.'],
  [['suspend', 'payments-prod'], '--because is missing'],
  [['generate', 'apikey', 'x'], 'Allowed choices are api-key, jwt, signing-key.'],
  [['rotate', 'payments-prod', '--grace', '24'], 'Expected a unit: 24h, 90m, 3d.'],
  [['rotate', 'payment-prod', '--because', 'x'], 'Did you mean payments-prod?'],
  [['extend', 'payments-prod', '--hours', 'soon'], 'Expected a span of time such as 90m, 24h, 7d or 2w.'],
  [['audit', '--within', 'long'], 'Expected a span of time'],
  [['export', '--values'], 'keeps keyed digests and no values'],
])('rekey keys %j says what is missing or wrong', async (args, sentence) => {
  const { rekey, issue } = anInstallationOf('bob');
  await issue({});
  const { code, out, err } = await rekey(['keys', ...args]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
});

test('a value that is sealed to an age key is opened by that key and nobody else', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const wrong = await rekey(['keys', 'claim', 'payments-prod', '--age', 'age1nobody', '--out', 'x']);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Expected an age recipient') });
  execFileSync('age-keygen', ['-o', join(folder, 'identity')], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', join(folder, 'identity')], { encoding: 'utf8' }).trim();
  const sealed = await rekey(['keys', 'claim', 'payments-prod', '--age', recipient]);
  expect(sealed.out).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----/);
  const value = execFileSync('age', ['-d', '-i', join(folder, 'identity')], { input: sealed.out, encoding: 'utf8' });
  expect(await rekey(['keys', 'verify'], { input: value })).toMatchObject({ code: 0 });
});

test('a file that cannot be written is found before the value is taken', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const nowhere = await rekey(['keys', 'claim', 'payments-prod', '--out', join(folder, 'no', 'such', 'folder')]);
  expect(nowhere).toMatchObject({ code: 2, err: expect.stringMatching(/^Cannot write .*\n$/) });
  expect(await rekey(['keys', 'claim', 'payments-prod', '--out', join(folder, 'here')])).toMatchObject({ code: 0 });
});

test('somebody becomes the owner of a key, and a digest registers one whose value stays where it is', async () => {
  const { rekey } = anInstallationOf('bob');
  const material = 'whsec_5f0c1d2e3b4a59687766';
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const claim = ['keys', 'claim-owner', 'payments-prod', '--because', 'my team runs it'];
  expect(await rekey(claim)).toMatchObject({ code: 0, out: 'You are the owner of payments-prod v1.\n' });
  expect(await rekey(claim)).toMatchObject({ code: 2, err: expect.stringContaining('You are the owner') });
  const digest = await rekey(['keys', 'digest'], { input: material });
  expect(digest.out).toMatch(/^[^:\s]+:[0-9a-f]{64}\n$/);
  expect(await rekey(['keys', 'digest', material])).toMatchObject({ code: 2, out: '' });
});
