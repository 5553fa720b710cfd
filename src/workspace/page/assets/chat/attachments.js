import { fileAddress } from '../api.js';
import { blockNodes } from '../blocks/blocks.js';
import { el } from '../dom.js';
import { mrkdwnNodes } from '../text/mrkdwn.js';

/** Slack's older attachments, as far as apps still use them: blocks or text beside a line. Its colour is never the only sign. */
export function attachmentNodes(attachments, surface) {
  return attachments.map((attachment) =>
    el(
      'div',
      { class: 'attachment' },
      attachment.blocks
        ? blockNodes(attachment.blocks, surface)
        : el('div', { class: 'prose' }, mrkdwnNodes(attachment.text ?? attachment.fallback ?? '', surface.names)),
    ),
  );
}

/** Uploaded files: pictures in the message, anything else as a link. */
export function fileNodes(ids, { store }) {
  return ids.map((id) => {
    const file = store.file(id);
    if (!file) return null;
    if (!file.mimeType.startsWith('image/'))
      return el('a', { class: 'file', href: fileAddress(id), download: file.name }, file.title || file.name);
    return el(
      'figure',
      { class: 'file-picture' },
      el('figcaption', {}, file.title || file.name),
      el('img', { src: fileAddress(id), alt: file.altText || file.title || file.name }),
    );
  });
}
