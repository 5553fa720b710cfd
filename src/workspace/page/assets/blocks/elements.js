import { el } from '../dom.js';
import { imageNode } from './blocks.js';
import { buttonNode } from './button.js';
import { checkboxesNode, radioButtonsNode } from './choices.js';
import { dateTimeInput } from './date-time-input.js';
import { externalSelectNode } from './external-select.js';
import { dateInput, numberInput, textInput, timeInput } from './inputs.js';
import { overflowNode } from './overflow.js';
import { multiSelectNode, selectNode } from './selects.js';

/**
 * One interactive element.
 * @param {object} element
 * @param {object} place
 * @param {import('./surface.js').Surface} place.surface
 * @param {object} place.block the block around it
 * @param {string} [place.labelledBy] id of the words that name it
 * @param {string} [place.describedBy] ids of its hint and its error
 */
export function elementNode(element, place) {
  const make = ELEMENTS[element.type];
  if (!make) return el('span', { class: 'unknown' }, `This page cannot show a “${element.type}”.`);
  const node = make(element, place);
  node.dataset.action = element.action_id ?? '';
  return node;
}

const ELEMENTS = {
  button: buttonNode,
  image: (element) => imageNode(element, 'accessory-image'),
  overflow: overflowNode,
  static_select: selectNode,
  users_select: selectNode,
  channels_select: selectNode,
  conversations_select: selectNode,
  external_select: externalSelectNode,
  multi_static_select: multiSelectNode,
  multi_users_select: multiSelectNode,
  multi_channels_select: multiSelectNode,
  multi_conversations_select: multiSelectNode,
  radio_buttons: radioButtonsNode,
  checkboxes: checkboxesNode,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  rich_text_input: textInput,
  number_input: numberInput,
  datepicker: dateInput,
  timepicker: timeInput,
  datetimepicker: dateTimeInput,
};
