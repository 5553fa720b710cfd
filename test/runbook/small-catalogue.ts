import { z } from 'zod';
import { defineStep, type StepKind } from '../../src/steps/contract.ts';
import {
  approvalRule,
  duration,
  granted,
  keyRef,
  peopleText,
  runbookId,
  runbookInputs,
  secretRef,
  whoText,
} from '../../src/steps/fields.ts';

// A catalogue of its own, so that the language is tested and not the steps of the day.

const perform: StepKind['perform'] = async () => ({ kind: 'done', outputs: {}, events: [] });
const common = {
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 10_000,
  rehearsal: 'real',
  perform,
} as const;
const nothing = z.strictObject({});

const look = defineStep({
  ...common,
  uses: 'look',
  summary: 'Looks at a key.',
  with: z.strictObject({
    key: keyRef.describe('Which key.'),
    limit: z.int().min(1).max(200).default(10).describe('How many.'),
    deep: z.boolean().default(false).describe('Also below.'),
  }),
  outputs: z.strictObject({
    class: z.enum(['api_key', 'passphrase']),
    why: z.string(),
    lines: z.array(z.string()),
    found: z.array(z.strictObject({ name: z.string(), size: z.int() })),
    count: z.int(),
    ok: z.boolean(),
    hint: z.string().nullable(),
  }),
});

const mint = defineStep({
  ...common,
  uses: 'mint',
  effect: 'writes',
  repeat: 'ask',
  undo: { kind: 'undo', summary: 'Takes it back.', undo: async () => [] },
  summary: 'Makes a key.',
  with: z.strictObject({
    replaces: keyRef.describe('The old one.'),
    scopes: z.enum(['minimal', 'same']).describe('Which scopes.'),
  }),
  outputs: z.strictObject({ key: keyRef, secret: secretRef, spare: secretRef.nullable(), parts: z.array(secretRef) }),
});

const deliver = defineStep({
  ...common,
  uses: 'deliver',
  summary: 'Delivers a secret.',
  with: z.strictObject({
    secret: secretRef.describe('What.'),
    sink: granted('sink').optional().describe('Where.'),
    old: keyRef.nullable().describe('The key before.'),
  }),
  outputs: nothing,
});

const destroy = defineStep({
  ...common,
  uses: 'destroy',
  effect: 'destroys',
  undo: { kind: 'point_of_no_return', why: 'It is gone.' },
  summary: 'Destroys a key.',
  with: z.strictObject({ key: keyRef.describe('Which.') }),
  outputs: nothing,
});

const approve = defineStep({
  ...common,
  uses: 'approve',
  summary: 'Asks for approval.',
  with: z.strictObject({ question: peopleText.describe('What.'), rule: approvalRule.describe('Rule.') }),
  outputs: z.strictObject({ by: z.array(z.string()) }),
});

const ask = defineStep({
  ...common,
  uses: 'ask',
  summary: 'Asks somebody.',
  with: z.strictObject({
    question: peopleText.describe('What.'),
    assignee: whoText.describe('Who.'),
    also: z.array(whoText).default([]).describe('Who else.'),
    after: duration.optional().describe('Pause before asking.'),
  }),
  outputs: z.strictObject({ evidence: z.string() }),
});

const start = defineStep({
  ...common,
  uses: 'start',
  summary: 'Starts a runbook.',
  with: z.strictObject({ runbook: runbookId.describe('Which.'), inputs: runbookInputs.describe('With what.') }),
  outputs: z.strictObject({ run: z.string() }),
});

export const smallCatalogue: readonly StepKind[] = [look, mint, deliver, destroy, approve, ask, start];

export const GOOD = `runbook: R-TEST
title: Something happened to a key
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
start_on:
  - alert: key_failed
    when: alert.count >= 5 && alert.window_minutes <= 10
inputs:
  key: { type: key }
  situation: { type: enum, values: [expired, exploited], default: expired }
  note: { type: text, default: "" }
grants: { sinks: [file] }
identify:
  - id: look
    uses: look
    with: { key: "\${inputs.key}", limit: 20 }
contain:
  waived: There is nothing to contain in a test.
investigate:
  - parallel:
      - { id: left, uses: look, with: { key: "\${inputs.key}" } }
      - { id: right, uses: look, with: { key: "\${inputs.key}" } }
recover:
  - id: go
    uses: approve
    with: { question: "Replace \${inputs.key.slug}? \${inputs.note}", rule: rotate }
  - id: mint
    when: steps.look.class == "api_key"
    uses: mint
    with: { replaces: "\${inputs.key}", scopes: minimal }
  - id: deliver
    when: has(steps.mint)
    uses: deliver
    with: { secret: "\${steps.mint.secret}", sink: file, old: "\${inputs.key}" }
  - id: destroy
    when: inputs.situation == "exploited"
    uses: destroy
    with: { key: "\${inputs.key}" }
communicate:
  - id: tell
    uses: ask
    with: { question: "Is \${steps.look.why} clear?", assignee: "\${inputs.key.owner ?? 'group:oncall'}", after: 5m }
    due: 30m
    timeout: 20s
    on_failure: continue
finally:
  - id: last
    uses: ask
    with: { question: Anything left?, assignee: alice }
    due: 1d
`;
