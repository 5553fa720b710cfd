import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { openWays } from '../../../src/engine/deliveries/ways.ts';
import { faultPoints } from '../../../src/engine/fault-points.ts';
import { leaseOwner } from '../../../src/engine/owner.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';

// One Rekey process that sends what is due, and is killed at FAULT_AT. The time is the test's.
const [, , file = '', at = '', outside = '{}'] = process.argv;
const { specs, keysDir, allow } = JSON.parse(outside);
const now = () => new Date(at);
const ledger = await openLedger({ file, now });
const sent = await sendDue({
  ledger,
  outside: {
    specs: async () => specs,
    template: async () => {
      throw new Error('nothing is written here');
    },
  },
  now,
  log: { info: () => {}, warn: () => {}, error: () => {} },
  owner: leaseOwner(),
  faultPoint: faultPoints(process.env.FAULT_AT ?? null),
  sendOut: openWays({ keysDir, allow, now, resolve: async () => ['127.0.0.1'] }),
  chance: () => 0,
});
process.stdout.write(String(sent));
await ledger.close();
