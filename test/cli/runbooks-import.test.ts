import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anInstallation } from '../support/installation.ts';

const DOCUMENT = join(import.meta.dirname, '../fixtures/markdown/R-KEY-EXPIRY.md');

test('a document becomes a runbook that lint accepts beside the others', async () => {
  const { rekey, runbooksDir } = anInstallation();
  const out = join(runbooksDir, 'R-BY-HAND.yaml');
  const made = await rekey(['runbooks', 'import', DOCUMENT, '--id', 'R-BY-HAND', '--out', out]);
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toContain('14 steps, 5 phases found in the document.');
  // The alert stands in R-KEY-EXPIRY already; a second runbook that starts on it is the team's to decide.
  writeFileSync(out, readFileSync(out, 'utf8').replace(/start_on:\n.*\n/, ''));
  const lint = await rekey(['runbooks', 'lint', out]);
  expect(lint.out).toContain('1 file checked');
});

test('an existing file stays as it is', async () => {
  const { rekey, runbooksDir } = anInstallation();
  const out = join(runbooksDir, 'R-KEY-EXPIRY.yaml');
  const before = readFileSync(out, 'utf8');
  const { code, err } = await rekey(['runbooks', 'import', DOCUMENT, '--out', out]);
  expect(code).toBe(2);
  expect(err).toContain('is not overwritten');
  expect(readFileSync(out, 'utf8')).toBe(before);
});

test('a document without an id is told how to give one', async () => {
  const { rekey, folder } = anInstallation();
  const file = join(folder, 'how we do it.md');
  writeFileSync(file, '## Contain\n\n- Stop it.\n');
  const { code, err } = await rekey(['runbooks', 'import', file]);
  expect(code).toBe(2);
  expect(err).toContain('--id R-HOW-WE-DO-IT');
});
