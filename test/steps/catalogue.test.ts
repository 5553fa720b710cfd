import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { stepKinds } from '../../src/steps/index.ts';

describe.each(stepKinds.map((kind) => [kind.uses, kind] as const))('%s', (_uses, kind) => {
  test('explains itself in one sentence and describes every field', () => {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/);
    const { properties = {} } = z.toJSONSchema(kind.with, { io: 'input', unrepresentable: 'any' });
    for (const [name, field] of Object.entries(properties)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(field).toMatchObject({ description: expect.stringMatching(/\S/) });
    }
  });

  test('refuses a field that it does not know', () => {
    const answer = kind.with.safeParse({ unheard_of: 1 });
    expect(answer.error?.issues.map((issue) => issue.code)).toContain('unrecognized_keys');
  });

  test('says what a crash means: it can be asked again, or it is safe to repeat', () => {
    expect(kind.repeat === 'probe').toBe(kind.probe !== undefined);
  });

  test('says what undoing means whenever it changes the world', () => {
    if (kind.effect === 'destroys') expect(kind.undo.kind).toBe('point_of_no_return');
    expect(kind.undo.kind === 'undo' ? kind.undo.summary : kind.undo.why).toMatch(/^[A-Z].*\.$/);
  });
});

test('no two kinds share a name', () => {
  const names = stepKinds.map((kind) => kind.uses);
  expect(new Set(names).size).toBe(names.length);
});
