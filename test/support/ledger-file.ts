import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { type Ledger, openLedger, type RecordContext } from '../../src/ledger/ledger.ts';
import { aKey, anIncident, aRun, NOON } from './builders.ts';

/** A ledger in a folder of its own, which goes when the test is over. */
export function aLedgerFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ledger.sqlite');
}

/** Opens it with a clock that stands at noon, and closes it with the test. */
export async function anOpenLedger(file = aLedgerFile(), now: () => Date = () => NOON): Promise<Ledger> {
  const ledger = await openLedger({ file, now });
  onTestFinished(() => ledger.close().catch(() => {}));
  return ledger;
}

/** The file behind Rekey's back. */
export function rawLedger(file: string): Database.Database {
  const sqlite = new Database(file);
  onTestFinished(() => {
    sqlite.close();
  });
  return sqlite;
}

export async function recordEvents(
  ledger: Ledger,
  events: LedgerEvent[],
  context: Partial<RecordContext> = {},
): Promise<void> {
  const whole = { at: NOON, actor: 'system:engine', channel: 'engine', ...context } as const;
  await ledger.record(whole, async () => ({ events, result: undefined }));
}

const text = 'runbook: R-KEY-EXPIRY\n';
const runbook = { id: 'R-KEY-EXPIRY', text, hash: createHash('sha256').update(text).digest('hex') };

/** `payments-prod v3`, its incident and its run. */
export const BEGINNING: LedgerEvent[] = [
  { type: 'key_issued', key: aKey() },
  { type: 'incident_opened', incident: anIncident() },
  { type: 'run_started', run: aRun({ runbook }) },
];
