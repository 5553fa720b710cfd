import { describe, expect, test } from 'vitest';
import { hasTooMuchText, problemsOfBlocks } from '../../src/workspace/blocks/validate.ts';

const text = (length: number) => 'x'.repeat(length);
const plain = (length: number) => ({ type: 'plain_text', text: text(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: text(length) });
const times = <Thing>(count: number, thing: (index: number) => Thing) =>
  Array.from({ length: count }, (_, i) => thing(i));
const option = (index: number) => ({ text: plain(5), value: `v${index}` });
const button = (extra: object = {}) => ({ type: 'button', text: plain(5), ...extra });
const actions = (...elements: object[]) => [{ type: 'actions', elements }];
const accessory = (element: object) => [{ type: 'section', text: mrkdwn(5), accessory: element }];
const input = (element: object) => [{ type: 'input', label: plain(5), element }];
const confirm = { title: plain(5), text: plain(5), confirm: plain(5), deny: plain(5) };
const chart = (extra: object) => [
  { type: 'data_visualization', title: 't', chart: { type: 'pie', segments: [{ label: 'a', value: 1 }] }, ...extra },
];

/** name, blocks with n of the limited thing, the limit, where the problem is. */
const LIMITS: [string, (n: number) => unknown[], number, string][] = [
  ['blocks in a message', (n) => times(n, () => ({ type: 'divider' })), 50, '/blocks'],
  ['characters in a section', (n) => [{ type: 'section', text: mrkdwn(n) }], 3000, '/blocks/0/text/text'],
  ['fields in a section', (n) => [{ type: 'section', fields: times(n, () => mrkdwn(1)) }], 10, '/blocks/0/fields'],
  ['characters in a field', (n) => [{ type: 'section', fields: [mrkdwn(n)] }], 2000, '/blocks/0/fields/0/text'],
  ['characters in a header', (n) => [{ type: 'header', text: plain(n) }], 150, '/blocks/0/text/text'],
  ['context elements', (n) => [{ type: 'context', elements: times(n, () => mrkdwn(1)) }], 10, '/blocks/0/elements'],
  ['actions', (n) => actions(...times(n, () => button())), 25, '/blocks/0/elements'],
  ['characters on a button', (n) => actions(button({ text: plain(n) })), 75, '/blocks/0/elements/0/text/text'],
  ['characters in a button value', (n) => actions(button({ value: text(n) })), 2000, '/blocks/0/elements/0/value'],
  ['characters in a button url', (n) => actions(button({ url: text(n) })), 3000, '/blocks/0/elements/0/url'],
  [
    'characters in an accessibility label',
    (n) => actions(button({ accessibility_label: text(n) })),
    75,
    '/blocks/0/elements/0/accessibility_label',
  ],
  ['characters in an action id', (n) => actions(button({ action_id: text(n) })), 255, '/blocks/0/elements/0/action_id'],
  ['characters in a block id', (n) => [{ type: 'divider', block_id: text(n) }], 255, '/blocks/0/block_id'],
  [
    'options in a menu',
    (n) => accessory({ type: 'static_select', options: times(n, option) }),
    100,
    '/blocks/0/accessory/options',
  ],
  [
    'options in an overflow menu',
    (n) => accessory({ type: 'overflow', options: times(n, option) }),
    5,
    '/blocks/0/accessory/options',
  ],
  [
    'radio buttons',
    (n) => accessory({ type: 'radio_buttons', options: times(n, option) }),
    10,
    '/blocks/0/accessory/options',
  ],
  [
    'checkboxes',
    (n) => accessory({ type: 'checkboxes', options: times(n, option) }),
    10,
    '/blocks/0/accessory/options',
  ],
  [
    'characters in an option',
    (n) => accessory({ type: 'static_select', options: [{ text: plain(n), value: 'v' }] }),
    75,
    '/blocks/0/accessory/options/0/text/text',
  ],
  [
    'characters in an option value',
    (n) => accessory({ type: 'static_select', options: [{ text: plain(1), value: text(n) }] }),
    75,
    '/blocks/0/accessory/options/0/value',
  ],
  [
    'characters in a placeholder',
    (n) => accessory({ type: 'users_select', placeholder: plain(n) }),
    150,
    '/blocks/0/accessory/placeholder/text',
  ],
  [
    'characters in a confirm title',
    (n) => actions(button({ confirm: { ...confirm, title: plain(n) } })),
    100,
    '/blocks/0/elements/0/confirm/title/text',
  ],
  [
    'characters in a confirm text',
    (n) => actions(button({ confirm: { ...confirm, text: mrkdwn(n) } })),
    300,
    '/blocks/0/elements/0/confirm/text/text',
  ],
  [
    'characters on a confirm button',
    (n) => actions(button({ confirm: { ...confirm, deny: plain(n) } })),
    30,
    '/blocks/0/elements/0/confirm/deny/text',
  ],
  [
    'characters in an alt text',
    (n) => [{ type: 'image', image_url: 'https://example.com/a.png', alt_text: text(n) }],
    2000,
    '/blocks/0/alt_text',
  ],
  [
    'characters in an input label',
    (n) => [{ type: 'input', label: plain(n), element: { type: 'plain_text_input' } }],
    2000,
    '/blocks/0/label/text',
  ],
  ['characters in a markdown block', (n) => [{ type: 'markdown', text: text(n) }], 12_000, '/blocks/0/text'],
  [
    'rows in a table',
    (n) => [{ type: 'table', rows: times(n, () => [{ type: 'raw_text', text: 'a' }]) }],
    100,
    '/blocks/0/rows',
  ],
  [
    'columns in a table',
    (n) => [{ type: 'table', rows: [times(n, () => ({ type: 'raw_text', text: 'a' }))] }],
    20,
    '/blocks/0/rows/0',
  ],
  [
    'cards in a carousel',
    (n) => [{ type: 'carousel', elements: times(n, () => ({ type: 'card', body: mrkdwn(5) })) }],
    10,
    '/blocks/0/elements',
  ],
  ['characters in a chart title', (n) => chart({ title: text(n) }), 50, '/blocks/0/title'],
  ['charts in a message', (n) => times(n, () => chart({})[0]), 2, '/blocks'],
];

describe('Block Kit limits of a message', () => {
  test.each(LIMITS)('takes as many %s as Slack takes, and refuses one more', (_, blocks, limit, pointer) => {
    expect(problemsOfBlocks(blocks(limit))).toEqual([]);
    expect(problemsOfBlocks(blocks(limit + 1)).map((problem) => problem.pointer)).toContain(pointer);
  });

  test.each<[string, unknown[], string, string]>([
    ['an unknown block', [{ type: 'sparkles' }], '/blocks/0/type', 'unsupported type: sparkles'],
    ['a block without a type', [{}], '/blocks/0', 'missing required field: type'],
    ['an unknown element', actions({ type: 'lever' }), '/blocks/0/elements/0/type', 'unsupported type: lever'],
    [
      'mrkdwn on a button',
      actions(button({ text: mrkdwn(5) })),
      '/blocks/0/elements/0/text/type',
      'unsupported type: mrkdwn',
    ],
    ['mrkdwn in a header', [{ type: 'header', text: mrkdwn(5) }], '/blocks/0/text/type', 'unsupported type: mrkdwn'],
    [
      'mrkdwn in a menu option',
      accessory({ type: 'static_select', options: [{ text: mrkdwn(5), value: 'v' }] }),
      '/blocks/0/accessory/options/0/text/type',
      'unsupported type: mrkdwn',
    ],
    [
      'an empty section text',
      [{ type: 'section', text: plain(0) }],
      '/blocks/0/text/text',
      'must be more than 0 characters',
    ],
    [
      'a section without text or fields',
      [{ type: 'section' }],
      '/blocks/0',
      'must define at least one of: text, fields',
    ],
    [
      'an image without alt text',
      [{ type: 'image', image_url: 'https://example.com/a.png' }],
      '/blocks/0',
      'missing required field: alt_text',
    ],
    [
      'an input element outside an input block',
      accessory({ type: 'plain_text_input' }),
      '/blocks/0/accessory/type',
      'unsupported type: plain_text_input',
    ],
    ['a button inside an input block', input(button()), '/blocks/0/element/type', 'unsupported type: button'],
    [
      'an unknown style',
      actions(button({ style: 'loud' })),
      '/blocks/0/elements/0/style',
      'must be one of: primary, danger',
    ],
    ['a misspelt field', [{ type: 'divider', blockid: 'x' }], '/blocks/0', 'invalid additional property: blockid'],
    [
      'one block id twice',
      [
        { type: 'divider', block_id: 'same' },
        { type: 'divider', block_id: 'same' },
      ],
      '/blocks/1/block_id',
      '`block_id` same already exists',
    ],
    [
      'one action id twice in a block',
      actions(button({ action_id: 'go' }), button({ action_id: 'go' })),
      '/blocks/0/elements/1/action_id',
      '`action_id` go already exists',
    ],
    [
      'options and groups together',
      accessory({
        type: 'static_select',
        options: [option(1)],
        option_groups: [{ label: plain(1), options: [option(1)] }],
      }),
      '/blocks/0/accessory',
      'must define exactly one of: options, option_groups',
    ],
    [
      'a date that is none',
      accessory({ type: 'datepicker', initial_date: 'tomorrow' }),
      '/blocks/0/accessory/initial_date',
      'must be a date like 2026-11-21',
    ],
    [
      'a text where an object belongs',
      [{ type: 'section', text: 'hello' }],
      '/blocks/0/text',
      'must be a valid object',
    ],
  ])('refuses %s', (_, blocks, pointer, message) => {
    expect(problemsOfBlocks(blocks)).toContainEqual(expect.objectContaining({ pointer, message }));
  });

  test('takes the same action id in two blocks', () => {
    expect(
      problemsOfBlocks([...actions(button({ action_id: 'go' })), ...actions(button({ action_id: 'go' }))]),
    ).toEqual([]);
  });

  test('counts the text of all blocks together', () => {
    const sections = (length: number) => times(5, () => ({ type: 'section', text: mrkdwn(length) }));
    expect(hasTooMuchText(sections(2_640))).toBe(false);
    expect(hasTooMuchText(sections(2_641))).toBe(true);
  });
});
