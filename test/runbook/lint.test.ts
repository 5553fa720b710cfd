// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeRunbook } from '../../src/runbook/describe.ts';
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts';
import { lintFolder, lintRunbooks } from '../../src/runbook/lint.ts';
import { loadRunbooks } from '../../src/runbook/load.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

const NOW = new Date('2027-03-10T12:00:00Z');
const SHIPPED = join(import.meta.dirname, '..', '..', 'runbooks');
const POLICY = `version: 1
team: { slack_teams: [T1], incident_channel: C1 }
people: { alice: { slack: U0A }, bob: { slack: U0B } }
groups: { oncall: [alice], security: [bob] }
rules:
  rotate: { approve: 1, from: [owner, bob] }
hooks: { payments-api: { alerts: [key_failed] } }
`;

let dir = '';
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'rekey-lint-')), 'runbooks');
  mkdirSync(dir);
  writeFileSync(join(dir, 'key-classes.yaml'), readFileSync(join(SHIPPED, 'key-classes.yaml')));
});
afterEach(() => {
  rmSync(join(dir, '..'), { recursive: true });
});

async function lint({ runbook = GOOD, policy = POLICY, now = NOW } = {}): Promise<string[]> {
  writeFileSync(join(dir, 'R-TEST.yaml'), runbook);
  writeFileSync(join(dir, 'policy.yaml'), policy);
  return (await lintRunbooks(dir, smallCatalogue, now)).map(describeProblem);
}

test('a good runbook has nothing to lint', async () => {
  expect(await lint()).toEqual([]);
});

const APPROVAL = '    uses: approve\n';

test.each([
  [
    'nothing is approved before it',
    GOOD.replace(/ {2}- id: go[\s\S]*?rule: rotate \}\n/, '').replace('  note: { type: text, default: "" }\n', ''),
  ],
  ['the approval may be skipped', GOOD.replace(APPROVAL, `    when: inputs.note == ""\n${APPROVAL}`)],
  ['the approval comes afterwards', moveGoToTheEnd()],
])('asks for an approval before something is destroyed: %s', async (_name, runbook) => {
  expect(await lint({ runbook })).toEqual([
    expect.stringMatching(
      /^runbooks\/R-TEST\.yaml:\d+:\d+ recover\[\d\]: expected an approval before anything is destroyed, got `destroy`/,
    ),
  ]);
});

function moveGoToTheEnd(): string {
  const go = / {2}- id: go[\s\S]*?rule: rotate \}\n/.exec(GOOD)?.[0] ?? '';
  return GOOD.replace(go, '').replace('communicate:\n', `${go}communicate:\n`);
}

test('takes an approval under the same condition for an approval', async () => {
  const runbook = GOOD.replace(APPROVAL, `    when: inputs.situation == "exploited"\n${APPROVAL}`);
  expect(await lint({ runbook })).toEqual([]);
});

/** One question for one person, one for two, and nobody where policy has agreed already. */
function asManyAsAsked({ numbers = ['== 1', '>= 2'], fallback = 1 } = {}): string {
  const go = / {2}- id: go[\s\S]*?rule: rotate \}\n/.exec(GOOD)?.[0] ?? '';
  const asked = numbers.map((number, index) =>
    go.replace('- id: go\n', `- id: go_${index}\n    when: inputs.approvals ${number}\n`),
  );
  const input = `  approvals: { type: int, min: 0, max: 2, default: ${fallback} }\n`;
  return GOOD.replace(go, asked.join('')).replace('grants:', `${input}grants:`);
}

test('lets the number of people who have to agree come with the run, from the rules for its class', async () => {
  expect(await lint({ runbook: asManyAsAsked() })).toEqual([]);
});

test.each([
  ['nobody is asked when two should be', asManyAsAsked({ numbers: ['== 1'] })],
  ['nobody is asked when one should be', asManyAsAsked({ numbers: ['>= 2'] })],
  ['a run without a number asks nobody', asManyAsAsked({ fallback: 0 })],
])('does not take a number for an approval when %s', async (_name, runbook) => {
  expect((await lint({ runbook })).join('\n')).toContain('expected an approval before anything is destroyed');
});

test.each([
  ['a contradiction', 'when: inputs.situation == "exploited" && inputs.situation == "expired"'],
  ['a condition and its opposite', 'when: has(steps.mint) && !has(steps.mint)'],
  ['a value and not that value', 'when: inputs.note == "a" && inputs.note != "a"'],
  ['a condition against the step that it needs', 'when: has(steps.mint) && steps.look.class == "passphrase"'],
])('finds a step that can never be reached: %s', async (_name, when) => {
  const runbook = GOOD.replace('when: inputs.situation == "exploited"', when);
  expect((await lint({ runbook })).join('\n')).toMatch(
    /recover\[3\]: expected a step that can be reached, got `destroy`/,
  );
});

test.each([
  [
    'an input that nothing uses',
    GOOD.replace(' ${inputs.note}"', '"'),
    'inputs.note: expected an input that a step uses',
  ],
  [
    'a question without a day',
    GOOD.replace('    due: 30m\n', ''),
    'expected `due` on a step that waits for a person, got `tell`',
  ],
  [
    'an unknown rule',
    GOOD.replace('rule: rotate', 'rule: rotat'),
    'expected a rule of policy.yaml: `rotate`, got `rotat`; did you mean `rotate`',
  ],
  [
    'an alert that no hook raises',
    GOOD.replace('alert: key_failed', 'alert: key_fialed'),
    'start_on[0].alert: expected an alert that a hook in policy.yaml may raise, got `key_fialed`; did you mean `key_failed`',
  ],
])('finds %s', async (_name, runbook, words) => {
  expect((await lint({ runbook })).join('\n')).toContain(words);
});

test.each([
  [
    'an alert on which nothing starts',
    POLICY.replace('[key_failed]', '[key_failed, disk_full]'),
    'runbooks/policy.yaml:7:47 hooks.payments-api.alerts[1]: expected an alert that a runbook starts on, got `disk_full`',
  ],
  [
    'a rule that wants more people than there are',
    POLICY.replace('approve: 1, from: [owner, bob]', 'approve: 2, from: [bob]'),
    'expected a rule that somebody can satisfy: it wants 2, got `rotate`, which names at most 1 today',
  ],
  [
    'a broken policy',
    POLICY.replace('version: 1', 'version: x'),
    'runbooks/policy.yaml:1:10 version: expected a whole number',
  ],
])('finds %s', async (_name, policy, words) => {
  expect((await lint({ policy })).join('\n')).toContain(words);
});

test('reminds the owner after the day of review, not on it, and stops nothing with that', async () => {
  const late = async (now: Date) => {
    expect(await lint({ now })).toEqual([]);
    const { findings } = await lintFolder(dir, smallCatalogue, now);
    return findings.filter(({ rule }) => rule === 'past-review').map(describeProblem);
  };
  expect(await late(new Date('2027-05-20T23:59:59Z'))).toEqual([]);
  expect(await late(new Date('2027-05-21T00:00:00Z'))).toEqual([
    expect.stringContaining('review_by: expected a runbook that was reviewed in time'),
  ]);
});

test('says what is missing in a directory without policy and key classes', async () => {
  rmSync(join(dir, 'key-classes.yaml'));
  expect((await lintRunbooks(dir, smallCatalogue, NOW)).map((problem) => [problem.file, problem.got])).toEqual([
    ['runbooks/key-classes.yaml', 'no such file'],
    ['runbooks/policy.yaml', 'no such file'],
  ]);
});

test('describes a runbook so that a reviewer sees what it does, asks and cannot take back', async () => {
  writeFileSync(join(dir, 'R-TEST.yaml'), GOOD);
  const runbook = (await loadRunbooks(dir, smallCatalogue)).runbooks.get('R-TEST');
  const text = runbook === undefined ? '' : describeRunbook(runbook);
  expect(text.match(/^(identify|contain|investigate|recover|communicate|finally)$/gm)).toEqual([
    'identify',
    'contain',
    'investigate',
    'recover',
    'communicate',
    'finally',
  ]);
  expect(text).toContain('starts on    key_failed when alert.count >= 5 && alert.window_minutes <= 10');
  expect(text).toContain('waived: There is nothing to contain in a test.');
  expect(text).toContain('at the same time as right');
  expect(text).toContain('destroys something; POINT OF NO RETURN: It is gone.');
  expect(text).toContain('taken back by: Takes it back.');
  expect(text).toContain('“Replace ${inputs.key.slug}? ${inputs.note}”');
  expect(text).toContain('when inputs.situation == "exploited"');
});

test("the editors' schema knows every step kind, its fields and their words", () => {
  const schema = JSON.stringify(runbookJsonSchema(smallCatalogue));
  for (const kind of smallCatalogue)
    expect(schema).toContain(`{"const":"${kind.uses}","description":"${kind.summary}"}`);
  expect(schema).toContain('"enum":["minimal","same"]');
  expect(schema).toContain(
    '"required":["runbook","title","owner","review_by","applies_to","identify","contain","investigate","recover","communicate"]',
  );
});
