import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isGood, rehearse } from '../../src/rehearsal/rehearse.ts';
import { lintRunbooks } from '../../src/runbook/lint.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { anInstallation } from '../support/installation.ts';

describe('rekey runbooks templates', () => {
  test('lists every template with its keys and how much of it people do', async () => {
    const { rekey } = anInstallation();
    const { code, out, err } = await rekey(['runbooks', 'templates']);
    expect([code, err]).toEqual([0, '']);
    for (const id of USE_CASES) expect(out).toContain(id);
    expect(out).toMatch(/R-DATABASE +\d+ +\d+ +database +The password of a database/);
  });

  test('says where to find them where there are none', async () => {
    const { rekey, folder } = anInstallation();
    const { code, err } = await rekey(['runbooks', 'templates'], { env: { REKEY_RUNBOOKS_DIR: folder } });
    expect(code).toBe(2);
    expect(err).toContain('Copy that folder from the product.');
  });

  test('a template is linted where it lies, as if it were copied up', async () => {
    const { rekey, runbooksDir } = anInstallation();
    const file = join(runbooksDir, 'templates', 'R-DISK.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('rule: rotate_two', 'rule: rotate_too'));
    const { code, out } = await rekey(['runbooks', 'lint', file]);
    expect(code).toBe(1);
    expect(out).toMatch(/^runbooks\/templates\/R-DISK\.yaml:\d+:\d+ /m);
  });
});

async function complaintsAbout(dir: string, id: string): Promise<string[]> {
  const problems = await lintRunbooks(dir, stepKinds, new Date());
  return problems.filter(({ file }) => file === `runbooks/${id}.yaml`).map(describeProblem);
}

/** One of each use case of the guide. */
const USE_CASES = [
  'R-DATABASE',
  'R-CERTIFICATE',
  'R-DEPLOY-KEY',
  'R-MESH',
  'R-THIRD-PARTY',
  'R-DISK',
  'R-SERVERLESS',
  'R-EMERGENCY',
  'R-CROSS-ACCOUNT',
  'R-DEV-KEYS',
  'R-MOBILE',
  'R-DEVICES',
];

describe('rekey runbooks new', () => {
  test('makes a runbook and a rehearsal that are right as they are, and says what to change', async () => {
    const { rekey, runbooksDir } = anInstallation();
    const template = join(runbooksDir, 'templates', 'R-CERTIFICATE.yaml');
    writeFileSync(template, readFileSync(template, 'utf8').replace(/review_by: .*/, 'review_by: 2020-01-01'));
    const made = await rekey(['runbooks', 'new', 'certificate', '--id', 'R-SHOP-TLS']);
    expect([made.code, made.err]).toEqual([0, '']);
    expect(made.out).toContain('Change: how long `observe` lasts');
    expect(made.out).toContain('rekey runbooks rehearse R-SHOP-TLS');
    const file = join(runbooksDir, 'R-SHOP-TLS.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('$schema=./runbook.schema.json');
    expect(text).toContain('runbook: R-SHOP-TLS\ntitle');
    expect(text).not.toContain('R-CERTIFICATE');
    expect(text).not.toContain('review_by: 2020-01-01');
    expect(await complaintsAbout(runbooksDir, 'R-SHOP-TLS')).toEqual([]);
    const report = await rehearse({ dir: runbooksDir, catalogue: stepKinds, only: ['R-SHOP-TLS'], named: null });
    expect(isGood(report, 100)).toBe(true);
  });

  test('brings along what it starts, once', async () => {
    const { rekey, runbooksDir } = anInstallation();
    const first = await rekey(['runbooks', 'new', 'R-MESH', '--id', 'R-OUR-MESH']);
    expect(first.out).toContain('R-COHORT.yaml  from R-COHORT');
    expect(await complaintsAbout(runbooksDir, 'R-OUR-MESH')).toEqual([]);
    const second = await rekey(['runbooks', 'new', 'devices', '--id', 'R-OUR-DEVICES']);
    expect([second.code, second.err]).toEqual([0, '']);
    expect(second.out).not.toContain('R-COHORT');
  });

  test('overwrites nothing, not even half of it', async () => {
    const { rekey, runbooksDir } = anInstallation();
    const rehearsal = join(runbooksDir, 'R-MINE.rehearsal.yaml');
    writeFileSync(rehearsal, 'mine');
    const { code, err } = await rekey(['runbooks', 'new', 'disk', '--id', 'R-MINE']);
    expect(code).toBe(2);
    expect(err).toContain('is there already and is left as it is');
    expect(readFileSync(rehearsal, 'utf8')).toBe('mine');
    expect(() => readFileSync(join(runbooksDir, 'R-MINE.yaml'))).toThrow('ENOENT');
  });

  test.each([
    ['a template that does not exist', ['databse', '--id', 'R-MINE'], 'did you mean `R-DATABASE`'],
    ['a name that is no id', ['database', '--id', 'mine'], 'Expected an id such as R-PAYMENTS-DB'],
    ['a folder that is not there', ['database', '--id', 'R-MINE', '--out', 'nowhere/at-all'], 'cannot be written'],
  ])('refuses %s', async (_name, args, words) => {
    const { code, err } = await anInstallation().rekey(['runbooks', 'new', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  });
});
