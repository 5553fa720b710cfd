import { openLedger } from '../../../src/ledger/ledger.ts';

const [, , file = ''] = process.argv;
const ledger = await openLedger({ file, now: () => new Date() });
process.stdout.write('open');
await ledger.close();
