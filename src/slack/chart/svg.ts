import { clean } from '../text.ts';
import type { Chart } from './chart.ts';

const SIZE = { width: 960, height: 420 };
const PLOT = { left: 60, top: 70, right: 20, bottom: 70 };
/** Told apart by pattern as well: the bars of a later series are outlined and hatched. Contrast of 4.5 : 1 and more against white. */
const COLOURS = ['#1f4e79', '#b35900', '#2e7d32'];

/** The same bars as a picture: black on white, readable on a phone, the numbers on the bars. */
export function chartSvg({ title, categories, series }: Chart): string {
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const plotWidth = SIZE.width - PLOT.left - PLOT.right;
  const plotHeight = SIZE.height - PLOT.top - PLOT.bottom;
  const slot = plotWidth / Math.max(1, categories.length);
  const bar = (slot * 0.8) / Math.max(1, series.length);
  const base = PLOT.top + plotHeight;
  const bars = series.flatMap(({ values }, of) =>
    categories.map((_, index) => {
      const value = values[index] ?? 0;
      const height = (value / most) * plotHeight;
      const x = PLOT.left + index * slot + slot * 0.1 + of * bar;
      return value === 0 ? '' : barAt({ x, y: base - height, width: bar * 0.92, height, value, of });
    }),
  );
  const names = categories.map((name, index) =>
    textAt(PLOT.left + (index + 0.5) * slot, base + 24, name, { size: 15, anchor: 'middle' }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE.width}" height="${SIZE.height}">`,
    HATCH,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    textAt(PLOT.left, 32, title, { size: 22, anchor: 'start' }),
    `<line x1="${PLOT.left}" y1="${base}" x2="${SIZE.width - PLOT.right}" y2="${base}" stroke="#333333"/>`,
    ...bars,
    ...names,
    ...legend(series),
    '</svg>',
  ].join('\n');
}

const HATCH = `<defs>${COLOURS.map(
  (colour, index) =>
    `<pattern id="h${index}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(${index * 45})"><rect width="8" height="8" fill="#ffffff"/><rect width="${8 - index * 2.5}" height="8" fill="${colour}"/></pattern>`,
).join('')}</defs>`;

interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
  value: number;
  of: number;
}

function barAt({ x, y, width, height, value, of }: Bar): string {
  const colour = COLOURS[of % COLOURS.length] ?? '#333333';
  const fill = of === 0 ? colour : `url(#h${of % COLOURS.length})`;
  const rect = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}" stroke="${colour}"/>`;
  return rect + textAt(x + width / 2, y - 5, String(value), { size: 14, anchor: 'middle' });
}

function legend(series: Chart['series']): string[] {
  return series.map(({ name }, of) => {
    const x = PLOT.left + of * 260;
    const colour = COLOURS[of % COLOURS.length] ?? '#333333';
    const fill = of === 0 ? colour : `url(#h${of % COLOURS.length})`;
    const y = SIZE.height - 28;
    return `<rect x="${x}" y="${y}" width="16" height="16" fill="${fill}" stroke="${colour}"/>${textAt(x + 24, y + 14, name, { size: 16, anchor: 'start' })}`;
  });
}

function textAt(
  x: number,
  y: number,
  text: string,
  { size, anchor }: { size: number; anchor: 'start' | 'middle' },
): string {
  const safe = clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${round(x)}" y="${round(y)}" font-family="DejaVu Sans" font-size="${size}" text-anchor="${anchor}" fill="#111111">${safe}</text>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
