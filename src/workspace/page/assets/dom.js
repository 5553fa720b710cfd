/**
 * The only way this page makes elements. Text always arrives as text nodes, so nothing a person or a bot writes can become markup.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `on` holds listeners, `data` holds data-*; false, null and undefined leave an attribute out
 * @param {...unknown} children nodes, strings, arrays of them; null and false are skipped
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for SVG, whose elements live in a namespace of their own. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces what is inside a node. */
export function replace(node, ...children) {
  node.replaceChildren(...nodes(children));
  return node;
}

let lastId = 0;

/** An id for `for`, `aria-describedby` and their like, unique on this page. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

function fill(node, { on = {}, data = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  for (const [name, value] of Object.entries(data)) if (value !== undefined) node.dataset[name] = String(value);
  for (const [type, listener] of Object.entries(on)) node.addEventListener(type, listener);
  node.append(...nodes(children));
  return node;
}

function setAttribute(node, name, value) {
  if (value === false || value === null || value === undefined) return;
  node.setAttribute(name, value === true ? '' : String(value));
}

function nodes(children) {
  return children
    .flat(Number.POSITIVE_INFINITY)
    .filter((child) => child !== null && child !== false && child !== undefined);
}
