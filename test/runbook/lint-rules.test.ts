// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { LINT_RULES, type RuleId } from '../../src/runbook/finding.ts';
import { lintFolder } from '../../src/runbook/lint.ts';
import { defineStep, type StepKind } from '../../src/steps/contract.ts';
import { stepKinds } from '../../src/steps/index.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const SHIPPED = join(import.meta.dirname, '..', '..', 'runbooks');

const POLICY = `version: 1
team: { slack_teams: [T1], incident_channel: C1 }
people: { alice: { slack: U0A }, bob: { slack: U0B } }
groups: { oncall: [alice] }
rules:
  rotate:
    approve: 1
    from: [owner, bob]
    expires_minutes: { planned: 60, emergency: 10 }
    escalate: [{ after: 5m, to: [group:oncall] }]
  mute: { approve: 1, from: [owner], expires_minutes: { planned: 60, emergency: 10 } }
  hasty: { approve: 1, from: [owner], escalate: [{ after: 5m, to: [group:oncall] }] }
  alone: { approve: 3, from: [bob], expires_minutes: { planned: 60, emergency: 10 }, escalate: [{ after: 5m, to: [bob] }] }
hooks: { monitoring: { alerts: [key_failed, rotation_stuck] } }
`;

const HEAD = `runbook: R-TEST
title: Something happened to a key
owner: bob
review_by: 2027-05-20
applies_to: [api_key]
start_on:
  - alert: key_failed
  - alert: rotation_stuck
inputs:
  key: { type: key }
grants: { providers: [ledger], sinks: [file] }
identify:
  - { id: class, uses: key.classify, with: { key: "\${inputs.key}" } }
contain: { waived: A test. }
investigate: { waived: A test. }
`;
const GO = '  - { id: go, uses: approve, with: { question: Now?, rule: rotate } }';
const GONE = '  - { id: gone, uses: key.revoke, with: { key: "${inputs.key}", replaced_by: null } }';
const MINT = '  - { id: mint, uses: key.create, with: { replaces: "${inputs.key}", scopes: same } }';
const ASKED = '  - { id: asked, uses: ask, with: { question: "Is it?", assignee: alice }, due: 1h }';
const TAIL = 'communicate: { waived: A test. }\n';
const GOOD = `${HEAD}recover:\n${GO}\n${GONE}\n${TAIL}`;

const recover = (...steps: string[]) => `${HEAD}recover:\n${steps.join('\n')}\n${TAIL}`;

/** Destroys, and says that there is nothing to take back. */
const shred = defineStep({
  uses: 'test.shred',
  summary: 'Shreds something.',
  with: z.strictObject({}),
  outputs: z.strictObject({}),
  effect: 'destroys',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It is only paper.' },
  timeoutMs: 1_000,
  rehearsal: 'real',
  perform: async () => ({ kind: 'done', outputs: {}, events: [] }),
});

interface Files {
  runbook?: string;
  policy?: string;
  rehearsed?: boolean;
  more?: Record<string, string>;
  catalogue?: readonly StepKind[];
  now?: Date;
}

async function lint({
  runbook = GOOD,
  policy = POLICY,
  rehearsed = true,
  more = {},
  catalogue = stepKinds,
  now = NOW,
}: Files) {
  const dir = join(mkdtempSync(join(tmpdir(), 'rekey-rules-')), 'runbooks');
  onTestFinished(() => rmSync(join(dir, '..'), { recursive: true }));
  mkdirSync(dir);
  cpSync(join(SHIPPED, 'key-classes.yaml'), join(dir, 'key-classes.yaml'));
  const files = { 'R-TEST.yaml': runbook, 'policy.yaml': policy, ...more };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
    if (rehearsed && name.startsWith('R-'))
      writeFileSync(join(dir, name.replace('.yaml', '.rehearsal.yaml')), 'cases: []');
  }
  const report = await lintFolder(dir, catalogue, now);
  return { ...report, rules: report.findings.map(({ rule }) => rule) };
}

const CHILD = GOOD.replace('R-TEST', 'R-CHILD').replace(/start_on:[\s\S]*?inputs:/, 'inputs:');
const LETTER = readFileSync(join(SHIPPED, 'notices', 'key-replaced.md'), 'utf8');
const letter = (from: RegExp, to: string) => ({ more: { 'notices/key-replaced.md': LETTER.replace(from, to) } });
const FOUND = '  - { id: found, uses: key.find, with: { service: payments } }';
const EACH =
  '  - { id: all, uses: runbook.start, each: "${steps.found.keys}", with: { runbook: R-CHILD, inputs: { key: "${item}" } } }';
const HASH = 'a'.repeat(64);

const BREAKS: [RuleId, Files][] = [
  ['refused', { runbook: GOOD.replace('key.classify', 'key.clasify') }],
  ['no-approval', { runbook: recover(GONE) }],
  ['no-way-back', { runbook: recover(GO, '  - { id: paper, uses: test.shred }'), catalogue: [...stepKinds, shred] }],
  ['undo-after-final', { runbook: recover(GO, GONE, MINT) }],
  ['unknown-rule', { runbook: GOOD.replace('rule: rotate', 'rule: rotat') }],
  ['nobody-can-approve', { runbook: GOOD.replace('rule: rotate', 'rule: alone') }],
  ['approval-expiry-unsaid', { runbook: GOOD.replace('rule: rotate', 'rule: hasty') }],
  ['approval-without-escalation', { runbook: GOOD.replace('rule: rotate', 'rule: mute') }],
  [
    'unreachable',
    {
      runbook: recover(
        GO,
        `  - { id: never, when: 'inputs.key.class == "jwt" && inputs.key.class == "api_key"', uses: wait, with: { for: 5m } }`,
      ),
    },
  ],
  [
    'never-holds',
    {
      runbook: recover(
        GO,
        `  - { id: sure, uses: assert, with: { that: 'inputs.key.class == "jwt" && inputs.key.class == "api_key"', message: No. } }`,
      ),
    },
  ],
  [
    'unused-input',
    { runbook: GOOD.replace('  key: { type: key }', '  key: { type: key }\n  note: { type: text, default: "" }') },
  ],
  ['no-due', { runbook: recover(GO, ASKED.replace(', due: 1h', '')) }],
  [
    'deadline-too-short',
    { runbook: GOOD.replace('identify:', 'deadlines: { run: 30m }\nidentify:').replace(GO, `${GO}\n${ASKED}`) },
  ],
  [
    'outdated-pin',
    {
      runbook: recover(
        GO,
        `  - { id: child, uses: runbook.start, with: { runbook: R-CHILD, hash: ${HASH}, inputs: { key: "\${inputs.key}" } } }`,
      ),
      more: { 'R-CHILD.yaml': CHILD },
    },
  ],
  [
    'zero-grace',
    {
      runbook: recover(
        GO,
        '  - { id: swap, uses: key.rotate, with: { key: "${inputs.key}", mode: planned, grace_hours: 0, reason: Now } }',
      ),
    },
  ],
  ['alert-without-runbook', { policy: POLICY.replace('key_failed,', 'key_failed, disk_full,') }],
  [
    'alert-without-hook',
    { runbook: GOOD.replace('  - alert: rotation_stuck', '  - alert: rotation_stuck\n  - alert: moon_phase') },
  ],
  [
    'alarm-without-runbook',
    { runbook: GOOD.replace('  - alert: rotation_stuck\n', ''), policy: POLICY.replace(', rotation_stuck', '') },
  ],
  ['max-failures-unsaid', { runbook: recover(GO, FOUND, EACH), more: { 'R-CHILD.yaml': CHILD } }],
  ['past-review', { now: new Date('2027-05-21T00:00:00Z') }],
  ['never-rehearsed', { rehearsed: false }],
  ['notice-unreviewed', letter(/reviewed_.*\n/g, '')],
  ['notice-reviewer-left', letter(/reviewed_by: .*/, 'reviewed_by: zoe')],
  ['notice-review-old', letter(/reviewed_at: .*/, 'reviewed_at: 2025-05-20')],
  ['unknown-person', { runbook: GOOD.replace(/owner: .*/, 'owner: group:nosuch') }],
  ['bad-allow', { runbook: GOOD.replace(GONE, `  # rekey-lint-allow: no-aproval because of that\n${GONE}`) }],
  ['unused-allow', { runbook: GOOD.replace(GONE, `  # rekey-lint-allow: no-approval because of that\n${GONE}`) }],
];

test('a runbook that keeps every rule has nothing to lint', async () => {
  expect((await lint({})).findings).toEqual([]);
});

test.each(BREAKS)('%s is found where only that is broken', async (rule, files) => {
  const { findings, rules } = await lint(files);
  expect(rules).toEqual([rule]);
  expect(findings[0]?.level).toBe(LINT_RULES[rule]);
});

test('every rule of lint has a runbook that breaks it', () => {
  expect(BREAKS.map(([rule]) => rule).sort()).toEqual(Object.keys(LINT_RULES).sort());
});

test.each([
  [
    'an emergency that its mode names',
    '  - { id: swap, uses: key.rotate, with: { key: "${inputs.key}", mode: exploited, grace_hours: 0, reason: Now } }',
  ],
  [
    'an emergency that its condition names',
    `  - { id: swap, when: 'steps.class.why == "exploited"', uses: key.rotate, with: { key: "\${inputs.key}", grace_hours: 0, reason: Now } }`,
  ],
])('a grace of 0 is right in %s', async (_name, step) => {
  expect((await lint({ runbook: recover(GO, step) })).rules).toEqual([]);
});

test('a class of keys without a grace is found in key-classes.yaml', async () => {
  const text = readFileSync(join(SHIPPED, 'key-classes.yaml'), 'utf8');
  const { findings } = await lint({ more: { 'key-classes.yaml': text.replace('default: 24', 'default: 0') } });
  expect(findings).toMatchObject([
    { rule: 'zero-grace', file: 'runbooks/key-classes.yaml', path: 'classes.api_key.grace_hours' },
  ]);
});

test('an undo after a point of no return that may not have been passed still counts', async () => {
  const maybe = GONE.replace('uses:', `when: 'steps.class.class == "jwt"', uses:`);
  expect((await lint({ runbook: recover(GO, maybe, MINT) })).rules).toEqual([]);
});

test.each([
  ['above the line', `  # rekey-lint-allow: no-approval because the box has two keys\n${GONE}`],
  ['at its end', `${GONE} # rekey-lint-allow: no-approval because the box has two keys`],
  [
    'above, with another remark between',
    `  # rekey-lint-allow: no-approval because the box has two keys\n  # See the guide.\n\n${GONE}`,
  ],
])('one finding is accepted with its reason, which stays in the report: a comment %s', async (_name, step) => {
  const { findings, accepted } = await lint({ runbook: recover(step) });
  expect(findings).toEqual([]);
  expect(accepted).toMatchObject([{ rule: 'no-approval', because: 'the box has two keys', level: 'error' }]);
});

test('a comment accepts one finding and not the next one of the same kind', async () => {
  const other = GONE.replace('id: gone', 'id: again');
  const { rules, accepted } = await lint({
    runbook: recover(`  # rekey-lint-allow: no-approval because the box has two keys\n${GONE}`, other),
  });
  expect([rules, accepted.length]).toEqual([['no-approval'], 1]);
});

test.each([
  ['without a reason', 'no-approval'],
  ['with nothing after because', 'no-approval because '],
  ['of what loading refuses', 'refused because it works here'],
])('a comment %s accepts nothing', async (_name, words) => {
  const { rules } = await lint({ runbook: recover(`  # rekey-lint-allow: ${words}\n${GONE}`) });
  expect(rules.toSorted()).toEqual(['bad-allow', 'no-approval']);
});

test('a rule of policy.yaml is found once however many runbooks name it, and can be accepted there', async () => {
  const runbook = GOOD.replace('rule: rotate', 'rule: mute');
  const twice = { runbook, more: { 'R-CHILD.yaml': CHILD.replace('rule: rotate', 'rule: mute') } };
  expect((await lint(twice)).rules).toEqual(['approval-without-escalation']);
  const policy = POLICY.replace(
    '  mute:',
    '  # rekey-lint-allow: approval-without-escalation because the owner carries a pager\n  mute:',
  );
  expect(await lint({ ...twice, policy })).toMatchObject({
    findings: [],
    accepted: [{ because: 'the owner carries a pager' }],
  });
});
