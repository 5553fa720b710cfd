import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type RehearsalReport, rehearse } from '../../src/rehearsal/rehearse.ts';
import type { CaseResult } from '../../src/rehearsal/rehearse-case.ts';
import { stepKinds } from '../../src/steps/index.ts';

const SHIPPED = join(import.meta.dirname, '..', '..', 'runbooks');

/** A runbook with an approval, a condition, a question and two steps that can be taken back. */
export const SMALL = `runbook: R-SMALL
title: A small runbook
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
  careful: { type: bool, default: false }
grants: { providers: [ledger], sinks: [file] }
identify:
  - id: class
    uses: key.classify
    with: { key: "\${inputs.key}" }
contain: { waived: nothing to contain }
investigate: { waived: nothing to ask }
recover:
  - id: go
    uses: approve
    with: { question: "Replace \${inputs.key.slug}?", rule: rotate }
  - id: mint
    uses: key.create
    with: { replaces: "\${inputs.key}", scopes: same }
  - id: deliver
    uses: secret.deliver
    with: { secret: "\${steps.mint.secret}", key: "\${steps.mint.key}", to: owner }
  - id: looked
    when: inputs.careful
    uses: ask
    with: { question: "Does it work?", assignee: owner, evidence: text }
communicate:
  - id: tell
    uses: notify
    with: { to: [owner], key: "\${inputs.key}", replacement: "\${steps.mint.key}", data_integrity: "None." }
`;

const HEAD = `rehearses: R-SMALL
ledger:
  keys:
    - { slug: payments-prod, version: 3, owner: carol, expires: +20d, delivery: file }
cases:
`;

/** The cases that cover R-SMALL; `replaced` changes what a test is about. */
export const GOOD_CASES = `  - name: it is replaced
    answers: { go: { approve: bob } }
    expect:
      outcome: succeeded
      path: { class: done, go: done, mint: done, deliver: done, looked: skipped, tell: done }
      told: [{ to: carol, says: payments-prod v4 }]
      keys: { payments-prod v3: active, payments-prod v4: { state: active, at_place: true } }
  - name: it does not work and is taken back
    inputs: { careful: true }
    answers: { go: { approve: bob }, looked: { no: carol, evidence: refused everywhere, after: 5m } }
    expect:
      outcome: failed
      path: { class: done, go: done, mint: undone, deliver: undone, looked: failed }
      because: { looked: refused everywhere }
      undone: [deliver, mint]
      keys: { payments-prod v3: { at_place: true }, payments-prod v4: revoked }
  - name: it works
    inputs: { careful: true }
    answers: { go: { approve: bob }, looked: { yes: carol, evidence: 200 everywhere } }
    expect:
      outcome: succeeded
      path: { class: done, go: done, mint: done, deliver: done, looked: done, tell: done }
  - name: nobody decides
    answers: { go: nobody }
    expect: { outcome: failed, path: { class: done, go: failed } }
`;

export interface RehearsalWorld {
  dir: string;
  rehearsalFile: string;
  play: (options?: { only?: string[]; named?: string }) => Promise<RehearsalReport>;
}

/** A runbooks folder of its own with the shipped policy, one runbook and its rehearsal. */
export function aRehearsalWorld(cases: string = GOOD_CASES, runbook: string = SMALL): RehearsalWorld {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-rehearsed-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of ['policy.yaml', 'key-classes.yaml']) copyFileSync(join(SHIPPED, name), join(dir, name));
  writeFileSync(join(dir, 'R-SMALL.yaml'), runbook);
  const rehearsalFile = join(dir, 'R-SMALL.rehearsal.yaml');
  writeFileSync(rehearsalFile, `${HEAD}${cases}`);
  return {
    dir,
    rehearsalFile,
    play: ({ only = [], named } = {}) => rehearse({ dir, catalogue: stepKinds, only, named: named ?? null }),
  };
}

/** What the first case complains about. */
export async function problemsOf(world: RehearsalWorld): Promise<string[]> {
  const [first] = casesOf(await world.play());
  return first?.problems ?? ['there is no case'];
}

export function casesOf(report: RehearsalReport): CaseResult[] {
  return report.rehearsed.flatMap((one) => one.cases);
}
