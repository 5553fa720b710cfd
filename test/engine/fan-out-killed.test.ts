import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { aRun } from '../support/builders.ts';
import { readEffects } from '../support/durable-outside.ts';
import { itemsOf } from '../support/fan-out-world.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

const ITEMS = ['a', 'b', 'c', 'd', 'e'];

// The first start, a later count, a run in the middle of its effect, the last count.
test.each(['started:fan', 'effect:fan', 'effect:fan:2', 'outcome:fan:2', 'effect:inner:3', 'effect:fan:4'])(
  'kill -9 at %s in mid-fan-out: every item has one run, one effect and one outcome',
  async (faultAt) => {
    const file = aLedgerFile();
    const effects = join(dirname(file), 'effects');
    writeFileSync(effects, '');
    const ledger = await anOpenLedger(file);
    await recordEvents(ledger, BEGINNING);
    const advance = (env: Record<string, string> = {}) =>
      runChild('advance-fan-out', [file, effects, ITEMS.join(',')], env);

    expect(await advance({ FAULT_AT: faultAt })).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect((await ledger.read.run(aRun().id))?.finishedAt).toBeNull();
    expect(await advance()).toMatchObject({ code: 0, err: '' });

    expect(await ledger.read.run(aRun().id)).toMatchObject({ outcome: 'succeeded' });
    const items = await itemsOf({ ledger }, aRun().id);
    expect(items.map(({ name, outcome }) => [name, outcome])).toEqual(ITEMS.map((name) => [name, 'succeeded']));
    expect(new Set(items.map((item) => item.run)).size).toBe(ITEMS.length);
    const inner = readEffects(effects).filter((token) => token.includes('.inner.'));
    expect(inner.toSorted()).toEqual(ITEMS.map((_, at) => `run-1-fan-1-${at + 1}.inner.1`));
    expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  },
);
