import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyClass } from '../../src/domain/key.ts';
import type { ClassRule } from '../../src/domain/key-class.ts';
import { Policy } from '../../src/domain/policy.ts';
import { EVERY_KEY } from '../../src/domain/reach.ts';
import type { DigestsDeps } from '../../src/engine/digests/deps.ts';
import { candidatesNow } from '../../src/engine/digests/gather.ts';
import { makeDigest } from '../../src/engine/digests/make.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import type { Figure } from './ledger.ts';
import { makeLedger } from './make-ledger.ts';
import { compare, microsecondsEach } from './measure.ts';
import { pepper } from './verify.ts';

const SMALL_KEYS = 10_000;
const EXPIRING = 300;
const TIMES = 20;

/** The digest of a morning over two ledgers in which as many keys end: reading, composing, everything but the one commit. */
export async function benchDigest(
  { keys, rounds }: { keys: number; rounds: number },
  say: (text: string) => void,
): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  const now = new Date();
  try {
    const made = { expiring: EXPIRING, now, digestOf: pepper.digestOf, lines: SMALL_KEYS };
    const files = { small: join(folder, 'small.sqlite'), large: join(folder, 'large.sqlite') };
    say(`Making a ledger of ${SMALL_KEYS} keys and one of ${keys} …`);
    await makeLedger(files.small, { ...made, keys: SMALL_KEYS });
    await makeLedger(files.large, { ...made, keys });
    say('Making digests …');
    return await figures(files, { now, keys, rounds });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function figures(
  files: { small: string; large: string },
  { now, keys, rounds }: { now: Date; keys: number; rounds: number },
): Promise<Figure[]> {
  const [few, many] = [await aDesk(files.small, now), await aDesk(files.large, now)];
  const [a, b] = [await few.digest(), await many.digest()];
  if (a.items.length !== b.items.length || a.items.length < EXPIRING)
    throw new Error(`${a.items.length} and ${b.items.length} keys are in the digests: not comparable`);
  const whole = await compare(
    rounds,
    () => microsecondsEach(TIMES, few.digest),
    () => microsecondsEach(TIMES, many.digest),
  );
  const reading = await compare(
    rounds,
    () => microsecondsEach(TIMES, few.read),
    () => microsecondsEach(TIMES, many.read),
  );
  await few.close();
  await many.close();
  const how = ({ bareUs, oursUs }: { bareUs: number; oursUs: number }) =>
    `${Math.round(oursUs)} µs with ${keys.toLocaleString('en')} keys against ${Math.round(bareUs)} µs with ${SMALL_KEYS.toLocaleString('en')}, ${a.items.length} keys in both`;
  return [
    { what: 'digest_scale', value: 1 / whole.ratio, unit: 'ratio', goal: { atMost: 1.2 }, how: how(whole) },
    {
      what: 'digest, reading alone',
      value: 1 / reading.ratio,
      unit: 'ratio',
      goal: { atMost: 1.2 },
      how: how(reading),
    },
  ];
}

async function aDesk(file: string, now: Date) {
  const ledger = await openLedger({ file, now: () => now });
  const deps: DigestsDeps = {
    ledger,
    policy: async () => ({ policy: POLICY, hash: '' }),
    classRule: async () => RULE,
    runbooks: NONE,
    providers: {},
    sinks: {},
    now: () => now,
    newId: (prefix) => prefix,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
  const rules = { now, policy: POLICY, rules: new Map(KeyClass.options.map((keyClass) => [keyClass, RULE])) };
  const day = now.toISOString().slice(0, 10);
  return {
    digest: () => makeDigest(deps, rules, { id: `dig-${day}`, day, kind: 'daily', dueAt: now, reach: EVERY_KEY }),
    read: () => candidatesNow(ledger.read, rules, now),
    close: ledger.close,
  };
}

const groups = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`team-${index}`, ['carol']]));
const POLICY = Policy.parse({
  version: 1,
  team: { slack_teams: ['T0BENCH'], incident_channel: 'C0BENCH' },
  people: { carol: { slack: 'U0CAROL' } },
  groups: { ...groups, oncall: ['carol'] },
  rules: {},
});
const RULE: ClassRule = {
  maxAgeDays: 90,
  warnDays: [30, 14, 7, 3, 1, 0],
  graceHours: { default: 24, longest: 168 },
  approvals: { planned: 0, emergency: 1 },
  required: [],
  automatic: false,
  revocable: true,
  leadHours: 24,
  windows: [],
};
// Only the summary of a week looks at runbooks, and this is the digest of a day.
const NONE: DigestsDeps['runbooks'] = {
  planOf: none,
  current: () => null,
  checkInputs: none,
  takes: () => false,
  assertFits: () => {},
  startedBy: () => [],
};

function none(): never {
  throw new Error('the bench has no runbooks');
}
