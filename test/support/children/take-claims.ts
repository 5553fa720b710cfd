import { ClaimId } from '../../../src/domain/ids.ts';
import { take } from '../../../src/engine/keys/take.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { randomId } from '../../../src/random-id.ts';
import { aPolicy, NOON } from '../builders.ts';

// One Rekey process in which carol takes each claim in turn; prints what came of each. The time is noon, as in the tests.
const [, , file = '', master = '', ...claims] = process.argv;
const now = () => NOON;
const ledger = await openLedger({ file, now });
const deps = {
  ledger,
  vault: openVault({ id: 'aaaa1111', bytes: Buffer.from(master, 'hex') }),
  queue: { wake: async () => {}, alarm: async () => {} },
  policy: async () => ({ policy: aPolicy(), hash: 'b'.repeat(64) }),
  now,
  newId: randomId,
  log: { info: () => {}, warn: () => {}, error: () => {} },
};
const came: string[] = [];
for (const id of claims) {
  const dedupe = { source: 'cli', id: randomId('req') };
  const request = { actor: 'person:carol', channel: 'cli', dedupe, how: 'terminal' } as const;
  const taken = take(deps, { id: ClaimId.parse(id) }, request);
  came.push(await taken.then(({ secret }) => secret.reveal()).catch((error: { code?: string }) => error.code ?? '?'));
}
await ledger.close();
process.stdout.write(came.join('\n'));
