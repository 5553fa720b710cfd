import { rewrap } from '../../../src/engine/keys/rewrap.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { aPolicy, NOON } from '../builders.ts';

// One process that rewraps, and dies in the middle of its n-th sealing. What was recorded by then is what the next one finds.
const [, , file = '', keysDir = '', dieAt = '0'] = process.argv;
const now = () => NOON;
const ledger = await openLedger({ file, now });
const { masterKeys, pepper } = loadKeyFiles(keysDir);
const vault = openVault(masterKeys);
let sealings = 0;
const mortal: typeof vault = {
  ...vault,
  seal: (secret, about) => {
    sealings += 1;
    if (sealings === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    return vault.seal(secret, about);
  },
};
const policy = async () => ({ policy: aPolicy({ may: { administer: ['bob'] } }), hash: 'b'.repeat(64) });
const log = { info: () => {}, warn: () => {}, error: () => {} };
const dedupe = { source: 'cli', id: 'req-1' };
const request = { actor: 'person:bob', channel: 'cli', dedupe, onProgress: () => {} } as const;
const result = await rewrap({ ledger, vault: mortal, pepper, policy, now, log }, request);
await ledger.close();
process.stdout.write(JSON.stringify(result));
