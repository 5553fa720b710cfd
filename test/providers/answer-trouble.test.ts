import { expect, test } from 'vitest';
import { answerTrouble } from '../../src/providers/answer-trouble.ts';
import { NOON } from '../support/builders.ts';

const trouble = (status: number, retryAfter: string | null = null) =>
  answerTrouble('GET https://api.example.com/v1/keys', { status, retryAfter }, NOON);

test.each([
  [429, 'rate_limited'],
  [408, 'timeout'],
  [500, 'server_error'],
  [503, 'server_error'],
] as const)('%i may be tried again, as %s', (status, errorClass) => {
  expect(trouble(status)).toMatchObject({
    errorClass,
    retryAfterMs: null,
    message: `GET https://api.example.com/v1/keys → ${status}`,
  });
});

test.each([200, 204, 302, 400, 401, 403, 404, 409, 422])('%i is an answer like any other', (status) => {
  expect(trouble(status)).toBeNull();
});

test.each([
  ['seconds', '120', 120_000],
  ['a date', 'Wed, 10 Mar 2027 12:00:30 GMT', 30_000],
  ['a date that is over', 'Wed, 10 Mar 2027 11:00:00 GMT', 0],
  ['words', 'later', null],
])('Retry-After may be %s', (_what, retryAfter, ms) => {
  expect(trouble(429, retryAfter)?.retryAfterMs).toBe(ms);
});
