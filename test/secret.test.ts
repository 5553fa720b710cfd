import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../src/secret.ts';

function printedBy(print: (console: Console) => void): string {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      done();
    },
  });
  print(new Console(stream, stream));
  return text;
}

/** Every way in which a value ends up as text by accident. */
const accidents: Record<string, (secret: Secret) => string> = {
  'String()': (secret) => String(secret),
  'a template': (secret) => `${secret}`,
  concatenation: (secret) => `${['key: ', secret].join('')}`,
  'arithmetic plus': (secret) => ['', secret].reduce((one, other) => `${one}${other}`, '') as string,
  'toLocaleString()': (secret) => secret.toLocaleString(),
  JSON: (secret) => JSON.stringify({ secret, list: [secret] }),
  'inspect with everything shown': (secret) => inspect({ secret }, { depth: 9, showHidden: true, getters: true }),
  format: (secret) => format('%s %o %O %j', secret, secret, secret, secret),
  console: (secret) => printedBy((console) => console.log('key', secret, { deep: { secret } }, [secret])),
  'console.table and dir': (secret) =>
    printedBy((console) => {
      console.table([{ secret }]);
      console.dir(secret, { showHidden: true, depth: 9 });
    }),
  'an error’s message': (secret) => inspect(new Error(`no ${secret}`)),
  'an error’s cause': (secret) => inspect(new Error('no', { cause: secret })),
  'its own properties': (secret) => JSON.stringify([Object.keys(secret), Object.values(secret), { ...secret }]),
  'a copy of it': (secret) => inspect(structuredClone({ ...secret })),
  'an assertion’s difference': (secret) => {
    try {
      expect({ secret }).toEqual({ secret: 'something else' });
      return '';
    } catch (error) {
      return inspect(error);
    }
  },
};

const material = fc.string({ minLength: 12, unit: fc.constantFrom(...'abcdefABCDEF0123456789') });

test.each(Object.entries(accidents))('a secret does not come out by %s', (_, accident) => {
  fc.assert(
    fc.property(material, (text) => !accident(new Secret(text)).includes(text)),
    { numRuns: 30 },
  );
});

test('a secret comes out where it is meant to', () => {
  expect(new Secret('canary-material').reveal()).toBe('canary-material');
});
