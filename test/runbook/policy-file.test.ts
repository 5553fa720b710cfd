import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyClass } from '../../src/domain/key.ts';
import { ConfigTrouble } from '../../src/errors.ts';
import { checkKeyClasses, checkPolicy, loadKeyClasses, loadPolicy } from '../../src/runbook/policy-file.ts';
import { describeProblem } from '../../src/runbook/problem.ts';

const SHIPPED = join(import.meta.dirname, '..', '..', 'runbooks');
const POLICY = readFileSync(join(SHIPPED, 'policy.yaml'), 'utf8');
const CLASSES = readFileSync(join(SHIPPED, 'key-classes.yaml'), 'utf8');

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rekey-policy-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('policy.yaml', () => {
  test('loads with its hash', async () => {
    writeFileSync(join(dir, 'policy.yaml'), POLICY);
    const { policy, hash } = await loadPolicy(dir);
    expect(policy.people.bob?.slack).toBe('U0BOB');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(join(dir, 'policy.yaml'), `${POLICY}# changed\n`);
    expect((await loadPolicy(dir)).hash).not.toBe(hash);
  });

  test.each([
    ['is missing', null, 'policy_missing'],
    ['is empty', '', 'policy_missing'],
    ['is blank', ' \n', 'policy_missing'],
    ['is broken YAML', 'version: [1', 'policy_broken'],
    ['is incomplete', 'version: 1\n', 'policy_broken'],
    ['names nobody that exists', POLICY.replace('oncall: [alice, bob]', 'oncall: [zoe]'), 'policy_broken'],
  ])('allows nothing when it %s', async (_name, text, code) => {
    if (text !== null) writeFileSync(join(dir, 'policy.yaml'), text);
    await expect(loadPolicy(dir)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^Nothing is allowed until this is right: .*policy\.yaml:\d+:\d+ /),
    });
  });

  test('is not read through a directory of that name', async () => {
    mkdirSync(join(dir, 'policy.yaml'));
    await expect(loadPolicy(dir)).rejects.toSatisfy(
      (error) => error instanceof ConfigTrouble && error.code === 'policy_broken',
    );
  });

  test.each([
    [
      'a misspelt group',
      'from: [owner, group:security]',
      'from: [owner, group:securty]',
      'rules.rotate.from[1]',
      'did you mean `group:security`',
    ],
    ['a misspelt member', 'oncall: [alice, bob]', 'oncall: [alice, bobb]', 'groups.oncall[1]', 'did you mean `bob`'],
    ['a misspelt verb', '  rotate: [', '  rotat: [', 'may.rotat', 'did you mean `rotate`'],
    ['a name for a Slack id', 'U0ALICE', 'alice', 'people.alice.slack', 'a Slack user id such as U0123ABCD'],
    ['nobody needed to approve', 'approve: 1', 'approve: 0', 'rules.rotate.approve', 'at least 1'],
    ['one account for two people', 'U0DAVE', 'U0BOB', 'people.dave.slack', '`U0BOB`, which is bob'],
    [
      'an unknown key',
      'incident_channel:',
      'incident_chanel:',
      'team.incident_chanel',
      'did you mean `incident_channel`',
    ],
    ['a broken name', '  dave:', '  Dave!:', 'people.Dave!', 'a name of lower-case letters'],
  ])('refuses %s where it stands', (_name, from, to, path, words) => {
    const start = POLICY.indexOf(from);
    expect(start).toBeGreaterThan(0);
    const text = POLICY.replace(from, to);
    const checked = checkPolicy(text, 'p.yaml');
    const problems = checked.kind === 'refused' ? checked.problems : [];
    const [problem] = problems.filter((one) => one.path === path);
    expect(problem === undefined ? '' : describeProblem(problem)).toContain(words);
    const line = problem?.line ?? 0;
    const offset =
      text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (problem?.column ?? 0);
    expect(offset).toBeGreaterThanOrEqual(start);
    expect(offset).toBeLessThan(start + to.length);
  });
});

test('one account of this machine is one person: whoever asks on the command line cannot approve it as another', () => {
  const shared = POLICY.replace('slack: U0BOB,', 'slack: U0BOB, unix: ops,').replace(
    'slack: U0DAVE,',
    'slack: U0DAVE, unix: ops,',
  );
  const checked = checkPolicy(shared, 'p.yaml');
  const problems = checked.kind === 'refused' ? checked.problems : [];
  expect(problems.map(({ path, got }) => [path, got])).toEqual([['people.dave.unix', '`ops`, which is bob']]);
  expect(checkPolicy(shared.replace('unix: ops', 'unix: bob'), 'p.yaml').kind).toBe('ok');
});

describe('key-classes.yaml', () => {
  test('knows every class', async () => {
    const { keyClasses } = await loadKeyClasses(SHIPPED);
    expect(Object.keys(keyClasses.classes).sort()).toEqual([...KeyClass.options].sort());
  });

  test.each([
    ['a class that is missing', / {2}ephemeral:[\s\S]*$/, '', 'classes.ephemeral'],
    ['a class that nobody knows', '  ephemeral:', '  ephemerl:', 'classes.ephemerl'],
    [
      'a grace longer than the longest',
      '{ default: 72, longest: 168 }',
      '{ default: 168, longest: 72 }',
      'classes.federation_key.grace_hours.default',
    ],
    ['warnings that do not go down', '[60, 30, 14, 7, 3, 1, 0]', '[60, 60]', 'classes.federation_key.warning_days'],
    ['more than a week of grace', 'longest: 168', 'longest: 300', 'classes.api_key.grace_hours.longest'],
  ])('refuses %s', (_name, from, to, path) => {
    const checked = checkKeyClasses(CLASSES.replace(from, to), 'key-classes.yaml');
    expect(checked.kind === 'refused' ? checked.problems.map((problem) => problem.path) : []).toContain(path);
  });

  test('is refused by its own name when it is missing', async () => {
    await expect(loadKeyClasses(dir)).rejects.toMatchObject({ code: 'key_classes_missing' });
  });
});
