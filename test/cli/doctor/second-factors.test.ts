import { expect, test } from 'vitest';
import { secondFactorsCheck } from '../../../src/cli/doctor/second-factors.ts';
import { readConfig } from '../../../src/config.ts';
import { PersonId } from '../../../src/domain/ids.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { anInstallationOf } from '../../support/cli-people.ts';
import type { Installation } from '../../support/installation.ts';

const TIER_3 = { rules: { big: { tier: 3, approve: 2, from: ['bob', 'carol'] } as never } };

async function enrol({ ledgerFile }: Installation, ...people: string[]): Promise<void> {
  const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
  const at = new Date();
  for (const name of people) {
    const person = PersonId.parse(name);
    const factor = { id: `fac-${name}`, person, envelope: 'v1.none.x', enrolledAt: at };
    await ledger.record({ at, actor: `person:${name}`, channel: 'cli' }, async () => ({
      events: [
        { type: 'totp_enrolled', factor, invite: null },
        { type: 'totp_confirmed', person, factor: factor.id, step: 1, recovery: [] },
      ],
      result: undefined,
    }));
  }
  await ledger.close();
}

test('the doctor and lint say which rule of tier 3 nobody can use, whom to enrol, and when it is right', async () => {
  const installation = anInstallationOf('bob', TIER_3);
  const config = readConfig({ REKEY_DATA_DIR: installation.dataDir, REKEY_RUNBOOKS_DIR: installation.runbooksDir });
  const advice = /^big: too few have a code, so nobody can decide by it \(bob, carol\)\. .*invite bob$/;
  expect(await secondFactorsCheck(config)).toMatchObject({ state: 'problem', todo: [expect.stringMatching(advice)] });
  await installation.issue({});
  await enrol(installation, 'bob');
  expect(await secondFactorsCheck(config)).toMatchObject({ todo: [expect.stringContaining('(carol)')] });
  const lint = await installation.rekey(['runbooks', 'lint']);
  expect(lint.out).toContain('note: policy.yaml  big: too few have a code, so nobody can decide by it (carol)');
  await enrol(installation, 'carol');
  expect(await secondFactorsCheck(config)).toMatchObject({
    state: 'ok',
    says: 'people with a code: 2; 1 rule of tier 3',
  });
  expect((await installation.rekey(['runbooks', 'lint'])).out).not.toContain('note:');
}, 60_000);

test('where no rule is of tier 3, nobody needs a code', async () => {
  const { dataDir, runbooksDir } = anInstallationOf('bob');
  const config = readConfig({ REKEY_DATA_DIR: dataDir, REKEY_RUNBOOKS_DIR: runbooksDir });
  expect(await secondFactorsCheck(config)).toMatchObject({ state: 'ok', todo: [] });
});
