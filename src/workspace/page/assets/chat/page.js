import { act } from '../api.js';
import { createNames } from './names.js';
import { createPlace } from './place.js';
import { createSurfaces } from './surfaces.js';
import { createUnread } from './unread.js';

/**
 * What all parts of the page share: what is known, where we are, who is who, and the way to do something as the acting person.
 * @typedef {ReturnType<typeof createPage>} Page
 */
export function createPage(store, { changed, complain }) {
  const place = createPlace(store, changed);
  const names = createNames(store, place.me);
  return {
    store,
    place,
    names,
    unread: createUnread(store),
    surfaces: createSurfaces({ names, act, me: place.me }),
    complain,
    ask: (action, body) => act(action, { person: place.me(), ...body }),
    /** For what has no place of its own to show a failure. */
    act: async (action, body) => {
      const outcome = await act(action, { person: place.me(), ...body });
      if (outcome.ok === false) complain(outcome.shown);
      return outcome;
    },
  };
}
