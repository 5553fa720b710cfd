import { KeyId } from '../../../src/domain/ids.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';

// Revokes a key, as a command on the same ledger does while `rekey serve` runs.
const [, , file = '', key = ''] = process.argv;
const ledger = await openLedger({ file, now: () => new Date() });
await ledger.record({ at: new Date(), actor: 'person:alice', channel: 'cli' }, async () => ({
  events: [{ type: 'key_revoked', key: KeyId.parse(key), replacedBy: null }],
  result: undefined,
}));
await ledger.close();
