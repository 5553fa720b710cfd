import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConnector } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OutsideTrouble } from '../../src/error-class.ts';
import { Refusal } from '../../src/errors.ts';
import { get, guardedGet, type Network } from '../../src/providers/outgoing.ts';
import { type CountingServer, countingServer } from '../support/counting-server.ts';

const PUBLIC = '93.184.216.34';
const BEARER = { authorization: 'Bearer canary-material' };
const dial = buildConnector({ timeout: 2_000 });

let server: CountingServer;
beforeEach(async () => {
  server = await countingServer();
});
afterEach(() => server.close());

/** A network whose names are answered from `names`; what is connected to is real. */
function network(names: Record<string, string[]>, connect: buildConnector.connector = dial): Network {
  return { resolve: async (host) => names[host] ?? [], connect };
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => new Error('it was allowed'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

test('calls a host that is named with its port, and returns status and text', async () => {
  server.answer = { status: 418, headers: {}, body: 'a teapot' };
  const allow = [`127.0.0.1:${server.port}`];
  const answer = await get(`http://127.0.0.1:${server.port}/v1/ping?x=1`, { allow, headers: BEARER });
  expect(answer).toEqual({ status: 418, text: 'a teapot' });
  expect(server.requests).toEqual([{ method: 'GET', url: '/v1/ping?x=1', authorization: 'Bearer canary-material' }]);
});

test('calls localhost, by name and over IPv6, when it is named', async () => {
  expect(await get(`http://localhost:${server.port}/`, { allow: [`localhost:${server.port}`] })).toMatchObject({
    status: 200,
  });
  const six = await countingServer('::1');
  try {
    expect(await get(`http://[::1]:${six.port}/`, { allow: [`[::1]:${six.port}`] })).toMatchObject({ status: 200 });
  } finally {
    await six.close();
  }
});

test('tries the next address of a name when the first one does not listen', async () => {
  const get = guardedGet(network({ 'payments.internal': ['127.0.0.9', '127.0.0.1'] }));
  const allow = [`payments.internal:${server.port} loopback`];
  expect(await get(`http://payments.internal:${server.port}/`, { allow })).toMatchObject({ status: 200 });
});

/** Everything that people have used to spell this machine, its network or the cloud's metadata service. */
function spellings(port: number): string[] {
  const hosts = [
    ['127.0.0.1', '127.0.0.2', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '017700000001'],
    [
      '0x7f.1',
      '0x7f.0.0.1',
      '0x7F.0x0.0x0.0x1',
      '0177.0.0.1',
      '0177.0.0.01',
      '127.0.0.0x1',
      '127.0.00000.1',
      '00000177.1',
    ],
    [
      '0',
      '0.0.0.0',
      '0x0',
      '00',
      '0.0',
      '①②⑦.⓪.⓪.①',
      '127.0.0.１',
      '１２７.0.0.1',
      '127。0。0。1',
      '127．0．0．1',
      '127｡0｡0｡1',
    ],
    [
      'localhost',
      'LOCALHOST',
      'LocalHost',
      'localhost.',
      'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
      'foo.localhost',
      'localhost.localdomain',
      'ip6-localhost',
    ],
    ['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::0001]', '[0::1]'],
    ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:7F00:0001]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]'],
    ['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]', '[fe80::1]', '[fd00:ec2::254]'],
    ['169.254.169.254', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376', '[::ffff:169.254.169.254]', '169.254.43518'],
    ['10.0.0.1', '192.168.0.1', '172.16.0.1', '100.100.100.200', '0xa000001', '192.168.1'],
    [
      'user@127.0.0.1',
      'user:pass@127.0.0.1',
      'api.example.com@127.0.0.1',
      'api.example.com%40127.0.0.1',
      '127%2e0%2e0%2e1',
    ],
    ['api.example.com\\@127.0.0.1', '127.0.0.1\\@api.example.com', '127.0.0.1\t', '127.0.\n0.1'],
    ['api.example.com.127.0.0.1.nip.io', '127.0.0.1.nip.io', 'localtest.me', 'metadata.google.internal', '127.0.0.1.'],
  ].flat();
  const urls = hosts.map((host) => `http://${host}:${port}/`);
  const odd = [
    'http:127.0.0.1',
    'http:/127.0.0.1',
    'http:\\\\127.0.0.1',
    ' http://127.0.0.1',
    '//127.0.0.1',
    'HTTP://127.1',
    'https:127.0.0.1',
  ];
  const schemes = ['ftp', 'gopher', 'file', 'ws', 'unix', 'data', 'blob:http', 'javascript'].map(
    (scheme) => `${scheme}://127.0.0.1`,
  );
  return [...urls, ...[...odd, ...schemes].map((start) => `${start}:${port}/`)];
}

test('no spelling of this machine, its network or the metadata service gets a connection, whatever else may be called', async () => {
  const all = spellings(server.port);
  expect(new Set(all).size).toBeGreaterThanOrEqual(80);
  const allow = ['api.example.com', `api.example.com:${server.port}`, '127.0.0.1:1', '127.0.0.1', 'localhost'];
  for (const url of all)
    expect(`${url} → ${(await refusalOf(get(url, { allow, headers: BEARER }))).code}`).toMatch(
      /→ (bad_url|host_not_allowed)$/,
    );
  expect(server.connections).toBe(0);
});

test('an address is called only when it is written as it was named', async () => {
  const allow = [`127.0.0.1:${server.port}`];
  const hidden = spellings(server.port).filter((url) => url !== `http://127.0.0.1:${server.port}/`);
  for (const url of hidden) await refusalOf(get(url, { allow }));
  expect(server.connections).toBe(0);
});

test.each([
  '0.0.0.0:80',
  '169.254.169.254',
  '[::ffff:169.254.169.254]',
  '224.0.0.1',
  '[fe80::1]',
  '[::ffff:127.0.0.1]:',
  'http://a.example',
  'a.example/path',
  'a.example:80:80',
  'a.example public',
  'a.example private extra',
  'u@a.example',
  '0x7f.1',
  '',
  '*',
  '*.example.com x',
])('refuses "%s" as an entry of the allow-list', async (entry) => {
  expect((await refusalOf(get('http://a.example/', { allow: [entry] }))).code).toBe('allow_entry');
});

test.each([
  '10.0.0.5',
  '127.0.0.1',
  '169.254.169.254',
  '::1',
  'fd00::1',
  '::ffff:127.0.0.1',
  '0.0.0.0',
  '64:ff9b::7f00:1',
  'garbage',
])('a public name that leads to %s is refused before anything is connected', async (address) => {
  let dialled = 0;
  const counting: buildConnector.connector = (options, callback) => {
    dialled += 1;
    dial(options, callback);
  };
  for (const addresses of [[address], [PUBLIC, address]]) {
    const get = guardedGet(network({ 'api.example.com': addresses }, counting));
    const { code, message } = await refusalOf(get('https://api.example.com/', { allow: ['api.example.com'] }));
    expect(code).toBe('host_not_allowed');
    expect(message).toContain(address);
  }
  expect(dialled).toBe(0);
});

test('a name with " private" behind it may lead to the private network, and still not to loopback or metadata', async () => {
  const allow = ['payments.internal:443 private'];
  for (const address of ['127.0.0.1', '169.254.169.254']) {
    const get = guardedGet(network({ 'payments.internal': [address] }));
    expect((await refusalOf(get('https://payments.internal/', { allow }))).code).toBe('host_not_allowed');
  }
  const reached: string[] = [];
  const recording: buildConnector.connector = ({ hostname }, callback) => {
    reached.push(hostname);
    callback(new Error('recorded'), null);
  };
  const get = guardedGet(network({ 'payments.internal': ['10.1.2.3'] }, recording));
  await expect(get('https://payments.internal/', { allow })).rejects.toThrow('recorded');
  expect(reached).toEqual(['10.1.2.3']);
});

test('a name that answers differently the second time is connected to at the address that was checked', async () => {
  const answers = [[PUBLIC], ['127.0.0.1']];
  const reached: string[] = [];
  const flipping: Network = {
    resolve: async () => answers.shift() ?? [],
    connect: ({ hostname }, callback) => {
      reached.push(hostname);
      callback(new Error('recorded'), null);
    },
  };
  await expect(guardedGet(flipping)('https://api.example.com/', { allow: ['api.example.com'] })).rejects.toThrow(
    'recorded',
  );
  expect(reached).toEqual([PUBLIC]);
});

test('sends nothing when the peer turns out to be another than the address that was asked for', async () => {
  let received = 0;
  const trap = createTcpServer((socket) => {
    socket.on('data', (bytes) => {
      received += bytes.length;
    });
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const { port } = trap.address() as AddressInfo;
  const elsewhere: buildConnector.connector = (options, callback) =>
    dial({ ...options, protocol: 'http:', hostname: '127.0.0.1', port: String(port) }, callback);
  const get = guardedGet(network({ 'api.example.com': [PUBLIC] }, elsewhere));
  const { code } = await refusalOf(get('https://api.example.com/', { allow: ['api.example.com'], headers: BEARER }));
  expect(code).toBe('host_not_allowed');
  await new Promise((resolve) => trap.close(resolve));
  expect(received).toBe(0);
});

test('a redirect is an answer and is not followed', async () => {
  const inside = await countingServer();
  server.answer = { status: 302, headers: { location: `http://127.0.0.1:${inside.port}/` }, body: '' };
  const allow = [`127.0.0.1:${server.port}`, `127.0.0.1:${inside.port}`];
  expect(await get(`http://127.0.0.1:${server.port}/`, { allow, headers: BEARER })).toMatchObject({ status: 302 });
  expect(inside.connections).toBe(0);
  await inside.close();
});

test('a host is called on the port that was named, and without one on its scheme’s own', async () => {
  const other = `http://127.0.0.1:${server.port}/`;
  for (const allow of [
    ['127.0.0.1'],
    ['127.0.0.1:80'],
    [`127.0.0.1:${server.port + 1}`],
    [`localhost:${server.port}`],
    [],
  ])
    expect((await refusalOf(get(other, { allow }))).message).toContain(`127.0.0.1:${server.port} to REKEY_PROBE_HOSTS`);
  expect(server.connections).toBe(0);
});

test('never sends a key in clear over the public internet', async () => {
  const get = guardedGet(network({ 'api.example.com': [PUBLIC] }));
  expect((await refusalOf(get('http://api.example.com/', { allow: ['api.example.com'] }))).code).toBe('plain_http');
});

test('an answer of more than 1 MiB is not read, and is no clear no: what was asked for may have happened', async () => {
  server.answer = { status: 200, headers: {}, body: 'x'.repeat(1024 * 1024 + 1) };
  const url = `http://127.0.0.1:${server.port}/`;
  const answer = get(url, { allow: [`127.0.0.1:${server.port}`] });
  await expect(answer).rejects.toThrow(OutsideTrouble);
  await expect(answer).rejects.toThrow('answered with more than 1048576 bytes');
});

test.each(['the name', 'the connection', 'the answer'])('gives up in time when %s does not come', async (what) => {
  const silent = createTcpServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const stuck: Network = {
    resolve: what === 'the name' ? () => new Promise(() => {}) : async () => ['127.0.0.1'],
    connect: what === 'the connection' ? () => {} : dial,
  };
  const allow = [`payments.internal:${port} loopback`];
  const call = guardedGet(stuck)(`http://payments.internal:${port}/`, { allow, timeoutMs: 50 });
  await expect(call).rejects.toThrow('no answer within 50 ms');
  await new Promise((resolve) => silent.close(resolve));
});

test('stops at once when the step is cancelled', async () => {
  const stuck: Network = { resolve: () => new Promise(() => {}), connect: dial };
  const cancel = new AbortController();
  const call = guardedGet(stuck)('https://api.example.com/', { allow: ['api.example.com'], signal: cancel.signal });
  cancel.abort(new Error('cancelled by a person'));
  await expect(call).rejects.toThrow('cancelled by a person');
});

test('TLS still verifies the name, although the address is what is connected to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outgoing-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=api.test', '-addext', 'subjectAltName=DNS:api.test'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      keyFile,
      '-out',
      certFile,
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  const cert = readFileSync(certFile);
  const secure = createTlsServer({ key: readFileSync(keyFile), cert }, (_, response) => response.end('over tls'));
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const { port } = secure.address() as AddressInfo;
  const names = { 'api.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] };
  const allow = [`api.test:${port} loopback`, `other.test:${port} loopback`];
  const trusting = guardedGet(network(names, buildConnector({ ca: cert, allowH2: false })));
  expect(await trusting(`https://api.test:${port}/`, { allow })).toEqual({ status: 200, text: 'over tls' });
  await expect(trusting(`https://other.test:${port}/`, { allow })).rejects.toThrow(/other\.test/);
  await expect(guardedGet(network(names))(`https://api.test:${port}/`, { allow })).rejects.toThrow(/self-signed/);
  secure.closeAllConnections();
  await new Promise((resolve) => secure.close(resolve));
  rmSync(folder, { recursive: true });
});

test.each(['user:canary-material@', 'user@', ':canary-material@'])(
  'a URL with credentials is not called, even to a host that is allowed, and is not repeated: %s',
  async (credentials) => {
    const { code, message } = await refusalOf(get(`http://${credentials}127.0.0.1/`, { allow: ['127.0.0.1'] }));
    expect([code, message]).toEqual(['bad_url', expect.stringContaining('user name or password')]);
    expect(message).not.toContain('canary');
  },
);
