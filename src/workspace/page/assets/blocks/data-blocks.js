import { el, svg } from '../dom.js';
import { textNodes } from '../text/mrkdwn.js';
import { richTextNodes } from '../text/rich-text.js';

/** A `table` or a `data_table`. Its first row is the header; it scrolls sideways rather than squeezing its words. */
export function tableBlock(block, surface) {
  const [head = [], ...rows] = block.rows;
  const cell = (tag, attributes) => (content, column) =>
    el(tag, { ...attributes, class: alignment(block.column_settings?.[column]) }, cellNodes(content, surface.names));
  return scrolling(
    block.caption ?? 'Table',
    block.caption && el('caption', {}, block.caption),
    el('thead', {}, el('tr', {}, head.map(cell('th', { scope: 'col' })))),
    el(
      'tbody',
      {},
      rows.map((row) => el('tr', {}, row.map(cell('td', {})))),
    ),
  );
}

const LEVELS = { info: 'Note: ', warning: 'Warning: ', error: 'Error: ', success: 'Done: ' };

/** An `alert` block. What kind it is stands there as a word. */
export function alertBlock(block, { names }) {
  const level = LEVELS[block.level] && el('span', { class: 'alert-level' }, LEVELS[block.level]);
  return el(
    'div',
    { class: `block alert alert-${block.level ?? 'default'}` },
    level,
    el('div', { class: 'prose' }, textNodes(block.text, names)),
  );
}

/** A `data_visualization` block, as the numbers it shows, each with a bar: every kind of chart can be read this way. */
export function chartBlock(block) {
  const rows = chartRows(block.chart);
  const most = Math.max(1, ...rows.map((row) => row.value));
  const withSeries = new Set(rows.map((row) => row.series)).size > 1;
  return scrolling(
    block.title,
    el('caption', {}, block.title),
    el(
      'tbody',
      {},
      rows.map((row) => chartRow(row, most, withSeries)),
    ),
  );
}

function chartRows(chart) {
  if (chart.type === 'pie') return chart.segments.map(({ label, value }) => ({ label, value }));
  return chart.series.flatMap(({ name, data }) => data.map(({ label, value }) => ({ series: name, label, value })));
}

function chartRow({ series, label, value }, most, withSeries) {
  const bar = svg(
    'svg',
    { class: 'value-bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    [svg('rect', { width: Math.max(0, (100 * value) / most), height: 10 })],
  );
  const name = withSeries ? `${label}, ${series}` : label;
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, name),
    el('td', { class: 'align-right' }, String(value)),
    el('td', {}, bar),
  );
}

function scrolling(label, ...parts) {
  return el(
    'div',
    { class: 'block table-scroll', tabindex: '0', role: 'group', 'aria-label': label },
    el('table', {}, parts),
  );
}

function cellNodes(content, names) {
  if (content.type === 'rich_text') return richTextNodes(content, names);
  return content.text ?? String(content.value ?? '');
}

function alignment(settings) {
  return `align-${settings?.align ?? 'left'}`;
}
