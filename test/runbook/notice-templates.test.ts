import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addressed, filledIn, htmlOf } from '../../src/domain/notice-template.ts';
import { lintFolder } from '../../src/runbook/lint.ts';
import { loadTemplate } from '../../src/runbook/notices/load-templates.ts';
import { stepKinds } from '../../src/steps/index.ts';

const LINT_DAY = new Date('2026-06-01T12:00:00Z');

function aFolder(change: (text: string) => string): string {
  const dir = join(mkdtempSync(join(tmpdir(), 'rekey-notices-')), 'runbooks');
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  cpSync('runbooks', dir, { recursive: true });
  const file = join(dir, 'notices', 'key-replaced.md');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return dir;
}

async function findingsOf(dir: string, now = LINT_DAY) {
  const { findings } = await lintFolder(dir, stepKinds, now);
  return findings.filter(({ file }) => file.includes('notices/'));
}

describe('templates of notices', () => {
  test.each(['key-replaced', 'key-compromised', 'federation-key-changed', 'planned-rotation'])(
    '%s is shipped, reviewed and says the three facts',
    async (name) => {
      const template = await loadTemplate('runbooks', name);
      for (const fact of ['{which_key}', '{replacement_available}', '{data_integrity}'])
        expect(template.body).toContain(fact);
    },
  );

  test.each<[string, (text: string) => string, object]>([
    [
      'an unknown placeholder',
      (text) => text.replace('{contact}', '{contcat}'),
      { line: 7, column: 7, fix: expect.stringContaining('{contact}') },
    ],
    ['something that is to be worked out', (text) => text.replace('{contact}', '{contact.toUpperCase()}'), { line: 7 }],
    [
      'a missing fact',
      (text) => text.replace('{data_integrity}', 'fine'),
      { got: expect.stringContaining('{data_integrity}') },
    ],
    ['no front matter', (text) => text.replace('---', '###'), { line: 1 }],
    ['no review', (text) => text.replace(/reviewed_.*\n/g, ''), { rule: 'notice-unreviewed', level: 'error' }],
    [
      'a reviewer who left',
      (text) => text.replace('reviewed_by: bob', 'reviewed_by: zoe'),
      { rule: 'notice-reviewer-left' },
    ],
  ])('lint finds %s where it stands', async (_case, change, expected) => {
    expect(await findingsOf(aFolder(change))).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
  });

  test('lint advises to read again what was reviewed more than a year ago', async () => {
    const found = await findingsOf(
      aFolder((text) => text),
      new Date('2027-06-01T12:00:00Z'),
    );
    expect(found.map(({ rule, level }) => [rule, level])).toContainEqual(['notice-review-old', 'advice']);
  });

  test('what nobody has reviewed is not sent', async () => {
    const dir = aFolder((text) => text.replace(/reviewed_.*\n/g, ''));
    await expect(loadTemplate(dir, 'key-replaced')).rejects.toMatchObject({ code: 'unreviewed_template' });
  });

  test('no value becomes a header, a placeholder or markup', () => {
    const nasty = 'x\r\nBcc: thief@evil.example\r\n{contact} {key} <script>';
    const values = {
      key: nasty,
      which_key: nasty,
      replacement_available: nasty,
      data_integrity: nasty,
      incident: nasty,
    };
    const letter = filledIn({ subject: '{key}', body: '{which_key}\n{contact}' }, values);
    const sent = addressed(letter, 'A\nB');
    expect(sent.subject).not.toMatch(/[\r\n]/);
    expect(sent.body).toBe('x Bcc: thief@evil.example (contact) {key} <script>\nA B');
    expect(htmlOf(sent.body)).not.toContain('<script>');
  });
});
