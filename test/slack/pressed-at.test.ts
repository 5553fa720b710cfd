import { expect, test } from 'vitest';
import { LIMITS } from '../../src/slack/limits.ts';
import { openedAt, whereOpened } from '../../src/slack/pressed-at.ts';
import { sayInModal } from '../../src/slack/views/say.ts';
import { OPS } from './support.ts';

const modal = (metadata: string) => ({ ...sayInModal('A form', 'words'), private_metadata: metadata });

test.each([
  ['', { channel: OPS, thread: null }],
  ['{"channel":"C0","x":"at C0 -\\n"}', { channel: 'D0DIRECT', thread: '1700000000.000100' }],
  ['at C0OTHER -\nkept by the form', { channel: OPS, thread: null }],
])('a modal that keeps %j brings that back, and where it was opened', (kept, at) => {
  const { private_metadata: sent = '' } = openedAt(modal(kept), at);
  expect(whereOpened(sent)).toEqual({ at, metadata: kept });
});

test('a modal without room for it, or opened in no channel, keeps what its form keeps', () => {
  const full = modal('x'.repeat(LIMITS.privateMetadata));
  expect(openedAt(full, { channel: OPS, thread: null })).toEqual(full);
  expect(openedAt(modal('{}'), null).private_metadata).toBe('{}');
  expect(whereOpened('{"channel":"C0OPS"}')).toEqual({ at: null, metadata: '{"channel":"C0OPS"}' });
});
