import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stepKinds } from '../../src/steps/index.ts';
import { aYamlEditor } from '../support/yaml-editor.ts';

const RUNBOOKS = join(import.meta.dirname, '../../runbooks');
const anEditor = () => aYamlEditor(RUNBOOKS);
const HEAD =
  '# yaml-language-server: $schema=./runbook.schema.json\nrunbook: R-X\ntitle: X\nowner: alice\nreview_by: 2027-05-20\napplies_to: [api_key]\n';

describe('in an editor', () => {
  test('every step kind is offered after uses', async () => {
    const { open } = await anEditor();
    const { completions } = await open('R-X.yaml', `${HEAD}identify:\n  - id: a\n    uses: |\n`);
    expect(await completions()).toEqual(expect.arrayContaining(stepKinds.map(({ uses }) => uses)));
  });

  test('the fields of a kind are offered under its with, and no others', async () => {
    const { open } = await anEditor();
    const { completions } = await open(
      'R-X.yaml',
      `${HEAD}identify:\n  - id: a\n    uses: audit.capture\n    with:\n      |\n`,
    );
    const offered = await completions();
    expect(offered).toEqual(expect.arrayContaining(['key', 'limit']));
    expect(offered).not.toContain('question');
  });

  test.each([
    ['a step kind', 'uses: audit.cap|ture', 'Keeps the recent audit and authentication events of a key'],
    ['a field of the step', 'uses: audit.capture\n    ti|meout: 20s', 'How long one attempt may take.'],
  ])('the pointer on %s shows what it is for', async (_what, line, words) => {
    const { open } = await anEditor();
    const { hover } = await open('R-X.yaml', `${HEAD}identify:\n  - id: a\n    ${line}\n`);
    expect(await hover()).toContain(words);
  });

  test('nothing is underlined in the runbooks that come along', async () => {
    const { open } = await anEditor();
    for (const name of ['R-KEY-EXPIRY.yaml', 'R-ROTATE.yaml', 'R-BREAK-GLASS.yaml']) {
      const { underlined } = await open(name, readFileSync(join(RUNBOOKS, name), 'utf8').replaceAll('|', '/'));
      expect(await underlined(), name).toEqual([]);
    }
  });

  test('a field that does not exist is underlined where it stands', async () => {
    const { open } = await anEditor();
    const text = readFileSync(join(RUNBOOKS, 'R-BREAK-GLASS.yaml'), 'utf8').replace('owner: group', 'ownr: group');
    const { underlined } = await open('R-BREAK-GLASS.yaml', text);
    const line = text.slice(0, text.indexOf('ownr')).split('\n').length;
    expect(await underlined()).toContainEqual(expect.stringMatching(new RegExp(`^${line}: .*ownr`)));
  });
});
