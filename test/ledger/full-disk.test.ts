import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LedgerTrouble } from '../../src/ledger/trouble.ts';
import { aKey } from '../support/builders.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

/** A disk of 2 MB, or null where this process may not mount one. */
function aSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0;
  onTestFinished(() => {
    if (mounted) spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return mounted ? folder : null;
}

test('on a full disk changes are refused with the reason, reading works, and room is enough to go on', async ({
  skip,
}) => {
  const disk = aSmallDisk();
  if (disk === null) return skip('needs the right to mount a small disk');
  const ledger = await anOpenLedger(join(disk, 'ledger.sqlite'));
  await recordEvents(ledger, BEGINNING);
  const filler = join(disk, 'filler');
  for (let size = 1_900_000; size > 0; size -= 20_000) {
    const { status } = spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1000', `count=${size / 1_000}`]);
    if (status === 0) break;
  }
  let refused: unknown;
  for (let n = 0; n < 200 && refused === undefined; n++)
    refused = await recordEvents(ledger, [
      { type: 'request_refused', what: `${n}`, code: 'x', sentence: 'y'.repeat(8_000) },
    ]).then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(refused).toBeInstanceOf(LedgerTrouble);
  expect(refused).toMatchObject({ code: 'ledger_full' });
  expect(await ledger.read.key(aKey().id)).toEqual(aKey());
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  writeFileSync(filler, '');
  await recordEvents(ledger, [{ type: 'key_expired', key: aKey().id }]);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
});
