import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import { aKey, aRun } from '../support/builders.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const pending = (version: number) =>
  aKey({
    id: KeyId.parse(`key-payments${version}`),
    version,
    externalRef: `pay${version}`,
    digest: String(version).padEnd(64, 'b'),
    predecessor: aKey().id,
    state: 'pending',
    activatedAt: null,
    provedLiveAt: null,
  });

/** A run that minted a replacement and ended before anybody could use it. */
async function aFailedRun(beginning: LedgerEvent[] = BEGINNING) {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, beginning);
  await recordEvents(ledger, [{ type: 'key_issued', key: pending(4) }], { run: aRun().id });
  await recordEvents(ledger, [
    { type: 'run_finished', run: aRun().id, outcome: 'failed', why: 'deliver: no such folder' },
  ]);
  return ledger;
}

test('a key whose run failed after the point of no return can be replaced by the next run', async () => {
  const ledger = await aFailedRun();
  const run = RunId.parse('run-2');
  const again = BEGINNING.flatMap((event): LedgerEvent[] =>
    event.type === 'run_started' ? [{ ...event, run: { ...event.run, id: run } }] : [],
  );
  await recordEvents(ledger, again);
  await recordEvents(ledger, [{ type: 'key_issued', key: pending(5) }], { run });
  expect((await ledger.read.versionsOf('payments-prod')).map((key) => key.version)).toEqual([5, 4, 3]);
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('while a run is open nobody else replaces its key', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  await recordEvents(ledger, [{ type: 'key_issued', key: pending(4) }], { run: aRun().id });
  await expect(recordEvents(ledger, [{ type: 'key_issued', key: pending(5) }], { run: aRun().id })).rejects.toThrow(
    /rotations/,
  );
});

test.each([aKey().activatedAt, null])(
  'a replacement that was never activated is not found by its name (activated: %s)',
  async (activatedAt) => {
    const [, ...rest] = BEGINNING;
    const ledger = await aFailedRun([{ type: 'key_issued', key: aKey({ activatedAt }) }, ...rest]);
    expect((await ledger.read.keyBySlug('payments-prod'))?.version).toBe(3);
  },
);
