import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anInstallation, type Installation } from '../support/installation.ts';

const file = ({ runbooksDir }: Installation, name: string) => join(runbooksDir, name);

function edit(path: string, from: string, to: string): number {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`there is no ${from} in ${path}`);
  writeFileSync(path, text.replace(from, to));
  return text.slice(0, text.indexOf(from)).split('\n').length;
}

test('the runbooks that come along have nothing wrong with them: 0', async () => {
  const { rekey } = anInstallation();
  const { code, out, err } = await rekey(['runbooks', 'lint']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^\d+ files checked, nothing to complain about: runbooks\/R-BREAK-GLASS/);
});

test('a problem is told by file, line and column, with what was expected, what came and what to do: 1', async () => {
  const at = anInstallation();
  const line = edit(file(at, 'R-KEY-EXPIRY.yaml'), 'uses: key.classify', 'uses: key.clasify');
  const { code, out } = await at.rekey(['runbooks', 'lint']);

  expect(code).toBe(1);
  expect(out).toContain(`runbooks/R-KEY-EXPIRY.yaml:${line}:11  identify[0].uses\n  expected  `);
  expect(out).toContain('  got       `key.clasify`\n  do        did you mean `key.classify`? write `key.classify`\n');
  expect(out).toContain('1 problem in 1 file.\n');
});

test('says everything at once, and only of the files that were named', async () => {
  const at = anInstallation();
  edit(file(at, 'R-KEY-EXPIRY.yaml'), 'uses: key.classify', 'uses: key.clasify');
  edit(file(at, 'policy.yaml'), 'from: [owner, group:security]', 'from: [owner, group:secruity]');
  const problems = async (...names: string[]) => {
    const { out } = await at.rekey(['runbooks', 'lint', '--json', ...names.map((name) => file(at, name))]);
    return JSON.parse(out);
  };

  expect((await problems()).problems.map((one: { file: string }) => one.file)).toEqual([
    'runbooks/R-KEY-EXPIRY.yaml',
    'runbooks/policy.yaml',
  ]);
  const named = await problems('policy.yaml');
  expect(named).toMatchObject({
    ok: false,
    checked: ['runbooks/policy.yaml'],
    problems: [
      { file: 'runbooks/policy.yaml', path: 'rules.rotate.from[1]', got: '`group:secruity`', line: expect.any(Number) },
    ],
  });
  expect(await problems('R-BREAK-GLASS.yaml')).toEqual({
    schema: 'rekey.lint/1',
    ok: true,
    checked: ['runbooks/R-BREAK-GLASS.yaml'],
    counts: { errors: 0, advice: 0, accepted: 0 },
    problems: [],
    advice: [],
    accepted: [],
    notes: [],
  });
});

test('advice fails nothing but --strict, and what is accepted is counted with its reason', async () => {
  const at = anInstallation();
  rmSync(file(at, 'R-BREAK-GLASS.rehearsal.yaml'));
  const named = [file(at, 'R-BREAK-GLASS.yaml')];
  const plain = await at.rekey(['runbooks', 'lint', ...named]);
  expect([plain.code, plain.out]).toEqual([0, expect.stringContaining('  rule      never-rehearsed\n')]);
  expect((await at.rekey(['runbooks', 'lint', '--strict', ...named])).code).toBe(1);
  edit(named[0] ?? '', 'runbook: R-', '# rekey-lint-allow: never-rehearsed because it is played by hand\nrunbook: R-');
  const accepted = await at.rekey(['runbooks', 'lint', '--strict', ...named]);
  expect(accepted.code).toBe(0);
  expect(accepted.out).toContain('Accepted with a reason (1):\n');
  expect(accepted.out).toContain('never-rehearsed: it is played by hand');
});

test.each([
  ['nowhere.yaml', /^There is no file .*nowhere\.yaml\.\n$/],
  ['notes.txt', /^runbooks\/notes\.txt is not a runbook: expected a file that ends in \.yaml/],
])('%s cannot be linted: 2', async (name, sentence) => {
  const at = anInstallation();
  writeFileSync(file(at, 'notes.txt'), 'remember the milk');
  expect(await at.rekey(['runbooks', 'lint', file(at, name)])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(sentence),
  });
});

test('a folder that is not there is refused in one sentence: 2', async () => {
  const at = anInstallation();
  rmSync(at.runbooksDir, { recursive: true });
  for (const args of [['lint'], ['show', 'R-KEY-EXPIRY']])
    expect(await at.rekey(['runbooks', ...args])).toMatchObject({
      code: 2,
      err: `There is no runbooks folder ${at.runbooksDir}. Set REKEY_RUNBOOKS_DIR, or run the command where it is.\n`,
    });
});

test('shows a runbook in words', async () => {
  const { code, out } = await anInstallation().rekey(['runbooks', 'show', 'R-KEY-EXPIRY']);
  expect(code).toBe(0);
  expect(out).toContain('R-KEY-EXPIRY  A key expired before its rotation completed');
  expect(out).toContain('POINT OF NO RETURN');
});

test('an unknown runbook is refused with what may have been meant, a broken one with how to see why: 2', async () => {
  const at = anInstallation();
  const typo = await at.rekey(['runbooks', 'show', 'R-KEY-EXPIRI']);
  expect([typo.code, typo.out]).toEqual([2, '']);
  expect(typo.err).toContain('There is no runbook R-KEY-EXPIRI; did you mean R-KEY-EXPIRY?');

  edit(file(at, 'R-KEY-EXPIRY.yaml'), 'uses: key.classify', 'uses: key.clasify');
  const broken = await at.rekey(['runbooks', 'show', 'R-KEY-EXPIRY']);
  expect([broken.code, broken.out]).toEqual([2, '']);
  expect(broken.err).toContain('Type: rekey runbooks lint ');

  renameSync(at.runbooksDir, `${at.runbooksDir}-away`);
  const elsewhere = await at.rekey(['runbooks', 'show', 'R-BREAK-GLASS'], {
    env: { REKEY_RUNBOOKS_DIR: `${at.runbooksDir}-away` },
  });
  expect(elsewhere.code).toBe(0);
});
