import { randomUUID } from 'node:crypto';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { aClassRule, aPolicy } from '../builders.ts';
import { aSchedulerProcess } from '../scheduler-process.ts';

// Looks at the clock three times, as `rekey serve` does, and prints what came of it.
const [, , file = '', at = ''] = process.argv;
const now = () => new Date(at);
const ledger = await openLedger({ file, now });
const { scheduler } = aSchedulerProcess({
  ledger,
  now,
  uptimeMs: () => 0,
  newId: (prefix) => `${prefix}-${randomUUID()}`,
  policy: () => aPolicy(),
  rule: () => aClassRule(),
  misfits: new Set(),
  warn: (text) => process.stderr.write(`${text}\n`),
});
const results = [await scheduler.tick(), await scheduler.tick(), await scheduler.tick()];
process.stdout.write(JSON.stringify(results));
await ledger.close();
