import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clickCheck } from '../../../src/cli/doctor/click.ts';
import { readConfig } from '../../../src/config.ts';
import { anInstallation, type Installation } from '../../support/installation.ts';

function click({ dataDir, runbooksDir }: Installation) {
  return clickCheck(readConfig({ REKEY_DATA_DIR: dataDir, REKEY_RUNBOOKS_DIR: runbooksDir }));
}

function edit({ runbooksDir }: Installation, name: string, from: string | RegExp, to: string): void {
  const file = join(runbooksDir, name);
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${name} has no ${from}`);
  writeFileSync(file, after);
}

test('somebody asks, another one approves, the run goes on, and everything is taken back', async () => {
  const at = anInstallation();
  const mine = () =>
    readdirSync(tmpdir())
      .filter((name) => name.startsWith('rekey-doctor-'))
      .sort();
  const before = mine();
  expect(await click(at)).toEqual({
    name: 'a click through',
    state: 'ok',
    says:
      'R-KEY-EXPIRY: alice asked, bob approved, it went on to mint, least, deliver, live, redeployed; ' +
      'alice cancelled and everything was taken back (on a scratch key and ledger; nothing outside was touched)',
    todo: [],
  });
  expect(existsSync(at.ledgerFile)).toBe(false);
  expect(mine().filter((name) => !before.includes(name))).toEqual([]);
});

test('a rule that wants two people gets two', async () => {
  const at = anInstallation();
  edit(at, 'policy.yaml', 'approve: 1', 'approve: 2');
  edit(at, 'policy.yaml', 'security: [bob]', 'security: [bob, dave]');
  const { state, says } = await click(at);
  expect([state, says]).toEqual([
    'ok',
    expect.stringMatching(/: alice asked, \w+ and \w+ approved, it went on to mint/),
  ]);
});

test('a policy under which nobody but the requester could approve is found before the night it matters', async () => {
  const at = anInstallation();
  edit(at, 'policy.yaml', /rotate: \[group:oncall.*\]/, 'rotate: [bob]');
  edit(at, 'policy.yaml', 'from: [owner, group:security]', 'from: [group:security]');
  edit(at, 'policy.yaml', 'escalate: [{ after: 5m, to: [group:oncall] }]', 'escalate: [{ after: 5m, to: [bob] }]');
  const { state, says, todo } = await click(at);
  expect([state, says]).toEqual(['problem', 'R-KEY-EXPIRY never came to an approval']);
  expect(todo.join()).toContain('go: The rule rotate needs 1 of group:security and nobody can decide today');
});

test('nobody who may ask, and nobody who may cancel, are problems', async () => {
  const silent = anInstallation();
  edit(silent, 'policy.yaml', /rotate: \[group:oncall.*\]/, 'rotate: []');
  expect(await click(silent)).toMatchObject({
    state: 'problem',
    says: 'nobody may ask for a rotation',
    todo: ['Add people under `may.rotate` in policy.yaml.'],
  });

  const stuck = anInstallation();
  edit(stuck, 'policy.yaml', /cancel: \[group:oncall.*\]/, 'cancel: []');
  expect(await click(stuck)).toMatchObject({
    state: 'problem',
    says: expect.stringContaining('nobody may cancel it: add people under `may.cancel` in policy.yaml'),
  });
});

test('a step that fails after the approval is told with its reason', async () => {
  const at = anInstallation();
  edit(at, 'key-classes.yaml', /api_key:\n\s+max_age_days: 90/, 'api_key:\n    max_age_days: null');
  const { state, says, todo } = await click(at);
  expect([state, says]).toEqual(['problem', 'R-KEY-EXPIRY did not go on after bob approved']);
  expect(todo.join()).toMatch(/^mint: doctor-scratch v1 is a api_key: it is not replaced during an outage/);
});

test('a runbook that asks people before it asks for an approval is played until there', async () => {
  const at = anInstallation();
  const asking = `  - id: sure
    uses: ask
    with: { question: "Is it really down?", assignee: "group:oncall", evidence: text }
    due: 5m
  - id: go
`;
  edit(at, 'R-KEY-EXPIRY.yaml', '  - id: go\n', asking);
  expect(await click(at)).toMatchObject({
    state: 'skipped',
    says: 'R-KEY-EXPIRY asks people at sure before it asks for an approval; it went well until there',
  });
});

test('without the emergency runbook or the policy there is nothing to play', async () => {
  const at = anInstallation();
  rmSync(join(at.runbooksDir, 'R-KEY-EXPIRY.yaml'));
  expect(await click(at)).toMatchObject({
    state: 'problem',
    todo: [expect.stringContaining('R-KEY-EXPIRY is not loaded')],
  });
  rmSync(join(at.runbooksDir, 'policy.yaml'));
  expect(await click(at)).toMatchObject({ state: 'skipped' });
});
