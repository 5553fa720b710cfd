import { type ChildProcess, execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.ts';
import { ended, isExecutable, launch, type TestServer, untilReady } from './server-process.ts';

const DEBIAN = '/usr/lib/postgresql';
const BIN = versions()
  .map((version) => join(DEBIAN, version, 'bin'))
  .concat((process.env.PATH ?? '').split(':'))
  .find((folder) => isExecutable(join(folder, 'postgres')) && isExecutable(join(folder, 'initdb')));

export const hasPostgres = BIN !== undefined;

/** A PostgreSQL server with scram passwords on loopback; nothing else, and no Unix socket. */
export async function startPostgres(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  // PostgreSQL refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
  const port = await freePort();
  const password = `postgres-canary-${port}`;
  const url = `postgres://rekey:${password}@127.0.0.1:${port}/postgres`;

  const create = () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o644 });
    const args = [
      '-D',
      join(folder, 'data'),
      '-U',
      'rekey',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '--no-sync',
    ];
    execFileSync(binary('initdb'), args, { ...identity, stdio: 'ignore' });
  };
  const start = async (): Promise<ChildProcess> => {
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((one) => [
      '-c',
      one,
    ]);
    const child = launch(binary('postgres'), ['-D', join(folder, 'data'), '-p', `${port}`, ...settings], identity);
    await untilReady(child, () => answers(url));
    return child;
  };
  create();
  let child = await start();
  return {
    url,
    port,
    password,
    kill: () => killWithChildren(child),
    stop: async () => {
      await ended(child, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
    restart: async ({ empty = false } = {}) => {
      await ended(child, 'SIGINT');
      if (empty) {
        rmSync(join(folder, 'data'), { recursive: true, force: true });
        create();
      }
      child = await untilStarted(start);
    },
  };
}

/** The processes behind open connections outlive their parent for a moment and would go on answering. */
async function killWithChildren(server: ChildProcess): Promise<void> {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', `${server.pid}`], { encoding: 'utf8' });
  await ended(server, 'SIGKILL');
  for (const pid of children.split(/\s+/).filter(Boolean)) kill(Number(pid));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself when it saw that its parent was gone.
  }
}

/** After a kill -9 the orphaned children hold the shared memory for a moment, and a new server refuses to start. */
async function untilStarted(start: () => Promise<ChildProcess>): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

async function answers(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
}

function binary(name: string): string {
  if (BIN === undefined) throw new Error('PostgreSQL is not installed');
  return join(BIN, name);
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

function versions(): string[] {
  try {
    return readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}
