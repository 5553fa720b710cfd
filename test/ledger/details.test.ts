import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/domain/canonical.ts';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { lineOf } from '../../src/ledger/audit.ts';
import { NOON } from '../support/builders.ts';

const context = {
  at: NOON,
  actor: 'system:engine',
  channel: 'engine',
  incident: null,
  run: null,
  step: null,
  planHash: null,
} as const;

test('what a line says is the canonical JSON of its event, whatever is in it', () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'text', '0'));
  fc.assert(
    fc.property(fc.dictionary(name, anything), fc.date({ noInvalidDate: true }), (facts, capturedAt) => {
      // No column of a table is of that shape; the text must not depend on it.
      const event = { type: 'step_settled', facts, capturedAt, many: [capturedAt, facts] } as unknown as LedgerEvent;
      const leftOut = new Set(['envelope', 'text', 'markdown', 'json', 'content', 'tokenHash']);
      const expected = JSON.parse(JSON.stringify(event), (name, value) => (leftOut.has(name) ? undefined : value));
      expect(lineOf({ context, event }).details).toBe(canonicalJson(expected));
    }),
  );
});
