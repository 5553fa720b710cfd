import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agreedIn } from '../../../src/engine/runbooks/agreed.ts';
import { approveGrants } from '../../../src/engine/runbooks/approve-grants.ts';
import { recordRunbooks } from '../../../src/engine/runbooks/record-runbooks.ts';
import { openRunbookSet } from '../../../src/runbook/runbook-set.ts';
import { GOOD, smallCatalogue } from '../../runbook/small-catalogue.ts';
import { alice, aPolicy, bob, NOON } from '../../support/builders.ts';
import { from, refusalOf } from '../../support/engine-world.ts';
import { aLedgerFile, anOpenLedger } from '../../support/ledger-file.ts';

const WIDER = GOOD.replace('sinks: [file]', 'sinks: [file, webhook]');
const OTHER = GOOD.replace('title: Something', 'title: Another thing');

/** A folder with R-TEST in it, and a process that reads it. */
async function aFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-runbooks-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const write = (text: string, name = 'R-TEST.yaml') => writeFileSync(join(dir, name), text);
  write(GOOD);
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const policy = aPolicy({ may: { administer: ['bob'] } });
  const aProcess = async () => {
    const own = await anOpenLedger(file);
    const runbooks = await openRunbookSet(dir, smallCatalogue, () => agreedIn(own.read));
    const deps = {
      ledger: own,
      policy: async () => ({ policy, hash: 'b'.repeat(64) }),
      now: () => NOON,
      log,
      runbooks,
    };
    await recordRunbooks(deps, runbooks);
    const reload = async () => {
      await runbooks.reload();
      await recordRunbooks(deps, runbooks);
    };
    return { deps, runbooks, reload };
  };
  const actions = async () => (await ledger.read.audit({ limit: 100 })).map(({ action }) => action).reverse();
  return { write, ledger, aProcess, actions, dir };
}

test('a ledger that has never seen a runbook takes what it finds, and says nothing to anybody', async () => {
  const { aProcess, ledger, actions } = await aFolder();
  const { runbooks } = await aProcess();
  expect([...runbooks.all().keys()]).toEqual(['R-TEST']);
  expect(await actions()).toEqual(['runbook_read', 'runbook_went_live']);
  expect(await ledger.outbox.due(NOON, 10)).toEqual([]);
});

test('the same folder read again, here or elsewhere, is recorded once', async () => {
  const { aProcess, actions } = await aFolder();
  const { reload } = await aProcess();
  await reload();
  await aProcess();
  expect(await actions()).toHaveLength(2);
});

test('a text that may touch no more is live at once, and the team sees what changed', async () => {
  const { aProcess, write, ledger, actions } = await aFolder();
  const { runbooks, reload } = await aProcess();
  write(OTHER);
  await reload();
  expect(runbooks.all().get('R-TEST')?.title).toBe('Another thing happened to a key');
  expect((await actions()).slice(2)).toEqual(['runbook_read', 'runbook_went_live']);
  const [message] = await ledger.outbox.due(NOON, 10);
  expect(message).toMatchObject({ surface: 'runbook_change' });
});

test('a text that may touch more waits, and the one before stays live in every process, after a restart too', async () => {
  const { aProcess, write, ledger } = await aFolder();
  const { runbooks, reload } = await aProcess();
  const before = runbooks.current('R-TEST');
  write(WIDER);
  await reload();
  expect(runbooks.current('R-TEST')).toEqual(before);
  expect(runbooks.held().map(({ widened }) => widened)).toEqual([['sinks: webhook']]);

  const restarted = await aProcess();
  expect(restarted.runbooks.current('R-TEST')).toEqual(before);
  const alarms = await ledger.read.alarmsSince(new Date(0));
  expect(alarms.map(({ kind }) => kind)).toEqual(['runbook_held']);
  expect(alarms[0]?.sentence).toContain('sinks: webhook');
});

test('a new runbook that touches anything waits for an agreement too', async () => {
  const { aProcess, write } = await aFolder();
  const { runbooks, reload } = await aProcess();
  write(GOOD.replaceAll('R-TEST', 'R-NEW'), 'R-NEW.yaml');
  await reload();
  expect([...runbooks.all().keys()]).toEqual(['R-TEST']);
  expect(runbooks.held().map(({ runbook }) => runbook.id)).toEqual(['R-NEW']);
});

test('narrowing needs nobody', async () => {
  const { aProcess, write } = await aFolder();
  write(WIDER);
  const { runbooks, reload } = await aProcess();
  write(GOOD);
  await reload();
  expect(runbooks.held()).toEqual([]);
  expect(runbooks.current('R-TEST')?.text).toBe(GOOD);
});

test('goes live when somebody who administers agrees to the text that they read, and the audit says who', async () => {
  const { aProcess, write, ledger } = await aFolder();
  const { deps, runbooks, reload } = await aProcess();
  write(WIDER);
  await reload();
  const [held] = runbooks.held();
  const request = { ...from(bob), runbook: 'R-TEST', hash: held?.runbook.hash ?? null, reason: 'reviewed' };
  const { widened } = await approveGrants(deps, request);
  expect(widened).toEqual(['sinks: webhook']);
  expect(runbooks.current('R-TEST')?.hash).toBe(held?.runbook.hash);
  expect(await ledger.read.runbookVersion('R-TEST', held?.runbook.hash ?? '')).toMatchObject({
    approvedBy: 'person:bob',
    approvedAt: NOON,
  });
  expect((await aProcess()).runbooks.held()).toEqual([]);
});

test('is refused for whoever may not, for a text that was saved after the reading, and where nothing waits', async () => {
  const { aProcess, write } = await aFolder();
  const { deps, runbooks, reload } = await aProcess();
  const ask = (person: typeof alice, hash: string | null) =>
    refusalOf(approveGrants(deps, { ...from(person), runbook: 'R-TEST', hash, reason: 'ok' }));
  expect((await ask(bob, null)).code).toBe('nothing_held');
  write(WIDER);
  await reload();
  expect((await ask(alice, null)).code).toBe('not_allowed');
  const read = runbooks.held()[0]?.runbook.hash ?? '';
  write(WIDER.replace('webhook', 'pastebin'));
  expect((await ask(bob, read)).code).toBe('another_text');
  expect(runbooks.current('R-TEST')?.text).toBe(GOOD);
});

test('an agreement is for one text: what is widened after it waits again', async () => {
  const { aProcess, write } = await aFolder();
  const { deps, runbooks, reload } = await aProcess();
  write(WIDER);
  await reload();
  await approveGrants(deps, { ...from(bob), runbook: 'R-TEST', hash: null, reason: 'reviewed' });
  write(WIDER.replace('webhook]', 'webhook, pastebin]'));
  await reload();
  expect(runbooks.held().map(({ widened }) => widened)).toEqual([['sinks: pastebin']]);
});

test('a broken folder is an alarm to the team and the owner of the file, once for the same mistakes', async () => {
  const { aProcess, write, ledger } = await aFolder();
  const { reload } = await aProcess();
  write(GOOD.replace('uses: destroy', 'uses: demolish'));
  await reload();
  await reload();
  const alarms = await ledger.read.alarmsSince(new Date(0));
  expect(alarms.map(({ kind }) => kind)).toEqual(['runbooks_broken']);
  expect(alarms[0]?.sentence).toMatch(/R-TEST\.yaml:\d+:\d+/);
});

test('a runbook that is gone is recorded as gone, and what ran keeps its text', async () => {
  const { aProcess, ledger, actions, dir } = await aFolder();
  const { runbooks, reload } = await aProcess();
  const hash = runbooks.current('R-TEST')?.hash ?? '';
  rmSync(join(dir, 'R-TEST.yaml'));
  await reload();
  expect((await actions()).at(-1)).toBe('runbook_gone');
  expect(await ledger.read.runbookText(hash)).toBe(GOOD);
});

test('one that is away for a moment comes back as it was, and nobody has to agree again', async () => {
  const { aProcess, write, dir, ledger } = await aFolder();
  const { runbooks, reload } = await aProcess();
  rmSync(join(dir, 'R-TEST.yaml'));
  await reload();
  expect(runbooks.current('R-TEST')).toBeNull();
  write(GOOD);
  await reload();
  expect(runbooks.held()).toEqual([]);
  expect(runbooks.current('R-TEST')?.text).toBe(GOOD);
  expect(await ledger.outbox.due(NOON, 10)).toEqual([]);
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('taking every file away and putting them back widened is held like any other widening', async () => {
  const { aProcess, write, dir } = await aFolder();
  const { runbooks, reload } = await aProcess();
  rmSync(join(dir, 'R-TEST.yaml'));
  await reload();
  write(WIDER);
  await reload();
  expect(runbooks.held().map(({ widened }) => widened)).toEqual([['sinks: webhook']]);
  expect(runbooks.current('R-TEST')?.text).toBe(GOOD);
  expect((await aProcess()).runbooks.current('R-TEST')?.text).toBe(GOOD);
});
