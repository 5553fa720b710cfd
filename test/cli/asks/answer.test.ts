import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../../support/cli-people.ts';

const ASKS = `identify:
  - id: looked
    uses: ask
    with:
      question: What was done with payments-prod?
      assignee: group:security
      evidence: file
      checklist:
        - { id: read, text: Look for reads in the access log }
        - { id: written, text: Look for writes in the audit log, may_not_apply: true }
    due: 60m
  - id: cost
    uses: ask
    with:
      question: What did it cost?
      assignee: group:security
      form:
        minutes: { type: int, label: Minutes down, min: 0, max: 600 }
        next: { type: person, label: Who goes on }
    due: 60m
`;

/** R-ROTATE, which begins with a checklist and a form. */
function askFirst(runbooksDir: string): void {
  const file = join(runbooksDir, 'R-ROTATE.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('identify:\n', ASKS));
}

test('a checklist with a file and a form are answered on the terminal, item by item and field by field', async () => {
  const { rekey, folder, runbooksDir } = anInstallationOf('bob');
  askFirst(runbooksDir);
  const env = { REKEY_FILE_SINK_ROOTS: folder };
  const on = (...args: string[]) => rekey(['keys', ...args], { env });
  const place = join(folder, 'payments.secret');
  await on('generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS, '--deliver', `file:${place}`);
  const asked = await on('rotate', 'payments-prod', '--mode', 'exploited', '--because', 'in a public gist', '--yes');
  expect(asked.out).toContain('rekey keys answer payments-prod');

  const blind = await on('answer', 'payments-prod');
  expect(blind).toMatchObject({ code: 2, err: expect.stringContaining('The items: read, written') });
  const first = await on('answer', 'payments-prod', '--tick', 'read');
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining('1 of 2 done; open: written') });
  const without = await on('answer', 'payments-prod', '--not-applicable', 'written=read-only key');
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('SHA-256') });
  const log = join(folder, 'access.log');
  writeFileSync(log, 'GET /healthz 200\n');
  const done = await on('answer', 'payments-prod', '--not-applicable', 'written=read-only key', '--file', log);
  expect(done.out).toContain('What did it cost?');

  const wrong = await on('answer', 'payments-prod', '--set', 'minutes=601', '--set', 'next=mallory');
  expect(wrong).toMatchObject({
    code: 2,
    err: expect.stringMatching(/minutes: Write at most 600.*next: Choose a person/),
  });
  const handed = await on('answer', 'payments-prod', '--hand-over', 'carol', '--because', 'she was there');
  expect(handed).toMatchObject({ code: 0, out: expect.stringContaining('It is for carol to answer now.') });
  const filled = await on('answer', 'payments-prod', '--set', 'minutes=12', '--set', 'next=bob');
  expect(filled.out).toContain('✓ cost');
}, 60_000);
