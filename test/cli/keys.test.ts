import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { daysAfter } from '../support/builders.ts';
import { anInstallation, MAIN } from '../support/installation.ts';

const soon = () => daysAfter(new Date(), 5);

async function aUsedLedger() {
  const rekey = anInstallation();
  const [payments, reporting] = await rekey.issue(
    {},
    { slug: 'reporting-prod', version: 1, service: 'reporting', owner: 'bob', expiresAt: soon() },
    { slug: 'shipping-staging', version: 1, service: 'shipping', environment: 'staging', owner: null, expiresAt: null },
  );
  if (payments === undefined || reporting === undefined) throw new Error('nothing was issued');
  return { ...rekey, payments, reporting };
}

test('lists every key with its health, one line each', async () => {
  const { rekey } = await aUsedLedger();
  const { code, out } = await rekey(['keys', 'list']);
  const lines = out.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^key +health +expires \(UTC\) +class +service +environment +owner$/);
  expect(lines[1]).toMatch(
    /^payments-prod v3 +healthy +\d{4}-\d\d-\d\d \d\d:\d\d +api_key +payments +production +carol$/,
  );
  expect(lines[2]).toMatch(/^reporting-prod v1 +expiring /);
  expect(lines[3]).toMatch(/^shipping-staging v1 +healthy +never .* no owner$/);
});

test('lists by service, environment and owner', async () => {
  const { rekey } = await aUsedLedger();
  const { out } = await rekey(['keys', 'list', '--env', 'production', '--owner', 'bob', '--json']);
  expect(JSON.parse(out)).toMatchObject([{ slug: 'reporting-prod', health: 'expiring' }]);
});

test('an empty answer says why it is empty', async () => {
  const empty = anInstallation();
  await empty.issue();
  expect(await empty.rekey(['keys', 'list'])).toMatchObject({ code: 0, out: 'The ledger holds no keys yet.\n' });

  const { rekey } = await aUsedLedger();
  const said = async (...args: string[]) => (await rekey(['keys', 'list', ...args])).out;
  expect(await said('--service', 'reportin')).toBe('There is no service "reportin": did you mean reporting.\n');
  expect(await said('--owner', 'eleanor')).toBe('There is no owner "eleanor": there are bob, carol.\n');
  expect(await said('--service', 'payments', '--owner', 'bob')).toContain('No key is all of that at once.');
});

test('shows one key by name, id or public id: facts, versions and audit, never its material or digest', async () => {
  const { rekey, payments } = await aUsedLedger();
  for (const name of ['payments-prod', payments.key.id, payments.key.externalRef ?? '']) {
    const { code, out } = await rekey(['keys', 'show', name]);
    expect(code).toBe(0);
    expect(out).toMatch(/^slug +payments-prod$/m);
    expect(out).toMatch(/^v3 +active +\d{4}-/m);
    expect(out).toMatch(/person:carol +key_issued/);
    expect(out).not.toContain(payments.key.digest);
  }
});

test('an unknown key is refused with what may have been meant', async () => {
  const { rekey } = await aUsedLedger();
  expect(await rekey(['keys', 'show', 'payment-prod'])).toMatchObject({
    code: 2,
    out: '',
    err: 'There is no key "payment-prod" in the ledger. Did you mean payments-prod?\n',
  });
});

test('reading commands refuse a ledger that is not there, and make none', async () => {
  const { rekey, ledgerFile } = anInstallation();
  for (const args of [
    ['keys', 'list'],
    ['keys', 'show', 'x'],
    ['audit', 'verify'],
  ]) {
    const { code, out, err } = await rekey(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^There is no ledger .*Set REKEY_DATA_DIR.*\n$/);
  }
  expect(existsSync(ledgerFile)).toBe(false);
});

test('verifies a key that comes by standard input: 0 when it may be used, 1 when not (S2-06)', async () => {
  const { rekey, issue, payments } = await aUsedLedger();
  const [expired] = await issue({ slug: 'old', version: 1, expiresAt: daysAfter(new Date(), -1) });
  const ask = (input: string, ...args: string[]) => rekey(['keys', 'verify', ...args], { input });

  expect(await ask(`${payments.material}\n`)).toMatchObject({
    code: 0,
    out: 'valid: payments-prod v3, payments, production\n',
  });
  expect(await ask(expired?.material ?? '')).toMatchObject({ code: 1, out: 'expired: old v1, payments, production\n' });
  const json = await ask(payments.material, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ status: 'valid', slug: 'payments-prod', version: 3, rate_limit: 1_000 });
  expect(json.out + json.err).not.toContain(payments.material);
});

test('a key that is not found was mistyped or belongs elsewhere, and it says which', async () => {
  const { rekey, payments } = await aUsedLedger();
  const other = await aUsedLedger();
  const ask = (input: string) => rekey(['keys', 'verify'], { input });

  expect(await ask(`${payments.material.slice(0, -1)}~`)).toMatchObject({
    code: 1,
    out: expect.stringContaining('shape'),
  });
  expect(await ask(other.payments.material)).toMatchObject({
    code: 1,
    out: 'not_found: a whole key, but not one of this ledger\n',
  });
  expect(await ask('')).toMatchObject({ code: 2, err: expect.stringContaining('Expected the key on standard input') });
});

test('a key on the command line is refused, never used and never repeated', async () => {
  const { rekey, payments } = await aUsedLedger();
  for (const args of [[payments.material], [`--key=${payments.material}`], ['--key', payments.material]]) {
    const { code, out, err } = await rekey(['keys', 'verify', ...args], { input: payments.material });
    expect([code, out]).toEqual([2, '']);
    expect(err).not.toContain(payments.material.slice(12));
  }
  const { err } = await rekey(['keys', 'verify', payments.material]);
  expect(err).toContain('A key on the command line can be read by everybody on this machine');
});

test('a reader that has seen enough is no error', async () => {
  const { issue, env, folder } = anInstallation();
  await issue(...Array.from({ length: 300 }, (_, index) => ({ slug: `key-${index}`, version: 1 })));
  const pipe = '"$0" "$1" keys list --json | head -c 1';
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', pipe, process.execPath, MAIN], {
    env,
    cwd: folder,
  });
  expect([stdout, stderr]).toEqual(['[', '']);
});

test.each([
  ['a command that looks', ['keys', 'list']],
  ['a command that changes', ['keys', 'suspend', 'payments-prod', '--because', 'test']],
  ['a command that may make a ledger', ['keys', 'generate', 'api-key', 'a', '--service', 's', '--env', 'staging']],
])('%s under another account says who may, and not that there is no ledger', async (_, args) => {
  const { issue, folder, dataDir, env } = anInstallation();
  await issue({});
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  // Who is not root cannot become somebody else, but can close the folder to themselves.
  if (!isRoot) chmodSync(dataDir, 0);
  const { PATH = '' } = env;
  const told = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: '/',
    env: { PATH, REKEY_DATA_DIR: dataDir },
    encoding: 'utf8',
    ...(isRoot && { uid: 65_534, gid: 65_534 }),
  });
  chmodSync(dataDir, 0o700);
  expect(told.stderr).toContain(`Who can: the account with the user id ${process.getuid?.()}`);
  expect(told.stderr).not.toContain('There is no ledger');
  expect(told.status).toBe(2);
});
