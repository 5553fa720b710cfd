import { createSurface } from '../blocks/surface.js';
import { valuesOf } from '../blocks/view-values.js';

/**
 * The surface of each message and view that was shown, kept while the page lives: what somebody typed into a message survives the
 * bot's next edit of it. Each person has their own, as on their own screen.
 */
export function createSurfaces({ names, act, me }) {
  const known = new Map();

  return {
    ofMessage: (message) =>
      surface({
        key: `${message.channel} ${message.ts}`,
        on: { channel: message.channel, ts: message.ts },
        blocks: message.blocks,
      }),
    ofView: (view) =>
      surface({ key: view.id, on: { viewId: view.id }, blocks: view.blocks, values: valuesOf(view.state) }),
  };

  function surface({ key, on, blocks, values }) {
    const whose = `${me()} ${key}`;
    const found = known.get(whose) ?? createSurface({ names, values, ...wires(on, me()) });
    known.set(whose, found);
    found.keepOnly(blocks);
    return found;
  }

  function wires(on, person) {
    return {
      click: async (click) => sentence(await act('click', { person, on, ...click })),
      suggest: async (request) => (await act('options', { person, on, ...request })).options ?? [],
    };
  }
}

function sentence(outcome) {
  return outcome.ok ? null : outcome.shown;
}
