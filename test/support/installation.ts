import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createKeyFiles, loadKeyFiles } from '../../src/providers/key-files.ts';
import { mintKey } from '../../src/providers/key-format.ts';
import { randomId } from '../../src/random-id.ts';
import { aKey, daysAfter } from './builders.ts';
import type { ChildEnd } from './run-child.ts';

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));

/** A Rekey on a disk of its own, with a copy of the product's runbooks and fresh key files, and its command line. */
export interface Installation {
  folder: string;
  dataDir: string;
  runbooksDir: string;
  keysDir: string;
  ledgerFile: string;
  /** Where this Rekey puts what is temporary. */
  temporary: string;
  env: Record<string, string>;
  /** `rekey <args>` as a process of its own. What it is asked on standard input is `input`. */
  rekey: (args: readonly string[], options?: { input?: string; env?: Record<string, string> }) => Promise<ChildEnd>;
  /** Puts keys into the ledger, which is made when it is not there. */
  issue: (...overrides: Partial<Key>[]) => Promise<{ key: Key; material: string }[]>;
}

export function anInstallation(): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [dataDir, runbooksDir, temporary] = [join(folder, 'data'), join(folder, 'runbooks'), join(folder, 'tmp')];
  const keysDir = join(dataDir, 'keys');
  cpSync(RUNBOOKS, runbooksDir, { recursive: true });
  mkdirSync(dataDir, { mode: 0o700 });
  mkdirSync(temporary);
  createKeyFiles(keysDir);
  // The compiled form of the program is kept for all tests, outside of what they look at.
  const NODE_COMPILE_CACHE = join(tmpdir(), 'rekey-test-compile-cache');
  const env = { PATH: process.env.PATH ?? '', TMPDIR: temporary, NODE_COMPILE_CACHE };
  const ledgerFile = join(dataDir, 'ledger.sqlite');
  const issue: Installation['issue'] = async (...overrides) => {
    const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
    const issued = overrides.map((one) => aFreshKey(keysDir, one));
    const events: LedgerEvent[] = issued.map(({ key }) => ({ type: 'key_issued', key }));
    await ledger.record({ at: new Date(), actor: 'person:carol', channel: 'cli' }, async () => ({
      events,
      result: null,
    }));
    await ledger.close();
    return issued;
  };
  return {
    folder,
    dataDir,
    runbooksDir,
    keysDir,
    ledgerFile,
    temporary,
    env,
    rekey: (args, { input = '', env: more = {} } = {}) => run(args, { cwd: folder, env: { ...env, ...more } }, input),
    issue,
  };
}

/** `payments-prod v3` of carol, which expires in a month; its material is known to this ledger's pepper. */
function aFreshKey(keysDir: string, overrides: Partial<Key>): { key: Key; material: string } {
  const { pepper } = loadKeyFiles(keysDir);
  const { secret, publicId, last4 } = mintKey('live');
  const material = secret.reveal();
  const key = aKey({
    id: KeyId.parse(randomId('key')),
    externalRef: publicId,
    last4,
    digest: pepper.digestOf(material),
    pepperId: pepper.id,
    expiresAt: daysAfter(new Date(), 30),
    ...overrides,
  });
  return { key, material };
}

function run(
  args: readonly string[],
  at: { cwd: string; env: Record<string, string> },
  input: string,
): Promise<ChildEnd> {
  const child = spawn(process.execPath, [MAIN, ...args], { ...at, stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  // A command that asks nothing does not read what it is given.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}
