import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Refusal, sentenceOf } from '../errors.ts';
import { createKeyFiles } from '../providers/key-files.ts';

const Ports = z.strictObject({ page: z.int(), rekey: z.int(), api: z.int() });

/** Where everything of one demo world is. Ports are kept, because the ledger remembers the URL at which a key is probed. */
export interface Layout {
  ports: z.infer<typeof Ports>;
  rekeyDir: string;
  keysDir: string;
  paymentsDir: string;
  callerKeyFile: string;
  verifierKeyFile: string;
  hookSecretFile: string;
  botTokenFile: string;
  appTokenFile: string;
  snapshotFile: string;
  logsDir: string;
  tokens: { bot: string; app: string };
  isNew: boolean;
}

/** Makes the folders and secrets of a demo world, or finds those of the last time. */
export async function openLayout(dataDir: string, wantedPage: number | null): Promise<Layout> {
  const root = resolve(dataDir);
  const file = join(root, 'demo.json');
  const isNew = !existsSync(file);
  if (isNew) assertOursToFill(root);
  const ports = isNew ? await newPorts(wantedPage) : await keptPorts(file, wantedPage);
  makeRoot(root);
  // First of all files: it says that the others are the demo's.
  writeFileSync(file, `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  const rekeyDir = folder(join(root, 'rekey'));
  const paymentsDir = folder(join(root, 'payments'));
  const slackDir = folder(join(root, 'slack'));
  const logsDir = folder(join(root, 'logs'));
  const keysDir = folder(join(rekeyDir, 'keys'));
  const hookSecretFile = join(folder(join(keysDir, 'hooks')), 'payments-api');
  if (!existsSync(join(keysDir, 'master.key'))) createKeyFiles(keysDir);
  const botTokenFile = join(slackDir, 'bot-token');
  const appTokenFile = join(slackDir, 'app-token');
  secretFile(hookSecretFile, () => random());
  return {
    ports,
    rekeyDir,
    keysDir,
    paymentsDir,
    callerKeyFile: join(paymentsDir, 'caller.key'),
    verifierKeyFile: join(paymentsDir, 'verifier.key'),
    hookSecretFile,
    botTokenFile,
    appTokenFile,
    snapshotFile: join(slackDir, 'workspace.json'),
    logsDir,
    tokens: {
      bot: secretFile(botTokenFile, () => `xoxb-${random()}`),
      app: secretFile(appTokenFile, () => `xapp-${random()}`),
    },
    isNew,
  };
}

function assertOursToFill(root: string): void {
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readdirSync(root).length === 0)) return;
  const what = stat.isDirectory() ? "holds files that are not the demo's" : 'is a file';
  throw new Refusal('demo_data', `${root} ${what}. Give the demo a new or empty folder with --data.`);
}

function makeRoot(root: string): void {
  try {
    folder(root);
  } catch (cause) {
    const sentence = `The demo cannot make its folder ${root} (${sentenceOf(cause)}). Give it another one with --data.`;
    throw new Refusal('demo_data', sentence, { cause });
  }
}

function folder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return path;
}

function random(): string {
  return randomBytes(24).toString('hex');
}

function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

async function newPorts(wantedPage: number | null): Promise<Layout['ports']> {
  const page = wantedPage ?? (await freePort());
  await assertFree(page, 'page');
  const [rekey, api] = [await freePort(), await freePort()];
  return { page, rekey, api };
}

async function keptPorts(file: string, wantedPage: number | null): Promise<Layout['ports']> {
  const kept = Ports.safeParse(jsonIn(file));
  if (!kept.success)
    throw new Refusal('demo_data', `${file} is not what the demo wrote. Remove the demo's folder to begin anew.`);
  const ports = { ...kept.data, page: wantedPage ?? kept.data.page };
  for (const [what, port] of Object.entries(ports)) await assertFree(port, what);
  return ports;
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

async function assertFree(port: number, what: string): Promise<void> {
  if (
    await listens(port).then(
      () => true,
      () => false,
    )
  )
    return;
  const hint =
    what === 'page'
      ? 'Give another one with --port.'
      : 'Is the demo running already? Stop it, or use another folder with --data.';
  throw new Refusal(
    'port_in_use',
    `Port ${port}, which the demo uses for its ${what}, is taken by another program. ${hint}`,
  );
}

const freePort = () => listens(0);

function listens(port: number): Promise<number> {
  return new Promise((found, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? found(address.port) : reject(new Error('no port')),
      );
    });
  });
}
