// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a document has references of shells in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRunbook } from '../../../src/runbook/compile.ts';
import { draftYaml } from '../../../src/runbook/import/draft-yaml.ts';
import { readMarkdown } from '../../../src/runbook/import/read-markdown.ts';
import type { LoadedRunbook } from '../../../src/runbook/loaded.ts';
import { describeProblem } from '../../../src/runbook/problem.ts';
import { stepKinds } from '../../../src/steps/index.ts';

const OPTIONS = { id: 'R-DRAFT', owner: 'group:security', reviewBy: '2027-05-20' };
const DOCUMENT = readFileSync(join(import.meta.dirname, '../../fixtures/markdown/R-KEY-EXPIRY.md'), 'utf8');

function draftOf(markdown: string): string {
  return draftYaml(readMarkdown(markdown), OPTIONS);
}

function loaded(yaml: string): LoadedRunbook {
  const compiled = compileRunbook(yaml, 'R-DRAFT.yaml', stepKinds);
  if (compiled.kind === 'loaded') return compiled.runbook;
  throw new Error(`${compiled.problems.map(describeProblem).join('\n')}\n${yaml}`);
}

test('the document of R-KEY-EXPIRY becomes a runbook that loads, with a step per instruction in its phase', () => {
  const runbook = loaded(draftOf(DOCUMENT));
  const counts = Object.groupBy(runbook.steps, (step) => step.phase);
  expect(Object.entries(counts).map(([phase, steps]) => [phase, steps?.length])).toEqual([
    ['identify', 2],
    ['contain', 3],
    ['investigate', 2],
    ['recover', 5],
    ['communicate', 1],
    ['finally', 1],
  ]);
  expect(runbook.startOn.map(({ alert }) => alert)).toEqual(['key_expired_blocked']);
  expect(runbook.appliesTo).toEqual(['api_key', 'issuer_key', 'federation_key', 'passphrase']);
});

test('what stands under a class of keys runs for that class only', () => {
  const { steps } = loaded(draftOf(DOCUMENT));
  const whenOf = (id: string) => steps.find((step) => step.id === id)?.when;
  expect(whenOf('create_a_new_key')).toBe('inputs.key.class == "api_key"');
  expect(whenOf('follow_key_rotation')).toBe(
    'inputs.key.class == "issuer_key" || inputs.key.class == "federation_key"',
  );
  expect(whenOf('schedule_a_controlled_rekey')).toBe('inputs.key.class == "passphrase"');
});

test('a prohibition is a comment and no step, and commands stand above the step that they belong to', () => {
  const yaml = draftOf(DOCUMENT);
  expect(yaml).toContain('  # Do not extend an expired key by editing the database by hand.\n');
  expect(yaml).toMatch(
    /# curl -s "https[^\n]*\n[^\n]*# [^\n]*STIGMEM_ADMIN_KEY[^\n]*\n {2}- id: capture_recent_auth_and/,
  );
});

test('questions stay as they are; the rest is asked as a question', () => {
  const yaml = draftOf(DOCUMENT);
  expect(yaml).toContain('question: "Was a key_expiring_soon alert configured?"');
  expect(yaml).toContain('question: "Follow Key Rotation: is this done? Write what shows it."');
});

test('a phase that the document does not have is waived, with a request to look at it', () => {
  const yaml = draftOf('# R-THING\n\n## Contain\n\n- Stop it.\n');
  expect(loaded(yaml).plan.waived).toHaveProperty('identify');
  expect(yaml).toContain('recover:\n  waived: The document names nothing to do here');
});

test('a token in an example of the document does not get into the draft', () => {
  const yaml = draftOf(
    '# R-X\n\n## Contain\n\n- Call it:\n\n  ```\n  curl -H "Authorization: xoxb-123456789012-abcdefgh"\n  ```\n',
  );
  expect(yaml).not.toContain('xoxb-');
});

const piece = fc.oneof(
  fc.constantFrom(
    '# ',
    '## ',
    '- ',
    '1. ',
    '> ',
    '```\n',
    '| a | b |\n|---|---|\n',
    '${x}',
    '\n\n',
    ': ',
    '**',
    '`',
    '[a](b)',
    '<b>',
    '---\n',
  ),
  fc.constantFrom(
    'Identify\n',
    'Contain\n',
    'Investigate\n',
    'Recover\n',
    'Communicate\n',
    'Do not ',
    'For API keys:\n\n',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

test('whatever the document says, the draft loads', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      loaded(draftOf(pieces.join('')));
    }),
    { numRuns: 500 },
  );
});
