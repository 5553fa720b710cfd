import { BLOCK_LIMITS } from '../block-limits.ts';
import { byType, type Check, list, matching, optional, required, shape, text } from './schema.ts';

const { chart, id } = BLOCK_LIMITS;

const label = required(text(chart.label));

const number: Check = (value, at, problems) => {
  if (typeof value !== 'number') problems.push({ pointer: at, message: 'must be a valid number' });
};

const plotted = shape({
  type: required(text(id)),
  series: required(
    list(
      shape({
        name: label,
        data: required(list(shape({ label, value: required(number) }), { max: chart.categories })),
      }),
      { max: chart.series },
    ),
  ),
  axis_config: required(
    shape({
      categories: required(list(text(chart.label), { max: chart.categories })),
      x_label: optional(text(chart.title)),
      y_label: optional(text(chart.title)),
    }),
  ),
});

/** The chart block of June 2026, which @slack/types 3.2 does not know yet. */
export const dataVisualization = shape({
  type: required(matching(/^data_visualization$/, 'data_visualization')),
  block_id: optional(text(id)),
  title: required(text(chart.title)),
  chart: required(
    byType({
      pie: shape({
        type: required(text(id)),
        segments: required(list(shape({ label, value: required(number) }), { max: chart.series })),
      }),
      bar: plotted,
      area: plotted,
      line: plotted,
    }),
  ),
});
