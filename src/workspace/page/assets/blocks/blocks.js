import { el, uniqueId } from '../dom.js';
import { markdownNodes } from '../text/markdown.js';
import { plainText, textNodes } from '../text/mrkdwn.js';
import { richTextNodes } from '../text/rich-text.js';
import { alertBlock, chartBlock, tableBlock } from './data-blocks.js';
import { elementNode } from './elements.js';
import { inputBlock } from './input-block.js';

/**
 * Block Kit as elements.
 * @param {object[]} blocks
 * @param {import('./surface.js').Surface} surface where the blocks stand: who is named, what was typed, where clicks go
 */
export function blockNodes(blocks, surface) {
  return blocks.map((block) => {
    const node = blockNode(block, surface);
    node.dataset.block = block.block_id ?? '';
    return node;
  });
}

// One block that cannot be drawn must not take the rest of the conversation with it.
function blockNode(block, surface) {
  try {
    return BLOCKS[block.type]?.(block, surface) ?? unknownBlock(block);
  } catch (error) {
    console.error('This block could not be drawn.', block, error);
    return unknownBlock(block);
  }
}

const BLOCKS = {
  section: sectionBlock,
  header: (block) => el('h2', { class: 'block block-header' }, plainText(block.text)),
  context: contextBlock,
  divider: () => el('hr', { class: 'block' }),
  actions: actionsBlock,
  input: inputBlock,
  image: imageBlock,
  rich_text: (block, { names }) => el('div', { class: 'block prose' }, richTextNodes(block, names)),
  markdown: (block) => el('div', { class: 'block prose' }, markdownNodes(block.text)),
  table: tableBlock,
  data_table: tableBlock,
  data_visualization: chartBlock,
  alert: alertBlock,
};

function sectionBlock(block, surface) {
  const label = uniqueId('section');
  const words = el(
    'div',
    { class: 'section-words prose', id: label },
    textNodes(block.text, surface.names),
    block.fields &&
      el(
        'div',
        { class: 'fields' },
        block.fields.map((field) => el('div', {}, textNodes(field, surface.names))),
      ),
  );
  if (!block.accessory) return el('div', { class: 'block section' }, words);
  // The words beside a select are its only label, so they are tied to it for those who cannot see them side by side.
  const accessory = elementNode(block.accessory, { surface, block, labelledBy: label });
  return el('div', { class: 'block section' }, words, el('div', { class: 'accessory' }, accessory));
}

function contextBlock(block, { names }) {
  const parts = block.elements.map((part) =>
    part.type === 'image' ? imageNode(part, 'context-image') : el('span', { class: 'prose' }, textNodes(part, names)),
  );
  return el('div', { class: 'block context' }, parts);
}

function actionsBlock(block, surface) {
  return el(
    'div',
    { class: 'block actions' },
    block.elements.map((element) => elementNode(element, { surface, block })),
  );
}

function imageBlock(block) {
  return el(
    'figure',
    { class: 'block' },
    block.title && el('figcaption', {}, plainText(block.title)),
    imageNode(block, 'block-image'),
  );
}

/** Pictures come from this server or from nowhere: the page loads nothing from the network, and says what would be there. */
export function imageNode(image, className) {
  const address = image.image_url ?? image.slack_file?.url ?? '';
  const url = URL.canParse(address, location.href) ? new URL(address, location.href) : null;
  const local = url !== null && (url.origin === location.origin || url.protocol === 'data:');
  if (!local) return el('span', { class: `${className} image-absent` }, `[picture: ${image.alt_text}]`);
  return el('img', { class: className, src: url.href, alt: image.alt_text });
}

function unknownBlock(block) {
  return el('p', { class: 'block unknown' }, `This page cannot show a “${block.type}” block.`);
}
