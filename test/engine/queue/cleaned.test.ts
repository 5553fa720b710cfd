import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { cleaned } from '../../../src/engine/queue/cleaned.ts';

test('takes a password out of the sentence and leaves behind what a driver hung on the error', () => {
  const error = Object.assign(new Error('no user with pass hunter2.'), {
    command: { name: 'auth', args: ['hunter2'] },
  });

  const shown = cleaned(error, ['hunter2']);

  expect(shown.message).toBe('no user with pass …');
  expect(inspect(shown, { depth: Infinity, showHidden: true })).not.toContain('hunter2');
});

test.each([
  [
    new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')], ''),
    'refused ::1; refused 127.0.0.1',
  ],
  [new RangeError(''), 'RangeError'],
  ['a text', 'a text'],
])('always has a sentence', (error, sentence) => {
  expect(cleaned(error, []).message).toBe(sentence);
});
