import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInventory } from '../../src/cli/inventory/inventory.ts';
import { anInstallationOf } from '../support/cli-people.ts';

const ROW = 'name: a\n    service: s\n    environment: staging';

function problems(text: string, file = 'keys.yaml'): string[] {
  const read = readInventory(text, file);
  if (read.kind === 'ok') throw new Error('it was accepted');
  return read.problems.map(({ line, column, path, expected }) => `${line}:${column} ${path} ${expected}`);
}

test.each([
  [`keys:\n  - ${ROW}\n    ownr: carol\n`, /^5:5 keys\[0\]\.ownr /],
  [`keys:\n  - name: a\n    service: s\n`, /^2:5 keys\[0\]\.environment `environment`/],
  [`keys:\n  - ${ROW}\n    expiry_days: soon\n`, /^5:18 keys\[0\]\.expiry_days /],
  [`keys:\n  - ${ROW}\n    expires: 2027-01-01\n    expiry_days: 3\n`, /either `expires` or `expiry_days`/],
  [`keys:\n  - ${ROW}\n  - ${ROW}\n`, /^5:1 a each name once/],
  ['- a\n', /^1:1 {2}`keys:` and a list/],
])('a mistake in a YAML inventory is told with its line and column: %j', (text, expected) => {
  expect(problems(text)[0]).toMatch(expected);
});

test.each([
  ['name,service,environment,ownr\na,s,staging,carol\n', /^2:13 keys\[0\]\.ownr /],
  ['name,service,environment\na,s\n', /^2:3 {2}3 cells/],
  ['name,service,environment,rate_limit\na,s,staging,many\n', /^2:13 keys\[0\]\.rate_limit /],
  ['name,service,environment\n"a,s,staging\n', /^2:1 {2}a cell/],
  ['name,service,environment\n"x\ny",s,staging\nb,,staging\n', /^4:1 keys\[1\]\.service /],
  ['', /^1:1 {2}a line of names/],
])('a mistake in a CSV inventory is told with its line and column: %j', (text, expected) => {
  expect(problems(text, 'keys.csv')[0]).toMatch(expected);
});

test('CSV and YAML say the same', () => {
  const csv =
    'name,service,environment,scopes,rate_limit,secret_ref\r\na,s,staging,x:read x:write,5,"op://a ""b"", c"\r\n';
  const read = readInventory(csv, 'keys.csv');
  expect(read).toMatchObject({
    kind: 'ok',
    entries: [
      {
        name: 'a',
        class: 'api_key',
        scopes: ['x:read', 'x:write'],
        rate_limit: 5,
        secret_ref: 'op://a "b", c',
        line: 2,
      },
    ],
  });
});

test('many keys come in at once: looked at first, imported once, and again without harm (S2-04)', async () => {
  const { rekey, folder, ledgerFile } = anInstallationOf('bob');
  mkdirSync(join(folder, 'values'));
  writeFileSync(join(folder, 'values', 'a'), 'whsec_0123456789abcdefghij\n', { mode: 0o600 });
  const text = `keys:\n  - ${ROW}\n    value_file: values/a\n    expires: 2099-01-01\n  - name: b\n    service: s\n    environment: staging\n    owner: nobody\n`;
  writeFileSync(join(folder, 'keys.yaml'), text);

  const broken = await rekey(['keys', 'import', '--inventory', 'keys.yaml']);
  expect(broken.code).toBe(1);
  expect(broken.out).toContain('keys.yaml:7 b: owner: expected a person or group:<name> of policy.yaml');
  expect(broken.out).toContain('2 keys: 1 imported, 0 there already, 1 refused.');
  writeFileSync(join(folder, 'keys.yaml'), text.replace('nobody', 'bob'));
  const dry = await rekey(['keys', 'import', '--inventory', 'keys.yaml', '--dry-run', '--json']);
  expect(JSON.parse(dry.out)).toMatchObject([
    { name: 'a', state: 'there' },
    { name: 'b', state: 'new' },
  ]);
  const mended = await rekey(['keys', 'import', '--inventory', 'keys.yaml']);
  expect(mended).toMatchObject({ code: 0, out: expect.stringContaining('1 imported, 1 there already') });
  const verified = await rekey(['keys', 'verify'], { input: 'whsec_0123456789abcdefghij' });
  expect(verified).toMatchObject({ code: 0, out: 'valid: a v1, s, staging\n' });
  expect(existsSync(ledgerFile)).toBe(true);
});

test('one key comes in by standard input or from a private file, never by an argument (S2-04, S2-35)', async () => {
  const { rekey, folder } = anInstallationOf('bob');
  const facts = ['--service', 'stripe', '--env', 'staging'];
  const input = 'sk_test_0123456789abcdefXYZ4';
  const came = await rekey(['keys', 'import', 'stripe', ...facts, '--expiry-days', '15'], { input });
  expect(came).toMatchObject({ code: 0, out: expect.stringContaining('its value ends in XYZ4') });
  expect(came.out).not.toContain(input);

  const file = join(folder, 'hook');
  writeFileSync(file, 'whsec_0123456789abcdef');
  chmodSync(file, 0o644);
  const hook = ['keys', 'import', 'stripe-hook', ...facts, '--class', 'webhook_secret', '--file', file];
  expect(await rekey(hook)).toMatchObject({ code: 2, err: expect.stringContaining('chmod 600') });
  chmodSync(file, 0o600);
  expect(await rekey(hook)).toMatchObject({ code: 0 });

  const argued = await rekey(['keys', 'import', 'other', input, ...facts]);
  expect(argued).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('Only the name of the key is an argument'),
  });
  const known = await rekey(['keys', 'import', 'known', ...facts, '--no-value', '--json']);
  expect(JSON.parse(known.out)).toMatchObject({ slug: 'known', expires_at: null, fingerprint: 'unknown' });
});

const PASSWORD = 'Tr0ub4dor&3-prod-db-password';

test.each([
  [`keys:\n  - ${ROW}\n    secret_ref: ${PASSWORD}\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    deliver: ${PASSWORD}\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    value_file: ${PASSWORD}\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    scopes: ${PASSWORD}\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    expires: ${PASSWORD}\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    ${PASSWORD}: x\n`, 'keys.yaml'],
  [`keys:\n  - ${ROW}\n    secret_ref: "${PASSWORD}" "${PASSWORD}"\n`, 'keys.yaml'],
  [`name,service,environment,rate_limit\na,s,staging,${PASSWORD}\n`, 'keys.csv'],
  [`a,s,staging,${PASSWORD}\n`, 'keys.csv'],
  [`a,s,staging,${PASSWORD}\nb,s,staging,x\n`, 'keys.csv'],
])('a value in the wrong place of an inventory is neither shown nor kept: %j', async (text, file) => {
  const { rekey, folder, issue, ledgerFile } = anInstallationOf('bob');
  await issue({});
  writeFileSync(join(folder, file), text);
  const { code, out, err } = await rekey(['keys', 'import', '--inventory', file]);
  expect(code).toBeGreaterThan(0);
  expect(out + err).not.toContain(PASSWORD);
  expect(readFileSync(ledgerFile).includes(PASSWORD)).toBe(false);
});

test.each([
  ['--secret-ref', PASSWORD],
  ['--deliver', PASSWORD],
  ['--deliver', `file:${PASSWORD}`],
  ['--runbook', `${PASSWORD} (old)`],
  ['--scope', `${PASSWORD} (old)`],
  ['--probe-url', PASSWORD],
])('a value that is pasted behind %s is neither shown nor kept', async (option, pasted) => {
  const { rekey, issue, ledgerFile } = anInstallationOf('bob');
  await issue({});
  const asked = ['keys', 'generate', 'api-key', 'a', '--service', 's', '--env', 'staging', option, pasted];
  const { code, out, err } = await rekey(asked);
  expect(code).toBe(2);
  expect(out + err).not.toContain(PASSWORD);
  expect(readFileSync(ledgerFile).includes(PASSWORD)).toBe(false);
});
