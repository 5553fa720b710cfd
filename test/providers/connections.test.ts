import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionSpec, PathPart } from '../../src/domain/connection.ts';
import { openConnections } from '../../src/providers/connections.ts';
import { NOON } from '../support/builders.ts';
import { type CountingServer, countingServer } from '../support/counting-server.ts';
import { refusalOf } from '../support/engine-world.ts';

const CREDENTIAL = 'canary-material-of-a-service';
let server: CountingServer;
let keysDir: string;
beforeEach(async () => {
  server = await countingServer();
  keysDir = mkdtempSync(join(tmpdir(), 'rekey-connections-'));
  mkdirSync(join(keysDir, 'connections'));
  writeFileSync(join(keysDir, 'connections', 'payments'), `${CREDENTIAL}\n`, { mode: 0o600 });
});
afterEach(async () => {
  rmSync(keysDir, { recursive: true, force: true });
  await server.close();
});

function open(spec: Partial<ConnectionSpec> = {}, allow = [`127.0.0.1:${server.port}`]) {
  const whole: ConnectionSpec = {
    url: `http://127.0.0.1:${server.port}/v1`,
    allow: [
      { methods: ['GET'], path: '/keys/*' },
      { methods: ['POST'], path: '/keys' },
    ],
    auth: { type: 'bearer', secret_file: 'payments' },
    timeout_seconds: 5,
    ...spec,
  };
  return openConnections({ specs: async () => ({ payments: whole }), keysDir, allow, now: () => NOON })('payments');
}

const get = (path: PathPart[], query = {}) =>
  ({ method: 'GET', path, query, signal: new AbortController().signal }) as const;

describe('a named connection', () => {
  test('calls what it is allowed, with its own credential, and reads the answer', async () => {
    server.answer = { status: 200, headers: {}, body: '{"state":"active"}' };
    const answer = await (await open()).send(get(['keys', 'payments prod'], { full: true }));
    expect(answer).toMatchObject({ status: 200, body: { kind: 'json', json: { state: 'active' } } });
    expect(server.requests).toEqual([
      { method: 'GET', url: '/v1/keys/payments%20prod?full=true', authorization: `Bearer ${CREDENTIAL}` },
    ]);
  });

  test.each<[string, PathPart[]]>([
    ['a slash in a value', ['keys', 'a/../../admin']],
    ['a question mark in a value', ['keys', 'a?admin=1']],
    ['an encoded slash in a value', ['keys', 'a%2f..']],
  ])('keeps %s inside its own part', async (_, path) => {
    await (await open()).send(get(path));
    expect(server.requests[0]?.url).toBe(`/v1/keys/${encodeURIComponent(String(path[1]))}`);
  });

  test.each<[string, PathPart[], string]>([
    ['a part that means the folder above', ['keys', '..'], 'bad_path_part'],
    ['an empty part', ['keys', ''], 'bad_path_part'],
    ['a path that is not listed', ['admin'], 'call_not_allowed'],
    ['one part more than is listed', ['keys', 'a', 'b'], 'call_not_allowed'],
  ])('refuses %s before anything is connected', async (_, path, code) => {
    const connection = await open();
    expect((await refusalOf(connection.send(get(path)))).code).toBe(code);
    expect(server.connections).toBe(0);
  });

  test('leads nowhere inside that the operator has not named', async () => {
    const connection = await open({}, ['api.example.com']);
    expect((await refusalOf(connection.send(get(['keys', 'a'])))).code).toBe('host_not_allowed');
    expect(server.connections).toBe(0);
  });

  test('does not follow a redirect, which may lead with the credential to somebody else', async () => {
    server.answer = { status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' };
    expect(await (await open()).send(get(['keys', 'a']))).toMatchObject({ status: 302, body: { kind: 'empty' } });
    expect(server.requests).toHaveLength(1);
  });

  test('masks a credential that a service repeats, in whichever form it was sent', async () => {
    const basic = Buffer.from(`rekey:${CREDENTIAL}`).toString('base64');
    server.answer = { status: 200, headers: {}, body: JSON.stringify({ [CREDENTIAL]: `Bearer ${CREDENTIAL}`, basic }) };
    const connection = await open({ auth: { type: 'basic', user: 'rekey', secret_file: 'payments' } });
    const { body } = await connection.send(get(['keys', 'a']));
    expect(body).toEqual({ kind: 'json', json: { '[secret]': 'Bearer [secret]', basic: '[secret]' } });
  });

  test('reads no credential that others may read, and none that would be two lines', async () => {
    const file = join(keysDir, 'connections', 'payments');
    chmodSync(file, 0o644);
    expect((await refusalOf((await open()).send(get(['keys', 'a'])))).code).toBe('file_mode');
    chmodSync(file, 0o600);
    writeFileSync(file, 'first-line\r\nx-other: header');
    expect((await refusalOf((await open()).send(get(['keys', 'a'])))).code).toBe('bad_credential');
    expect(server.connections).toBe(0);
  });

  test('is refused by name with the ones that there are', async () => {
    const unknown = openConnections({ specs: async () => ({}), keysDir, allow: [], now: () => NOON })('constructor');
    expect((await refusalOf(unknown)).message).toContain('It has: none');
  });
});
