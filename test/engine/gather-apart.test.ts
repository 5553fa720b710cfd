import { expect, test } from 'vitest';
import { openIncidents } from '../../src/engine/incidents/open-incidents.ts';
import type { Ledger, RecordingTx } from '../../src/ledger/ledger.ts';
import type { LedgerReader } from '../../src/ledger/reader.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { anIncident, aPolicy, bob } from '../support/builders.ts';
import { anEngineWorld, from } from '../support/engine-world.ts';
import { BEGINNING, recordEvents } from '../support/ledger-file.ts';

const incident = anIncident().id;
const LONG: ReadonlySet<string> = new Set(['usageOf', 'usageAround', 'audit']);

/** What takes long to read is counted by where it is read; `between` happens after the first such read outside of a transaction. */
function watched(ledger: Ledger, between: () => Promise<void> = async () => {}) {
  const counted = { outside: 0, inside: 0 };
  const watch = (read: LedgerReader, where: keyof typeof counted): LedgerReader =>
    new Proxy(read, {
      get: (target, name, receiver) => {
        const found: unknown = Reflect.get(target, name, receiver);
        if (!LONG.has(String(name)) || typeof found !== 'function') return found;
        return async (...args: unknown[]) => {
          counted[where] += 1;
          if (where === 'outside' && counted.outside === 1) await between();
          return found(...args);
        };
      },
    });
  const record: Ledger['record'] = (context, work) =>
    ledger.record(context, (tx) => {
      const inner: RecordingTx = { ...tx, read: watch(tx.read, 'inside') };
      return work(inner);
    });
  return { counted, ledger: { ...ledger, read: watch(ledger.read, 'outside'), record } };
}

async function anOffice(between?: (ledger: Ledger) => Promise<void>) {
  const world = await anEngineWorld();
  world.setPolicy(aPolicy({ may: { close: ['bob'], read: ['bob'], rotate: ['bob'] } }));
  const { ledger, deps } = await world.open();
  await recordEvents(
    ledger,
    BEGINNING.filter(({ type }) => type !== 'key_issued'),
    { incident },
  );
  const { counted, ledger: seen } = watched(ledger, between && (() => between(ledger)));
  const incidents = openIncidents({ ...deps, ledger: seen, pepper: openPepper('p1', Buffer.alloc(32, 1)) });
  return { incidents, counted };
}

test('whoever records does not wait until the points of a long incident are read for its closing', async () => {
  const { incidents, counted } = await anOffice();
  const { openPoints } = await incidents.close({ ...from(bob), incident });
  expect(openPoints).toContain('The post-incident summary has not been posted.');
  expect(counted.outside).toBeGreaterThan(0);
  expect(counted.inside).toBe(0);
});

test('what is recorded while the points are read counts', async () => {
  const posted = { type: 'summary_posted', incident, run: null, markdown: '# it', json: '{}' } as const;
  const { incidents } = await anOffice((ledger) => recordEvents(ledger, [posted], { incident }));
  const { openPoints } = await incidents.close({ ...from(bob), incident });
  expect(openPoints).not.toContain('The post-incident summary has not been posted.');
});
