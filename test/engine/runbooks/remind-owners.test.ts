import { expect, test } from 'vitest';
import type { RunbookProof } from '../../../src/domain/runbook-version.ts';
import { remindOwners } from '../../../src/engine/runbooks/remind-owners.ts';
import { aPolicy, aRunbookVersion, DAY, daysAfter, NOON } from '../../support/builders.ts';
import { anOpenLedger, recordEvents } from '../../support/ledger-file.ts';

const LATE = { reviewBy: NOON.toISOString().slice(0, 10) };

async function aLedgerWith(proof: Partial<RunbookProof> | null, version = aRunbookVersion(LATE)) {
  const ledger = await anOpenLedger();
  const { runbook, hash } = version;
  await recordEvents(ledger, [
    { type: 'runbook_read', version, text: 'runbook: R-TEST' },
    { type: 'runbook_went_live', runbook, hash, replaces: null, tell: [] },
  ]);
  const whole = {
    id: 'prf-1',
    runbook,
    hash,
    how: 'drill',
    passed: true,
    recoverMs: 60_000,
    summary: 'It works.',
    at: NOON,
  } as const;
  if (proof !== null) await recordEvents(ledger, [{ type: 'runbook_proved', proof: { ...whole, ...proof } }]);
  const policy = async () => ({ policy: aPolicy(), hash: 'b'.repeat(64) });
  const remindAt = async (days: number) => {
    await remindOwners({ ledger, policy }, daysAfter(NOON, days));
    return ledger.read.alarmsSince(new Date(NOON.getTime() - DAY));
  };
  return { ledger, remindAt };
}

test('a runbook that is new gets a week before anybody is reminded', async () => {
  const { remindAt } = await aLedgerWith(null);
  expect(await remindAt(6)).toEqual([]);
  expect(await remindAt(8)).toHaveLength(1);
});

test('its owners and the team hear once a week what is due, however often the clock is looked at', async () => {
  const { ledger, remindAt } = await aLedgerWith(null);
  await remindAt(8);
  const [alarm, ...more] = await remindAt(8.2);
  expect(more).toEqual([]);
  expect(alarm).toMatchObject({ kind: 'runbook_review' });
  expect(alarm?.sentence).toContain(
    `R-TEST needs a look: it was to be reviewed by ${LATE.reviewBy}, and it was never proven`,
  );
  expect(await remindAt(16)).toHaveLength(2);
  const told = (await ledger.outbox.due(daysAfter(NOON, 20), 20)).map(({ channel }) => channel);
  expect(told).toContain('person:bob');
  expect(told.some((channel) => !channel.startsWith('person:'))).toBe(true);
});

test('nobody hears anything of one that was read and proven', async () => {
  const { remindAt } = await aLedgerWith({}, aRunbookVersion({ reviewBy: '2999-01-01' }));
  expect(await remindAt(30)).toEqual([]);
});

test('a drill that failed proves nothing', async () => {
  const { remindAt } = await aLedgerWith({ passed: false }, aRunbookVersion({ reviewBy: '2999-01-01' }));
  expect(await remindAt(30)).toHaveLength(1);
});
