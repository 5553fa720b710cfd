import { BLOCK_LIMITS } from '../block-limits.ts';
import { isJson } from '../json.ts';
import { byType, type Check, list, oneOf, optional, required, shape, text, wholeNumber } from './schema.ts';

const type = required(text(BLOCK_LIMITS.id));
const many = 5_000;

/** The leaves of rich text: Slack is generous here, so only what every leaf must have is asked for. */
function leaf(...fields: readonly string[]): Check {
  return (value, at, problems) => {
    for (const field of fields) {
      if (isJson(value) && value[field] === undefined) {
        problems.push({ pointer: at, message: `missing required field: ${field}` });
      }
    }
  };
}

const leaves = list(
  byType({
    text: leaf('text'),
    link: leaf('url'),
    user: leaf('user_id'),
    usergroup: leaf('usergroup_id'),
    channel: leaf('channel_id'),
    team: leaf('team_id'),
    emoji: leaf('name'),
    date: leaf('timestamp', 'format'),
    broadcast: leaf('range'),
    color: leaf('value'),
  }),
  { max: many, min: 0 },
);

const section = shape({ type, elements: required(leaves) });
const border = { border: optional(wholeNumber(0, 1)) };

/** A `rich_text` block, also as the value of a rich text input and as a table cell. */
export const richText = shape({
  type: required(oneOf('rich_text')),
  block_id: optional(text(BLOCK_LIMITS.id)),
  elements: required(
    list(
      byType({
        rich_text_section: section,
        rich_text_quote: shape({ type, elements: required(leaves), ...border }),
        rich_text_preformatted: shape({
          type,
          elements: required(leaves),
          language: optional(text(BLOCK_LIMITS.id)),
          ...border,
        }),
        rich_text_list: shape({
          type,
          style: required(oneOf('bullet', 'ordered')),
          elements: required(list(byType({ rich_text_section: section }), { max: many, min: 0 })),
          indent: optional(wholeNumber(0, 8)),
          offset: optional(wholeNumber(0, many)),
          ...border,
        }),
      }),
      { max: many, min: 0 },
    ),
  ),
});
