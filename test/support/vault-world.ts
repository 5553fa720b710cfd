import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { SecretId } from '../../src/domain/ids.ts';
import type { RewrapDeps } from '../../src/engine/keys/rewrap.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { createKeyFiles, loadKeyFiles } from '../../src/providers/key-files.ts';
import { openVault } from '../../src/providers/seal.ts';
import { Secret } from '../../src/secret.ts';
import { aKey, aPolicy, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';

export interface VaultWorld {
  file: string;
  keysDir: string;
  ledger: Ledger;
  deps: RewrapDeps;
  /** Seals so many secrets under the master key of today; `sec-0000` holds `canary-material-0000`. */
  seal: (count: number) => Promise<void>;
}

/** A keys folder with a master key and a pepper. */
export function aKeysDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const keysDir = join(folder, 'keys');
  createKeyFiles(keysDir);
  return keysDir;
}

/** A ledger with one key, and key files in a folder of their own; bob may administer. */
export async function aVaultWorld(): Promise<VaultWorld> {
  const keysDir = aKeysDir();
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  await recordEvents(ledger, [{ type: 'key_issued', key: aKey() }]);
  const { masterKeys, pepper } = loadKeyFiles(keysDir);
  const vault = openVault(masterKeys);
  const deps: RewrapDeps = {
    ledger,
    vault,
    pepper,
    policy: async () => ({ policy: aPolicy({ may: { administer: ['bob'] } }), hash: 'b'.repeat(64) }),
    now: () => NOON,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
  const seal = async (count: number) => {
    const first = (await ledger.read.secretsOfKey(aKey().id)).length;
    const events = Array.from({ length: count }, (_, i): LedgerEvent => {
      const number = String(first + i).padStart(4, '0');
      const about = { id: SecretId.parse(`sec-${number}`), key: aKey().id, purpose: 'new_key', now: NOON } as const;
      return { type: 'secret_sealed', secret: vault.seal(new Secret(`canary-material-${number}`), about) };
    });
    await recordEvents(ledger, events);
  };
  return { file, keysDir, ledger, deps, seal };
}
