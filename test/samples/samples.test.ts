import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { freePort } from '../support/free-port.ts';
import { anHttpWorld } from '../support/http-world.ts';

const SAMPLES = fileURLToPath(new URL('../../docs/samples', import.meta.url));
const [NGINX, PYTHON] = ['/usr/sbin/nginx', '/usr/bin/python3'];

interface Place {
  /** Where Rekey is, and the file with the key to ask it with. */
  rekey: string;
  tokenFile: string;
  folder: string;
  port: number;
}

/** How each sample is started, and why it cannot be where its program is missing. */
const samples: Record<
  string,
  { caller: string; start: (place: Place) => Promise<ChildProcess>; missing: () => string | null }
> = {
  nginx: { caller: 'edge', start: startNginx, missing: () => absent(NGINX) },
  hono: {
    caller: 'hono-sample',
    start: (place) => run(process.execPath, [join(SAMPLES, 'hono/server.ts')], place),
    missing: () => null,
  },
  express: {
    caller: 'express-sample',
    start: (place) => run(process.execPath, [join(SAMPLES, 'express/server.js')], place),
    missing: () => null,
  },
  fastapi: {
    caller: 'fastapi-sample',
    start: (place) => run(PYTHON, [join(SAMPLES, 'fastapi/server.py')], place),
    missing: withoutFastApi,
  },
};

test.each(Object.entries(samples))(
  'the %s sample lets live keys in, warns who uses a retiring one, and refuses the rest (S2-21, S2-22, S2-23)',
  async (_name, { caller, start, missing }) => {
    const why = missing();
    if (why !== null && process.env.CI === undefined) return console.warn(why);
    const world = await anHttpWorld();
    const { material: live, key } = await world.issue();
    const grace = { state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 30) } as const;
    const { material: retiring } = await world.issue({ slug: 'old', ...grace });
    const { material: token } = await world.issue({ slug: 'gateway', scopes: ['keys:verify'], rateLimit: null });
    const folder = mkdtempSync(join(tmpdir(), 'rekey-sample-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    const port = await freePort();
    const child = await start({ rekey: world.url, tokenFile, folder, port });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ask = (headers: Record<string, string> = {}) => fetch(`http://127.0.0.1:${port}/invoices`, { headers });
    await vi.waitFor(async () => expect((await ask()).status).toBe(401), { timeout: 15_000, interval: 100 });

    expect((await ask({ 'x-api-key': 'rekey_live_nobodys' })).status).toBe(401);
    const through = await ask({ 'x-api-key': live });
    expect([through.status, await through.json()]).toEqual([200, { invoices: [], for: 'payments-prod' }]);
    expect(through.headers.get('key-retiring-until')).toBeNull();
    const warned = await ask({ 'x-api-key': retiring });
    expect([warned.status, warned.headers.get('key-retiring-until')]).toEqual([200, '2027-03-10T12:30:00.000Z']);

    world.setNow(minutesAfter(NOON, 30));
    expect((await ask({ 'x-api-key': retiring })).status).toBe(401);
    await world.usage.flush();
    const used = await world.ledger.read.usageOf(key.id, daysAfter(NOON, -1));
    expect(used).toEqual([expect.objectContaining({ caller, accepted: 1 })]);

    await world.stop();
    expect((await ask({ 'x-api-key': live })).status).toBeGreaterThanOrEqual(500);
  },
  60_000,
);

function absent(program: string): string | null {
  return existsSync(program) ? null : `${program} is not installed here, so its sample is not tried.`;
}

function withoutFastApi(): string | null {
  const there =
    existsSync('/usr/lib/python3/dist-packages/fastapi') && existsSync('/usr/lib/python3/dist-packages/uvicorn');
  return (
    absent(PYTHON) ??
    (there ? null : 'python3-fastapi and python3-uvicorn are not installed here, so their sample is not tried.')
  );
}

async function run(program: string, args: string[], { rekey, tokenFile, port }: Place): Promise<ChildProcess> {
  const env = { ...process.env, REKEY_URL: rekey, REKEY_TOKEN_FILE: tokenFile, PORT: String(port) };
  return spawn(program, args, { env, stdio: 'inherit' });
}

/** The sample as it is, with this test's addresses, in the smallest configuration that nginx runs with. */
async function startNginx({ rekey, tokenFile, folder, port }: Place): Promise<ChildProcess> {
  const service = createServer((request, response) => {
    // What the service behind sees: whose key it was, and never the key.
    const { 'x-rekey-key': slug, 'x-api-key': key, authorization } = request.headers;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(key === undefined && authorization === undefined ? { invoices: [], for: slug } : { leaked: true }),
    );
  });
  const behind = await freePort();
  await new Promise<void>((done) => service.listen(behind, '127.0.0.1', done));
  onTestFinished(() => void service.close());
  const include = join(folder, 'rekey-token.conf');
  writeFileSync(include, `set $rekey_token "${readFileSync(tokenFile, 'utf8').trim()}";\n`, { mode: 0o600 });
  const sample = readFileSync(join(SAMPLES, 'nginx/rekey.conf'), 'utf8')
    .replace('127.0.0.1:7400', new URL(rekey).host)
    .replace('127.0.0.1:8080', `127.0.0.1:${behind}`)
    .replace('127.0.0.1:8081', `127.0.0.1:${port}`)
    .replace('/etc/nginx/rekey-token.conf', include);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  mkdirSync(join(folder, 'client_body'));
  const whole = `daemon off; pid ${folder}/pid; error_log stderr crit; events {}\nhttp { access_log off; ${temporary.join(' ')}\n${sample}}\n`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, `master_process off; ${whole}`);
  return spawn(NGINX, ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: 'inherit' });
}
