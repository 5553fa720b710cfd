/**
 * A place where blocks stand: one message, one modal, one App Home. It remembers what people typed and chose, so that a re-rendered
 * view keeps it. A value is a text, an option's value, an id, a list of those, or null for nothing.
 * @typedef {ReturnType<typeof createSurface>} Surface
 */

/**
 * @param {object} place
 * @param {import('../chat/names.js').Names} place.names
 * @param {Record<string, Record<string, unknown>>} [place.values] what is known to be filled in: block_id → action_id → value
 * @param {(click: object) => Promise<string | null>} place.click tells the app; a sentence when that failed
 * @param {(request: object) => Promise<object[]>} place.suggest options for an external select
 */
export function createSurface({ names, values = {}, click, suggest }) {
  const known = structuredClone(values);

  function tell(block, element, value) {
    const form = structuredClone(known);
    return click({
      blockId: block.block_id,
      actionId: element.action_id,
      ...(value === undefined ? {} : { value }),
      form,
    });
  }

  function write(block, element, value) {
    known[block.block_id] ??= {};
    known[block.block_id][element.action_id] = value;
  }

  return {
    names,
    write,
    values: () => structuredClone(known),
    /** What is filled in already; `initial` is the element's own proposal, which then counts as filled in, as in Slack. */
    start: (block, element, initial) => {
      const current = known[block.block_id]?.[element.action_id];
      if (current === undefined) write(block, element, initial ?? null);
      return current === undefined ? (initial ?? null) : current;
    },
    /** Forgets what stood in blocks that are gone: Slack reports no state for them either. */
    keepOnly: (blocks) => {
      const present = new Set(blocks.map((block) => block.block_id));
      for (const id of Object.keys(known)) if (!present.has(id)) delete known[id];
    },
    /** A choice in an input block is only remembered, unless the block says `dispatch_action`; anywhere else the app hears of it. */
    choose: (block, element, value) => {
      write(block, element, value);
      const silent = block.type === 'input' && block.dispatch_action !== true;
      return silent ? Promise.resolve(null) : tell(block, element, value);
    },
    /** A press: told, never remembered. */
    press: tell,
    suggest: (block, element, typed) => suggest({ blockId: block.block_id, actionId: element.action_id, typed }),
  };
}
