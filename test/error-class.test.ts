import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { errorClassOf, OutsideTrouble, retryAfterOf } from '../src/error-class.ts';
import { PermanentFailure, Refusal } from '../src/errors.ts';
import { freePort } from './support/free-port.ts';

const withCode = (code: string) => Object.assign(new Error('words that change'), { code });

test.each([
  ['a refused connection', withCode('ECONNREFUSED'), 'network'],
  ['a name that nobody knows', withCode('ENOTFOUND'), 'network'],
  ['a connection that was closed on us', withCode('UND_ERR_SOCKET'), 'network'],
  ['a server that does not answer', withCode('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
  ['an aborted call', new DOMException('late', 'TimeoutError'), 'timeout'],
  ['a PostgreSQL without a free connection', withCode('53300'), 'rate_limited'],
  ['a PostgreSQL that starts', withCode('57P03'), 'server_error'],
  ['a wrong password', withCode('28P01'), 'refused'],
  ['what says so itself', new OutsideTrouble('server_error', 'GET … → 503'), 'server_error'],
  ['a cause three levels down', new Error('a', { cause: new Error('b', { cause: withCode('EPIPE') }) }), 'network'],
  ['anything else', new Error('a bug'), null],
  ['no error at all', 'text', null],
  ['a cause in a circle', circular(), null],
])('%s has its class', (_what, error, expected) => {
  expect(errorClassOf(error)).toBe(expected);
});

test('a real refused connection is trouble of the network', async () => {
  const port = await freePort();
  const error = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
  expect(errorClassOf(error)).toBe('network');
});

test('a clear no has no class, so that no rule brings it back', () => {
  expect(errorClassOf(new Refusal('no', 'No.'))).toBeNull();
  expect(errorClassOf(new PermanentFailure('Never.'))).toBeNull();
});

test('only who was asked says how long to stay away', () => {
  expect(retryAfterOf(new OutsideTrouble('rate_limited', '429', { retryAfterMs: 7_000 }))).toBe(7_000);
  expect(retryAfterOf(new OutsideTrouble('network', 'gone'))).toBeNull();
  expect(retryAfterOf(withCode('ECONNRESET'))).toBeNull();
});

function circular(): Error {
  const error = new Error('round');
  error.cause = error;
  return error;
}
