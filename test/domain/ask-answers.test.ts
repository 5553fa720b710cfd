import { describe, expect, test } from 'vitest';
import { missingEvidence, readForm, webAddress } from '../../src/domain/ask-answers.ts';
import type { FormField } from '../../src/domain/ask-form.ts';

function aField(overrides: Partial<FormField> = {}): FormField {
  return {
    id: 'f',
    type: 'text',
    label: 'Why',
    hint: null,
    required: true,
    min: null,
    max: null,
    values: [],
    ...overrides,
  };
}

const isPerson = (name: string) => name === 'carol';
const read = (field: Partial<FormField>, text: string) => readForm([aField(field)], { f: text }, isPerson);
const value = (typed: string | number | boolean) => ({ kind: 'read', answers: [{ field: 'f', value: typed }] });
const wrong = (words: string) => ({ kind: 'wrong', fields: { f: expect.stringContaining(words) } });

describe('a form', () => {
  test.each([
    [{ type: 'text' }, ' because ', 'because'],
    [{ type: 'long_text' }, 'one\ntwo', 'one\ntwo'],
    [{ type: 'int', min: 1, max: 60 }, '60', 60],
    [{ type: 'enum', values: ['low', 'high'] }, 'high', 'high'],
    [{ type: 'bool' }, 'yes', true],
    [{ type: 'bool' }, 'no', false],
    [{ type: 'date' }, '2028-02-29', '2028-02-29'],
    [{ type: 'url' }, 'https://ci.example.com/42', 'https://ci.example.com/42'],
    [{ type: 'person' }, 'carol', 'carol'],
  ] as const)('%j takes %s', (field, text, typed) => {
    expect(read({ values: [], ...field } as Partial<FormField>, text)).toEqual(value(typed));
  });

  test.each([
    [{ type: 'text' }, '', 'Fill in "Why"'],
    [{ type: 'text' }, 'one\ntwo', 'one line'],
    [{ type: 'text', min: 5 }, 'abc', 'at least 5 characters; these are 3'],
    [{ type: 'text', max: 2 }, 'abc', 'at most 2 characters'],
    [{ type: 'int' }, '1.5', 'whole number'],
    [{ type: 'int' }, '1e3', 'whole number'],
    [{ type: 'int', min: 1 }, '0', 'at least 1'],
    [{ type: 'int', max: 60 }, '61', 'at most 60'],
    [{ type: 'enum', values: ['low', 'high'] }, 'middle', 'low, high'],
    [{ type: 'bool' }, 'constructor', 'yes or no'],
    [{ type: 'date' }, '2027-02-29', '2027-05-20'],
    [{ type: 'url' }, 'javascript:alert(1)', 'link such as'],
    [{ type: 'person' }, 'mallory', 'policy.yaml'],
  ] as const)('%j does not take %j', (field, text, words) => {
    expect(read({ values: [], ...field } as Partial<FormField>, text)).toEqual(wrong(words));
  });

  test('may leave out what is not required, and names every field that is wrong at once', () => {
    const fields = [aField({ id: 'a', required: false }), aField({ id: 'b' }), aField({ id: 'c', type: 'int' })];
    expect(readForm(fields, { b: 'x', c: '1' }, isPerson)).toEqual({
      kind: 'read',
      answers: [
        { field: 'b', value: 'x' },
        { field: 'c', value: 1 },
      ],
    });
    expect(readForm(fields, { c: 'x', d: 'y' }, isPerson)).toMatchObject({
      kind: 'wrong',
      fields: { b: expect.any(String), c: expect.any(String), d: expect.stringContaining('no field d') },
    });
  });
});

describe('evidence', () => {
  test.each(['javascript:alert(1)', 'ftp://example.com', 'https://user:pass@example.com', 'https://a b', 'ci/42', ''])(
    '%j is no link',
    (text) => {
      expect(webAddress(text)).toBeNull();
      const missing = missingEvidence('url', { evidence: text, file: null });
      expect(missing).toContain('https://ci.example.com/deploy/42');
      if (text !== '') expect(missing).not.toContain(text);
    },
  );

  test('is a file only with its hash', () => {
    const file = { name: 'deploy.log', sha256: 'a'.repeat(64), bytes: 3, kept: 'evidence/a' };
    expect(missingEvidence('file', { evidence: 'deploy.log', file: null })).toContain('SHA-256');
    expect(missingEvidence('file', { evidence: '', file })).toBeNull();
  });
});
