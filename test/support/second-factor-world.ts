import { HOTP, Secret as OtpSecret } from 'otpauth';
import type { PersonId } from '../../src/domain/ids.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { SecondFactorDeps } from '../../src/engine/second-factor/deps.ts';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { openStepUp } from '../../src/engine/second-factor/step-up.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import { openVault } from '../../src/providers/seal.ts';
import { timeStepAt } from '../../src/providers/totp.ts';
import { randomId } from '../../src/random-id.ts';
import { Secret } from '../../src/secret.ts';
import { aPolicy, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger } from './ledger-file.ts';
import { aKeysDir } from './vault-world.ts';

/** What an authenticator app shows at that time, so many steps of 30 s away; made by another call of the library than the product's. */
export function codeOf(seed: Secret, at: Date, steps = 0): Secret {
  const secret = OtpSecret.fromBase32(seed.reveal());
  return new Secret(HOTP.generate({ secret, algorithm: 'SHA1', digits: 6, counter: timeStepAt(at) + steps }));
}

/** A code that is none of this seed's around that time. */
export function wrongCode(seed: Secret, at: Date): Secret {
  const right = new Set(Array.from({ length: 601 }, (_, i) => codeOf(seed, at, i - 300).reveal()));
  for (let code = 0; ; code += 1) {
    const digits = String(code).padStart(6, '0');
    if (!right.has(digits)) return new Secret(digits);
  }
}

let asked = 0;

export function asking(person: PersonId) {
  asked += 1;
  return { actor: `person:${person}`, channel: 'cli', dedupe: { source: 'cli', id: `cli-${asked}` } } as const;
}

type World = Awaited<ReturnType<typeof aSecondFactorWorld>>;

/** Codes over a real ledger and key files, with a clock that is moved by hand; bob may administer. */
export async function aSecondFactorWorld(more: Partial<Policy> = {}) {
  const [file, keysDir] = [aLedgerFile(), aKeysDir()];
  let now = NOON;
  let policy = aPolicy({ may: { administer: ['bob'] }, ...more });
  const { masterKeys, pepper } = loadKeyFiles(keysDir);
  const vault = openVault(masterKeys);
  const depsOn = (ledger: Ledger): SecondFactorDeps => ({
    ledger,
    vault,
    pepper,
    policy: async () => ({ policy, hash: 'b'.repeat(64) }),
    now: () => now,
    newId: randomId,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const ledger = await anOpenLedger(file, () => now);
  const deps = depsOn(ledger);
  const factors = openSecondFactors(deps);
  return {
    file,
    keysDir,
    ledger,
    deps,
    depsOn,
    factors,
    stepUp: openStepUp(deps),
    now: () => now,
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    setPolicy: (given: Policy) => {
      policy = given;
    },
    /** Somebody with an app that works; half a minute later, so that its next code is fresh. */
    enrolled: async (person: PersonId) => {
      const { seed } = await factors.enrol(asking(person));
      const { recoveryCodes } = await factors.confirm({ ...asking(person), code: codeOf(seed, now) });
      now = new Date(now.getTime() + 30_000);
      return { seed, recoveryCodes };
    },
  };
}

/** Proves and records, as a decision does. */
export async function spend(
  { ledger, now, stepUp }: Pick<World, 'ledger' | 'now' | 'stepUp'>,
  person: PersonId,
  code: Secret,
) {
  const given = { at: now(), actor: `person:${person}`, channel: 'slack', what: 'apr-1' } as const;
  const { events } = await stepUp.prove(person, code, given);
  await ledger.record(given, async () => ({ events, result: undefined }));
  return events;
}
