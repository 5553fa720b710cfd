import { faultPoints } from '../../../src/engine/fault-points.ts';
import { generate } from '../../../src/engine/keys/generate.ts';
import type { GenerateRequest } from '../../../src/engine/keys/keys.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openPepper } from '../../../src/providers/pepper.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { randomId } from '../../../src/random-id.ts';
import { loadClassRule } from '../../../src/runbook/policy-file.ts';
import { fileSink } from '../../../src/sinks/file.ts';
import { aPolicy, NOON } from '../builders.ts';

// One Rekey process that generates the key of this request, and is killed at FAULT_AT. The time is noon, as in the tests.
const [, , file = '', place = '', secrets = '', request = '{}'] = process.argv;
const { master, pepper } = JSON.parse(secrets) as { master: string; pepper: string };
const now = () => NOON;
const ledger = await openLedger({ file, now });
const deps = {
  ledger,
  queue: { wake: async () => {}, alarm: async () => {} },
  policy: async () => ({ policy: aPolicy({ may: { create: ['alice'] } }), hash: 'b'.repeat(64) }),
  classRule: (keyClass: Parameters<typeof loadClassRule>[1]) => loadClassRule('runbooks', keyClass),
  providers: {},
  sinks: { file: fileSink({ roots: [place] }) },
  vault: openVault({ id: 'aaaa1111', bytes: Buffer.from(master, 'hex') }),
  pepper: openPepper('p1', Buffer.from(pepper, 'hex')),
  now,
  newId: randomId,
  log: { info: () => {}, warn: () => {}, error: () => {} },
  faultPoint: faultPoints(process.env.FAULT_AT ?? null),
};
await generate(deps, JSON.parse(request) as GenerateRequest);
await ledger.close();
