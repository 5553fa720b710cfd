// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { describe, expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { ask } from '../../src/steps/ask.ts';
import { smallCatalogue } from './small-catalogue.ts';

const catalogue = [...smallCatalogue.filter(({ uses }) => uses !== 'ask'), ask];

/** A runbook with these steps under `recover`, after a look. */
function problemsOf(steps: string): string[] {
  const text = `runbook: R-TEST
title: Something happened to a key
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
identify:
  - { id: look, uses: look, with: { key: "\${inputs.key}" } }
contain: { waived: "nothing" }
investigate: { waived: "nothing" }
recover:
${steps.replace(/^/gm, '  ')}
communicate: { waived: "nothing" }
`;
  const compiled = compileRunbook(text, 'runbooks/R-TEST.yaml', catalogue);
  return compiled.kind === 'loaded' ? [] : compiled.problems.map(describeProblem);
}

const FORM = `- id: cost
  uses: ask
  due: 30m
  with:
    question: What did \${inputs.key.slug} cost?
    assignee: carol
    form:
      minutes: { type: int, label: "Minutes that \${inputs.key.slug} was down", min: 0, max: 600 }
      severity: { type: enum, label: How bad, values: [low, high] }
      next: { type: person, label: Who goes on }
      ticket: { type: url, label: Ticket, required: false }
`;

describe('a form', () => {
  test('gives each field its type to conditions and references of later steps', () => {
    const later = `- id: again
  uses: ask
  when: steps.cost.answers.minutes > 10 && steps.cost.answers.severity == "high"
  due: 30m
  with: { question: "\${steps.cost.answers.minutes} minutes?", assignee: "\${steps.cost.answers.next}" }`;
    expect(problemsOf(FORM + later)).toEqual([]);
  });

  test.each([
    [
      'a field that is not there',
      'steps.cost.answers.seconds > 10',
      'one of `minutes`, `severity`, `next` or `ticket`',
    ],
    ['another type', 'steps.cost.answers.minutes == "ten"', 'int'],
    ['a word that is not among the values', 'steps.cost.answers.severity == "middle"', 'middle'],
  ])('refuses %s at load', (_what, when, words) => {
    const later = `- { id: again, uses: ask, when: ${JSON.stringify(when)}, due: 30m, with: { question: "?", assignee: carol } }`;
    expect(problemsOf(FORM + later).join('\n')).toContain(words);
  });

  test('asks for a fallback where a field may be left out', () => {
    const later = (text: string) =>
      `- { id: again, uses: ask, due: 30m, with: { question: "${text}", assignee: carol } }`;
    expect(problemsOf(FORM + later('See ${steps.cost.answers.ticket}')).join('\n')).toContain('which can be empty');
    expect(problemsOf(FORM + later("See ${steps.cost.answers.ticket ?? 'no ticket'}"))).toEqual([]);
  });

  test.each([
    ['minutes: { type: int, label: M, min: 5, max: 1 }', 'at least `min`'],
    ['minutes: { type: enum, label: M }', '`values` beside `type: enum`'],
    ['minutes: { type: bool, label: M, max: 1 }', 'text, long_text, int, url'],
    ['minutes: { type: text, label: M, max: 9000 }', '0 to 3000 characters'],
    ['minutes: { type: regex, label: M }', '`text`'],
    ['while: { type: int, label: M }', 'not a word of the condition language'],
    ['minutes: { type: int, label: M, pattern: x }', 'the unknown key `pattern`'],
  ])('refuses %s', (field, words) => {
    const step = `- { id: cost, uses: ask, due: 30m, with: { question: "?", assignee: carol, form: { ${field} } } }`;
    const problems = problemsOf(step);
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^runbooks\/R-TEST\.yaml:13:\d+ /);
  });
});

const LIST = `- id: list
  uses: ask
  due: 30m
  with:
    question: Is it out of use?
    assignee: group:security
    checklist:
      - { id: pulled, text: Pull it from CI }
      - { id: cdn, text: Purge the CDN, may_not_apply: true }
`;

test('a checklist gives each item to later steps', () => {
  const later = (item: string) =>
    `- { id: again, uses: ask, when: 'steps.list.items.${item} == "done"', due: 30m, with: { question: "?", assignee: carol } }`;
  expect(problemsOf(LIST + later('cdn'))).toEqual([]);
  expect(problemsOf(LIST + later('dns')).join('\n')).toContain('one of `pulled` or `cdn`');
});

describe('rules between the fields of a question', () => {
  const step = (fields: string, beside = 'due: 30m') =>
    `- { id: last, uses: ask, ${beside}, with: { question: "?", assignee: carol, ${fields} } }`;

  test.each([
    [
      'both forms',
      step('checklist: [{ id: a, text: A }], form: { b: { type: int, label: B } }'),
      'a checklist or a form',
    ],
    ['a no to a checklist', step('checklist: [{ id: a, text: A }], no: waits'), 'nobody can answer no'],
    ['two items of one name', step('checklist: [{ id: a, text: A }, { id: a, text: B }]'), 'no other item has'],
    ['reminders without a due', step('remind: [5m]', 'timeout: 20s'), '`due` on this step'],
    ['an escalation without a due', step('escalate_to: alice', 'timeout: 20s'), '`due` on this step'],
    ['a delay of no escalation', step('escalate_after: 5m'), '`escalate_to` beside'],
    ['a yes that settles without evidence', step('settles: recovery'), 'evidence for a yes'],
    ['a way back to nowhere', step('push_back_to: [nothing]'), 'an earlier step (look)'],
    ['a way back to itself', step('push_back_to: [last]'), 'an earlier step (look)'],
  ])('refuse %s', (_what, text, words) => {
    expect(problemsOf(text).join('\n')).toContain(words);
  });

  test('hold with a label that names the key, too', () => {
    const text = step('remind: [5m], evidence: file, push_back_to: [look]').replace(
      '"?"',
      '"Is ${inputs.key.slug} gone?"',
    );
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text.replace('due: 30m', 'timeout: 20s')).join('\n')).toContain('`due` on this step');
  });
});

describe('the way back', () => {
  const back = (to: string) =>
    `- { id: last, uses: ask, due: 30m, with: { question: "?", assignee: carol, push_back_to: [${to}] } }`;

  test('leads to an earlier step over what can be begun again', () => {
    expect(problemsOf(LIST + back('look, list'))).toEqual([]);
  });

  test('never leads over a point of no return', () => {
    const destroyed = `- { id: gone, uses: destroy, with: { key: "\${inputs.key}" } }\n`;
    const problems = problemsOf(LIST + destroyed + back('list'));
    expect(problems.join('\n')).toContain('`gone` (destroy) is a point of no return');
    expect(problemsOf(destroyed + LIST + back('list'))).toEqual([]);
  });

  test('never leads over what cannot be done twice', () => {
    const minted = `- { id: minted, uses: mint, with: { replaces: "\${inputs.key}", scopes: same } }\n`;
    expect(problemsOf(LIST + minted + back('list')).join('\n')).toContain('`minted` (mint) cannot be done twice');
  });

  test.each([
    ['a point of no return', `- { id: gone, uses: destroy, with: { key: "\${inputs.key}" } }`, '`gone` (destroy) is a'],
    [
      'what cannot be done twice',
      `- { id: minted, uses: mint, with: { replaces: "\${inputs.key}", scopes: same } }`,
      '`minted` (mint) cannot be done twice',
    ],
  ])('never begins %s again that stands beside the question', (_what, sibling, words) => {
    const group = (first: string) => `- parallel:\n${[first, back('list')].map((one) => `    ${one}\n`).join('')}`;
    expect(problemsOf(LIST + group(sibling)).join('\n')).toContain(words);
    expect(problemsOf(LIST + group('- { id: other, uses: look, with: { key: "${inputs.key}" } }'))).toEqual([]);
  });
});

test('editors know checklists, forms and their fields', () => {
  const schema = JSON.stringify(runbookJsonSchema([ask]));
  for (const word of [
    'checklist',
    'form',
    'may_not_apply',
    'long_text',
    'push_back_to',
    'Whether the form can be sent without it.',
  ])
    expect(schema).toContain(word);
});
