import { expect, test } from 'vitest';
import { askDecision } from '../../src/domain/decision.ts';
import { StepId } from '../../src/domain/ids.ts';
import { anAsk, bob, carol, NOON } from '../support/builders.ts';

const anItem = (id: string) => ({ id, label: `Do ${id}`, required: true, mayNotApply: true });
const list = anAsk({ form: { kind: 'checklist', items: [anItem('pull'), anItem('cdn')] } });
const pulled = { item: 'pull', mark: 'done', reason: '', by: bob, at: NOON } as const;
const noCdn = { item: 'cdn', mark: 'not_applicable', reason: 'there is none', by: carol, at: NOON } as const;

test('a checklist names everybody who ticked, and why an item does not apply', () => {
  const answer = { yes: true, evidence: 'deploy.log (SHA-256 ab12)', by: carol, at: NOON };
  expect(askDecision({ ...list, marks: [pulled, noCdn], answer })).toMatchObject({
    outcome: '1 of 2 done, 1 does not apply',
    by: ['bob', 'carol'],
    why: 'cdn: there is none; deploy.log (SHA-256 ab12)',
  });
});

test('a checklist that nobody finished says how far it came', () => {
  expect(askDecision({ ...list, marks: [pulled] })).toMatchObject({ outcome: 'not finished (1 of 2 done)', at: null });
});

test('a form says what was filled in', () => {
  const field = {
    id: 'm',
    type: 'int',
    label: 'Minutes',
    hint: null,
    required: true,
    min: 0,
    max: 9,
    values: [],
  } as const;
  const answer = { yes: true, evidence: '', by: bob, at: NOON, answers: [{ field: 'm', value: 7 }] };
  const form = { kind: 'form' as const, fields: [{ ...field, values: [] }] };
  expect(askDecision(anAsk({ form, answer }))).toMatchObject({ outcome: 'filled in', why: 'Minutes: 7', by: ['bob'] });
});

test('what was sent back says where, by whom and why', () => {
  const pushedBack = { to: StepId.parse('deploy'), reason: 'the pipeline is red', by: carol, at: NOON };
  expect(askDecision(anAsk({ pushedBack }))).toMatchObject({
    outcome: 'sent back to deploy',
    by: ['carol'],
    why: 'the pipeline is red',
  });
});
