import { openLedger } from '../../../src/ledger/ledger.ts';

// Records `count` refusals as fast as it can and prints how long the slowest took.
const [, , file = '', name = '', count = '0'] = process.argv;
const ledger = await openLedger({ file, now: () => new Date() });
let slowestMs = 0;
for (let i = 0; i < Number(count); i++) {
  const begun = performance.now();
  await ledger.record({ at: new Date(), actor: `system:${name}`, channel: 'cli' }, async () => ({
    events: [{ type: 'request_refused', what: `${name}-${i}`, code: 'test', sentence: 'a line' }],
    result: undefined,
  }));
  slowestMs = Math.max(slowestMs, performance.now() - begun);
}
await ledger.close();
process.stdout.write(String(Math.round(slowestMs)));
