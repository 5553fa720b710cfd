import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLedger } from './make-ledger.ts';
import { benchAuditVerify, benchExpiring, benchOpen } from './read.ts';
import { benchAppend, benchRotate } from './record.ts';
import { benchVerify, pepper } from './verify.ts';

export interface Size {
  keys: number;
  lines: number;
  rounds: number;
}

/** One row of the result: `value` and what was hoped for. */
export interface Figure {
  what: string;
  value: number;
  unit: 'ratio' | 'ms' | 'rows/s';
  goal: { atLeast: number } | { atMost: number } | null;
  how: string;
}

const SMALL_KEYS = 10_000;
const SMALL_LINES = 50_000;
const EXPIRING = 50;

/** Every figure of the ledger in one run on one machine, on files in a folder that goes afterwards. */
export async function benchLedger({ keys, lines, rounds }: Size, say: (text: string) => void): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  const now = new Date();
  const [small, large, bare] = ['small', 'large', 'bare'].map((name) => join(folder, `${name}.sqlite`)) as [
    string,
    string,
    string,
  ];
  try {
    const made = { expiring: EXPIRING, now, digestOf: pepper.digestOf };
    say(`Making a ledger of ${SMALL_KEYS} keys and one of ${keys} keys and ${lines} audit lines …`);
    await makeLedger(small, { ...made, keys: SMALL_KEYS, lines: SMALL_LINES });
    await makeLedger(large, { ...made, keys, lines });
    copyFileSync(small, bare);
    return await figures({ small, large, bare }, { keys, now, rounds, say });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function figures(
  { small, large, bare }: Record<'small' | 'large' | 'bare', string>,
  { keys, now, rounds, say }: { keys: number; now: Date; rounds: number; say: (text: string) => void },
): Promise<Figure[]> {
  say('Opening it …');
  const openMs = await benchOpen(large, rounds);
  say('Verifying keys …');
  const { cached, uncached } = await benchVerify(large, { keys, rounds });
  say('Asking what expires …');
  const expiring = await benchExpiring({ small, large }, { now, rounds });
  say('Verifying the audit …');
  const rowsPerSecond = await benchAuditVerify(small, rounds);
  say('Recording …');
  const rotate = await benchRotate({ ours: small, bare, rounds });
  const append = await benchAppend({ ours: small, bare, rounds });
  const us = (figure: number) => `${figure.toFixed(figure < 10 ? 2 : 0)} µs`;
  const both = ({ bareUs, oursUs }: { bareUs: number; oursUs: number }) => `${us(oursUs)} against ${us(bareUs)} bare`;
  return [
    { what: 'open and check the end', value: openMs, unit: 'ms', goal: { atMost: 1_000 }, how: 'of the large ledger' },
    { what: 'verify, from memory', value: cached.ratio, unit: 'ratio', goal: { atLeast: 0.8 }, how: both(cached) },
    {
      what: 'verify, from the table',
      value: uncached.ratio,
      unit: 'ratio',
      goal: { atLeast: 0.3 },
      how: both(uncached),
    },
    {
      what: 'request and start a rotation',
      value: rotate.ratio,
      unit: 'ratio',
      goal: { atLeast: 0.5 },
      how: both(rotate),
    },
    { what: 'append to the audit', value: append.ratio, unit: 'ratio', goal: { atLeast: 0.5 }, how: both(append) },
    {
      what: 'expiring, large by small',
      value: 1 / expiring.ratio,
      unit: 'ratio',
      goal: { atMost: 1.2 },
      how: `${us(expiring.oursUs)} against ${us(expiring.bareUs)}, ${expiring.answers} keys in both answers`,
    },
    { what: 'audit verify', value: rowsPerSecond, unit: 'rows/s', goal: null, how: 'the whole chain, line by line' },
  ];
}
