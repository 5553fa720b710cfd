import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { Secret } from '../src/secret.ts';

const CANARY = 'canary-material-in-the-log';
new Secret(CANARY);

function aLog(level = 'info') {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

test('a line is JSON with level, time in UTC, fields and message, and nothing about the machine', () => {
  const { log, last } = aLog();
  log.warn({ run: 'run-1' }, 'a step failed');
  expect(last()).toEqual({ level: 40, time: expect.stringMatching(/^\d{4}-.*Z$/), run: 'run-1', msg: 'a step failed' });
});

test('writes nothing below its level', () => {
  const { log, lines } = aLog('warn');
  log.info('quiet');
  expect(lines).toEqual([]);
});

test('no part of a line shows a live secret, in no encoding', () => {
  const { log, lines } = aLog();
  const base64 = Buffer.from(`user:${CANARY}`).toString('base64');
  log.info(`message ${CANARY}`);
  log.info(
    { [CANARY]: 1, header: `Basic ${base64}`, nested: { list: [CANARY] }, secret: new Secret(CANARY) },
    'fields',
  );
  log.info('%s and %o', CANARY, { CANARY });
  log.error(new Error(CANARY, { cause: new Error(CANARY) }));
  log.child({ bound: CANARY }).info('child');
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    expect(line).not.toContain(CANARY);
    expect(line).not.toContain(base64.slice(8, -4));
    expect(() => JSON.parse(line)).not.toThrow();
  }
});

test('a line stays JSON though a secret that starts with a quote also matches the quote around a value', () => {
  new Secret('"quoted-material-of-somebody');
  const { log, lines, last } = aLog();
  log.info({ note: 'quoted-material-of-somebody else' }, 'odd');
  expect(lines).toHaveLength(1);
  expect(last().msg).toContain('[secret] else');
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
});

test('a line is JSON and shows no secret, whatever characters the secret is made of', () => {
  const { log, lines } = aLog();
  const material = fc.string({ unit: fc.constantFrom(...'abcXYZ019"\\/{}[]:,\n\t é'), minLength: 12, maxLength: 40 });
  fc.assert(
    fc.property(material, (text) => {
      new Secret(text);
      log.info({ a: text, b: [`${text} twice ${text}`], [text]: text }, text);
      const line = lines.at(-1) ?? '';
      JSON.parse(line);
      return !line.includes(text) && !line.includes(JSON.stringify(text).slice(1, -1));
    }),
    { numRuns: 500 },
  );
});

test.each(['err', 'error', 'reason'])(
  'an error under %s shows its chain of causes and never the request that hangs on it',
  (name) => {
    const { log, lines, last } = aLog();
    const request = { headers: { authorization: 'Bearer not-known-to-the-scrubber' } };
    const cause = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED', request, config: request });
    log.error({ [name]: Object.assign(new Error('no answer', { cause }), { request, response: request }) }, 'probe');
    expect(last()[name]).toEqual({
      name: 'Error',
      message: 'no answer',
      stack: expect.stringContaining('log.test.ts'),
      cause: {
        name: 'TypeError',
        message: 'refused',
        code: 'ECONNREFUSED',
        stack: expect.stringContaining('log.test.ts'),
      },
    });
    expect(lines.join()).not.toContain('Bearer');
  },
);

test('an error alone, a text as an error and an error that is its own cause are logged', () => {
  const { log, lines, last } = aLog();
  log.error(new Error('alone'));
  expect(last()).toMatchObject({ msg: 'alone', err: { message: 'alone' } });
  log.error({ err: 'just text' }, 'odd');
  expect(last()).toMatchObject({ err: 'just text' });
  const snake = new Error('snake');
  snake.cause = snake;
  log.error(snake);
  expect(lines).toHaveLength(3);
});
