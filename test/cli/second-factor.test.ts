import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/ledger/ledger.ts';
import { Secret } from '../../src/secret.ts';
import { anInstallationOf } from '../support/cli-people.ts';
import type { Installation } from '../support/installation.ts';
import { codeOf, wrongCode } from '../support/second-factor-world.ts';
import { onTerminal } from '../support/terminal.ts';

async function anInstallationWithLedger(person: 'alice' | 'bob') {
  const installation = anInstallationOf(person);
  await installation.issue({});
  return installation;
}

const seedIn = (shown: string) =>
  new Secret((/ {2}((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})/.exec(shown)?.[1] ?? '').replaceAll(' ', ''));
const recoveryIn = (shown: string) =>
  [...shown.matchAll(/^ {2}((?:[0-9a-z]{4}-){3}[0-9a-z]{4})$/gm)].map((found) => found[1] ?? '');

/** Everything that the ledger holds, as bytes. */
const bytesOf = ({ ledgerFile }: Installation) =>
  ['', '-wal']
    .map((end) => (existsSync(`${ledgerFile}${end}`) ? readFileSync(`${ledgerFile}${end}`, 'latin1') : ''))
    .join('');

async function enrolOnTerminal(installation: Installation) {
  const terminal = onTerminal(installation, ['second-factor', 'enrol']);
  await terminal.see('The six digits that the app shows now');
  const seed = seedIn(terminal.shown());
  return { terminal, seed };
}

test('is set up on one terminal: picture, seed, first code, recovery codes, each shown once', async () => {
  const installation = await anInstallationWithLedger('bob');
  const { terminal, seed } = await enrolOnTerminal(installation);
  expect(terminal.shown()).toMatch(/[█▀▄]{10}/);
  expect(seed.reveal()).toHaveLength(32);
  terminal.type(`${wrongCode(seed, new Date()).reveal()}\r`);
  await terminal.see('That is no code of the new app.');
  terminal.type(`${codeOf(seed, new Date()).reveal()}\r`);
  const shown = await terminal.end();
  expect(shown).toMatch(/exit 0$/);
  expect(recoveryIn(shown)).toHaveLength(10);
  const { out } = await installation.rekey(['second-factor', 'status', '--json']);
  expect(JSON.parse(out)).toMatchObject([{ person: 'bob', recovery_codes_left: 10, locked_until: null }]);
  // Neither the seed nor a recovery code is in the ledger, not even in its audit.
  for (const secret of [
    seed.reveal(),
    ...recoveryIn(shown),
    ...recoveryIn(shown).map((code) => code.replaceAll('-', '')),
  ])
    expect(bytesOf(installation)).not.toContain(secret);
}, 60_000);

test('is not shown where there is no terminal, and then nothing was begun', async () => {
  const installation = await anInstallationWithLedger('bob');
  const refused = await installation.rekey(['second-factor', 'enrol']);
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('Say --to-file FILE');
  const ledger = await openLedger({ file: installation.ledgerFile, now: () => new Date() });
  expect((await ledger.read.audit({ limit: 50 })).filter(({ action }) => action === 'totp_enrolled')).toEqual([]);
  await ledger.close();
}, 30_000);

test('goes through files where there is no terminal: private ones, and none that was there', async () => {
  const installation = await anInstallationWithLedger('bob');
  const [file, codes] = [join(installation.folder, 'app'), join(installation.folder, 'codes')];
  expect(await installation.rekey(['second-factor', 'enrol', '--to-file', file])).toMatchObject({ code: 0, err: '' });
  const uri = readFileSync(file, 'utf8').trim();
  const seed = new Secret(new URL(uri).searchParams.get('secret') ?? '');
  expect(uri).toMatch(/^otpauth:\/\/totp\/Rekey:bob\?/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await installation.rekey(['second-factor', 'enrol', '--to-file', file]);
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('is not overwritten') });
  const confirm = ['second-factor', 'confirm', '--codes-to', codes];
  expect(await installation.rekey(confirm, { input: wrongCode(seed, new Date()).reveal() })).toMatchObject({ code: 2 });
  expect(existsSync(codes)).toBe(false);
  const confirmed = await installation.rekey(confirm, { input: `${codeOf(seed, new Date()).reveal()}\n` });
  expect(confirmed).toMatchObject({ code: 0, err: '' });
  expect(statSync(codes).mode & 0o777).toBe(0o600);
  const recovery = readFileSync(codes, 'utf8').trim().split('\n');
  expect(recovery).toHaveLength(10);
  // Who has an app moves to another one only with what they have: here a recovery code.
  const other = join(installation.folder, 'other');
  const empty = await installation.rekey(['second-factor', 'enrol', '--to-file', other]);
  expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('Expected a code of the app') });
  expect(existsSync(other)).toBe(false);
  const recovered = await installation.rekey(['second-factor', 'recover', '--to-file', other], {
    input: recovery[0] ?? '',
  });
  expect(recovered).toMatchObject({ code: 0, out: expect.stringContaining('9 recovery codes left.') });
  for (const { out, err } of [confirmed, recovered]) for (const code of recovery) expect(out + err).not.toContain(code);
}, 90_000);

test('an administrator sees everybody, invites, and takes an app away with a reason; others do not', async () => {
  const installation = await anInstallationWithLedger('alice');
  const { terminal, seed } = await enrolOnTerminal(installation);
  terminal.type(`${codeOf(seed, new Date()).reveal()}\r`);
  expect(await terminal.end()).toMatch(/exit 0$/);
  for (const args of [
    ['status', '--all'],
    ['invite', 'carol', '--to-file', join(installation.folder, 'x')],
    ['remove', 'bob', '--because', 'x', '--yes'],
  ])
    expect(await installation.rekey(['second-factor', ...args])).toMatchObject({
      code: 2,
      err: expect.stringContaining('may not administer'),
    });
  expect(existsSync(join(installation.folder, 'x'))).toBe(false);
  installation.become('bob');
  const all = await installation.rekey(['second-factor', 'status', '--all']);
  expect(all.out).toMatch(/^alice +20\d\d.*10/m);
  expect(all.out).toMatch(/^carol +none/m);
  const link = join(installation.folder, 'link');
  const invited = await installation.rekey(['second-factor', 'invite', 'carol', '--to-file', link]);
  expect(invited).toMatchObject({ code: 0, out: expect.stringContaining('For carol alone') });
  expect(readFileSync(link, 'utf8')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/second-factor#rekey_invite_[\w-]{43}\n$/);
  const removed = await installation.rekey(['second-factor', 'remove', 'alice', '--because', 'phone stolen', '--yes']);
  expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('the team and alice are told') });
  expect((await installation.rekey(['alarms'])).out).toContain('phone stolen');
  installation.become('alice');
  expect((await installation.rekey(['second-factor', 'status'])).out).toMatch(/alice +none/);
}, 120_000);
