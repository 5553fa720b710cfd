import { describe, expect, test } from 'vitest';
import { problemsOfView } from '../../src/workspace/blocks/validate.ts';

const text = (length: number) => 'x'.repeat(length);
const plain = (length: number) => ({ type: 'plain_text', text: text(length) });
const times = <Thing>(count: number, thing: (index: number) => Thing) =>
  Array.from({ length: count }, (_, i) => thing(i));
const input = (element: object) => [{ type: 'input', label: plain(5), element }];

const modal = (extra: object) => ({ type: 'modal', title: plain(5), blocks: [], ...extra });

describe('Block Kit limits of a view', () => {
  test.each<[string, (n: number) => object, number, string]>([
    ['blocks', (n) => modal({ blocks: times(n, () => ({ type: 'divider' })) }), 100, '/view/blocks'],
    ['characters in a title', (n) => modal({ title: plain(n) }), 24, '/view/title/text'],
    ['characters on submit', (n) => modal({ submit: plain(n) }), 24, '/view/submit/text'],
    ['characters on close', (n) => modal({ close: plain(n) }), 24, '/view/close/text'],
    ['characters in private_metadata', (n) => modal({ private_metadata: text(n) }), 3000, '/view/private_metadata'],
    ['characters in callback_id', (n) => modal({ callback_id: text(n) }), 255, '/view/callback_id'],
    ['characters in external_id', (n) => modal({ external_id: text(n) }), 255, '/view/external_id'],
  ])('takes as many %s as Slack takes, and refuses one more', (_, view, limit, pointer) => {
    expect(problemsOfView(view(limit))).toEqual([]);
    expect(problemsOfView(view(limit + 1)).map((problem) => problem.pointer)).toContain(pointer);
  });

  test.each<[string, object, string]>([
    ['a modal without a title', { type: 'modal', blocks: [] }, 'missing required field: title'],
    [
      'an input without a submit button',
      modal({ blocks: input({ type: 'plain_text_input' }) }),
      'missing required field: submit (a modal with an input needs one)',
    ],
    [
      'a table in a modal',
      modal({ blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] }] }),
      'unsupported type: table',
    ],
    ['a title on Home', { type: 'home', title: plain(4), blocks: [] }, 'invalid additional property: title'],
    ['any other type of view', { type: 'drawer', blocks: [] }, 'unsupported type: drawer'],
  ])('refuses %s', (_, view, message) => {
    expect(problemsOfView(view).map((problem) => problem.message)).toContain(message);
  });
});
