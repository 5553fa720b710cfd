// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { lexer } from 'marked';
import { expect, test } from 'vitest';
import { compileRunbook } from '../../../src/runbook/compile.ts';
import { diagramOf } from '../../../src/runbook/docs/diagram.ts';
import { runbookPage } from '../../../src/runbook/docs/runbook-page.ts';
import { stepsPage } from '../../../src/runbook/docs/steps-page.ts';
import { stepKinds } from '../../../src/steps/index.ts';
import { GOOD, smallCatalogue } from '../small-catalogue.ts';

function good() {
  const compiled = compileRunbook(GOOD, 'R-TEST.yaml', smallCatalogue);
  if (compiled.kind === 'refused') throw new Error('the good runbook is refused');
  return compiled.runbook;
}

const rowsOf = (page: string) =>
  lexer(page).flatMap((token) => (token.type === 'table' && 'rows' in token ? (token.rows as unknown[]) : []));

test('the page of a runbook has a row for each step, with its condition, and says what cannot be taken back', () => {
  const runbook = good();
  const page = runbookPage(runbook);
  for (const { id, when } of runbook.steps) {
    expect(page).toContain(`| \`${id}\` (`);
    if (when !== null) expect(page).toContain(when.replaceAll('|', '\\|'));
  }
  expect(page).toContain('**cannot be taken back**');
  expect(page).toContain('Waived: There is nothing to contain in a test.');
  expect(rowsOf(page)).toHaveLength(runbook.steps.length + Object.keys(runbook.inputs).length);
});

test('the diagram draws each step once, in its phase, and each arrow between steps that there are', () => {
  const runbook = good();
  const diagram = diagramOf(runbook);
  const ids = runbook.steps.map(({ id }) => id);
  for (const id of ids) expect(diagram.match(new RegExp(`^ {4}${id}\\W`, 'gm'))).toHaveLength(1);
  const ends = [...diagram.matchAll(/^ {2}(\w+) (?:-->|-\.->|-\. on failure \.->) (\w+)$/gm)];
  expect(ends.length).toBeGreaterThanOrEqual(ids.length - 1);
  for (const [, from = '', to = ''] of ends) expect(ids).toEqual(expect.arrayContaining([from, to]));
});

test('the page of the step kinds has every kind, every field and every output', () => {
  const page = stepsPage(stepKinds);
  for (const { uses, summary } of stepKinds) {
    expect(page).toContain(`\n## ${uses}\n\n${summary}\n`);
    expect(page).toContain(`(#${uses.replaceAll('.', '')})`);
  }
  expect(page).not.toMatch(/undefined|\[object/);
});
