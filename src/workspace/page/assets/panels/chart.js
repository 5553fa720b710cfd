import { svg } from '../dom.js';

const WIDTH = 360;
const HEIGHT = 150;
const BASE = 95;
const TOP = 12;
const BOTTOM = HEIGHT - 16;

/**
 * Accepted calls stand upwards on the line, rejected calls hang below it and are hatched: the direction tells them apart before any
 * colour does. Both use one scale, so a bar of the same length is the same number.
 */
export function trafficChart({ rows, headline, sentences, windowSeconds }) {
  const most = (field) => Math.max(1, ...rows.map((row) => row[field]));
  const scale = Math.min((BASE - TOP) / most('accepted'), (BOTTOM - BASE) / most('rejected'));
  const step = WIDTH / windowSeconds;
  const bar = (field, y) => (row) => {
    const height = row[field] * scale;
    const x = WIDTH - (row.ago + 1) * step;
    return height > 0 && svg('rect', { class: `bar-${field}`, x, width: step + 0.2, y: y(height), height });
  };
  return svg(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': `${headline}. ${sentences.now} ${sentences.before}`,
    },
    svg('defs', {}, hatching()),
    rows.map(bar('accepted', (height) => BASE - height)),
    rows.map(bar('rejected', () => BASE + 1)),
    svg('line', { class: 'axis', x1: 0, x2: WIDTH, y1: BASE + 0.5, y2: BASE + 0.5 }),
    label('▲ accepted', { x: 2, y: TOP - 2 }),
    label('▼ rejected', { x: 2, y: HEIGHT - 2 }),
    label(`most in a second: ${most('accepted')}`, { x: WIDTH - 2, y: TOP - 2, 'text-anchor': 'end' }),
    label('2 minutes ago  →  now', { x: WIDTH - 2, y: HEIGHT - 2, 'text-anchor': 'end' }),
  );
}

function hatching() {
  const size = { width: 4, height: 4, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
  return svg(
    'pattern',
    { id: 'hatching', ...size },
    svg('rect', { class: 'hatch-ground', width: 4, height: 4 }),
    svg('rect', { class: 'hatch-line', width: 1.4, height: 4 }),
  );
}

function label(words, at) {
  return svg('text', { class: 'chart-label', ...at }, words);
}
