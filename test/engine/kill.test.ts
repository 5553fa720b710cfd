import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { aRun, NOON } from '../support/builders.ts';
import { readEffects } from '../support/durable-outside.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

const cells = ['safe', 'probe', 'ask'].flatMap((step) =>
  ['started', 'effect', 'outcome'].map((place) => ({ place, step })),
);

test.each(cells)(
  'kill -9 at $place:$step loses no run and repeats no effect that may not be repeated',
  async ({ place, step }) => {
    const file = aLedgerFile();
    const effects = join(dirname(file), 'effects');
    writeFileSync(effects, '');
    const ledger = await anOpenLedger(file);
    await recordEvents(ledger, BEGINNING);
    const advance = (faultAt?: string) =>
      runChild('advance-run', [file, aRun().id, effects], faultAt ? { FAULT_AT: faultAt } : {});

    expect(await advance(`${place}:${step}`)).toMatchObject({ code: null, signal: 'SIGKILL' });
    // The pid of the killed process is gone, so its lease is free at once.
    expect(await ledger.leases.due(NOON, () => true)).toEqual([aRun().id]);
    expect(await advance()).toMatchObject({ code: 0, err: '' });

    const run = await ledger.read.run(aRun().id);
    const count = readEffects(effects).filter((token) => token === `run-1.${step}.1`).length;
    const isLeftOpen = step === 'ask' && place !== 'outcome';
    expect(run?.outcome).toBe(isLeftOpen ? null : 'succeeded');
    expect(run?.steps[step]?.state).toBe(isLeftOpen ? 'in_doubt' : 'done');
    if (step === 'safe') expect(count).toBe(place === 'effect' ? 2 : 1);
    if (step === 'probe') expect(count).toBe(1);
    if (step === 'ask') expect(count).toBe(place === 'started' ? 0 : 1);
    expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  },
);
