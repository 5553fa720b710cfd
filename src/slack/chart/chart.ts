import type { Block } from '@slack/types';
import { cut, oneLine } from '../text.ts';

/** Bars over categories, drawn by Slack where it can and as a picture otherwise. */
export interface Chart {
  title: string;
  categories: readonly string[];
  /** As many values as there are categories. */
  series: readonly { name: string; values: readonly number[] }[];
  /** What the picture shows, for who cannot see it. */
  alt: string;
}

/** The chart block of June 2026, which @slack/types does not know yet; workspaces that have not got it answer `invalid_blocks`. */
export interface ChartBlock extends Block {
  type: 'data_visualization';
  title: string;
  chart: {
    type: 'bar';
    series: { name: string; data: { label: string; value: number }[] }[];
    axis_config: { categories: string[] };
  };
}

// Sources: LIMITS of the block as openclaw's docs have them, which the local workspace holds it to.
const TITLE = 50;
const LABEL = 20;
const MOST_SERIES = 6;
const MOST_CATEGORIES = 20;

export function chartBlock({ title, categories, series }: Chart): ChartBlock {
  const labels = categories.slice(0, MOST_CATEGORIES).map(labelOf);
  return {
    type: 'data_visualization',
    title: cut(oneLine(title), TITLE),
    chart: {
      type: 'bar',
      series: series.slice(0, MOST_SERIES).map(({ name, values }) => ({
        name: labelOf(name),
        data: labels.map((label, index) => ({ label, value: values[index] ?? 0 })),
      })),
      axis_config: { categories: labels },
    },
  };
}

function labelOf(text: string): string {
  return oneLine(text).slice(0, LABEL) || '–';
}
