const WIRE_KEPT = 500;
const POINTS_KEPT = 600;

/**
 * What the page knows: the bootstrap answer, kept true by events. It decides nothing; the server does.
 * @typedef {ReturnType<typeof createStore>} Store
 */
export function createStore(bootstrap) {
  const state = { ...bootstrap };
  const messages = createMessages();
  const listeners = new Set();
  load(bootstrap);

  return {
    state,
    messages,
    load,
    person: (id) => state.people.find((person) => person.id === id),
    channel: (id) => state.channels.find((channel) => channel.id === id),
    channelsOf: (person) => state.channels.filter((channel) => channel.members.includes(person)),
    file: (id) => state.files.find((file) => file.id === id),
    viewsOf: (person) => state.views.filter((view) => view.type === 'modal' && view.person === person),
    homeOf: (person) => state.homes.find((view) => view.person === person),
    subscribe: (listener) => listeners.add(listener),
    apply(event) {
      CHANGES[event.type]?.(state, event, messages);
      announce();
    },
  };

  /** Everything anew: at the start, and after a connection that was broken for a while. */
  function load(fresh) {
    Object.assign(state, fresh);
    messages.clear();
    fresh.messages.forEach(messages.put);
    announce();
  }

  function announce() {
    for (const listener of listeners) listener();
  }
}

const CHANGES = {
  message: (_state, event, messages) => messages.put(event.message),
  message_deleted: (_state, event, messages) => messages.remove(event),
  views: (state, { person, views }) => {
    state.views = [...state.views.filter((view) => view.person !== person), ...views];
  },
  home: (state, { view }) => {
    state.homes = [...state.homes.filter((home) => home.person !== view.person), view];
  },
  channel: (state, { channel }) => {
    const known = state.channels.some((each) => each.id === channel.id);
    state.channels = known
      ? state.channels.map((each) => (each.id === channel.id ? channel : each))
      : [...state.channels, channel];
  },
  file: (state, { file }) => {
    state.files = [...state.files.filter((each) => each.id !== file.id), file];
  },
  connections: (state, { connections }) => {
    state.connections = connections;
  },
  wire: (state, { entry }) => {
    // What came while the bootstrap answer was under way may be in both.
    if (entry.seq <= (state.wire.at(-1)?.seq ?? 0)) return;
    state.wire = [...state.wire, entry].slice(-WIRE_KEPT);
  },
  panel: (state, { id, point }) => {
    const add = (panel) => ({ ...panel, points: [...panel.points, point].slice(-POINTS_KEPT) });
    state.panels = state.panels.map((panel) => (panel.id === id ? add(panel) : panel));
  },
};

/** Messages by channel and ts. `revision` grows with every change, so that a list knows which of its rows are stale. */
function createMessages() {
  const known = new Map();
  let revision = 0;
  const keyOf = ({ channel, ts }) => `${channel} ${ts}`;
  const isReply = (message) => message.threadTs !== undefined && message.threadTs !== message.ts;

  /** What this person sees there, oldest first, threads included. */
  function seen(channel, person) {
    const mine = [...known.values()].filter(
      (each) => each.channel === channel && (each.visibleTo ?? person) === person,
    );
    return mine.sort((a, b) => Number(a.ts) - Number(b.ts));
  }

  return {
    put(message) {
      revision += 1;
      known.set(keyOf(message), { ...message, revision });
    },
    remove: (message) => known.delete(keyOf(message)),
    clear: () => known.clear(),
    get: (channel, ts) => known.get(keyOf({ channel, ts })),
    seen,
    top: (channel, person) => seen(channel, person).filter((message) => !isReply(message)),
    replies: (channel, ts, person) =>
      seen(channel, person).filter((message) => isReply(message) && message.threadTs === ts),
  };
}
