import { PersonId } from '../../../src/domain/ids.ts';
import { openStepUp } from '../../../src/engine/second-factor/step-up.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { loadKeyFiles } from '../../../src/providers/key-files.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { randomId } from '../../../src/random-id.ts';
import { Secret } from '../../../src/secret.ts';

// One process that takes one code for one decision; FAULT_AT kills it for good before or after the decision is recorded.
const [, , file = '', keysDir = '', person = '', instant = ''] = process.argv;
const at = new Date(instant);
const die = (place: string) => process.env.FAULT_AT === place && process.kill(process.pid, 'SIGKILL');
const { masterKeys, pepper } = loadKeyFiles(keysDir);
const ledger = await openLedger({ file, now: () => at });
const stepUp = openStepUp({ ledger, vault: openVault(masterKeys), pepper, newId: randomId });
const given = { at, actor: 'system:engine', channel: 'engine', what: 'apr-1' } as const;
const code = new Secret(process.env.TEST_CODE ?? '');
const outcome = await stepUp.prove(PersonId.parse(person), code, given).catch((error: Error) => error.name);
die('proved');
if (typeof outcome !== 'string') await ledger.record(given, async () => ({ ...outcome, result: undefined }));
die('recorded');
await ledger.close();
