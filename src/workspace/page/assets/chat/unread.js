const KEY = 'workspace-read';

/** How far each person has read each channel. Kept by the browser, because it is about this screen and not about the workspace. */
export function createUnread(store) {
  const read = load();

  return {
    /** Messages of others since that person last had the channel open. */
    count: (person, channel) => newer(person, channel).length,
    /** What should make a person look: direct messages and mentions. */
    calls: (person) =>
      sum(
        store.channelsOf(person),
        (channel) => newer(person, channel).filter((each) => calls(each, person, channel)).length,
      ),
    markRead(person, channel) {
      const newest = store.messages.top(channel.id, person).at(-1)?.ts;
      const key = `${person} ${channel.id}`;
      if (!newest || Number(read[key] ?? 0) >= Number(newest)) return;
      read[key] = newest;
      save(read);
    },
  };

  function newer(person, channel) {
    const since = Number(read[`${person} ${channel.id}`] ?? 0);
    return store.messages.top(channel.id, person).filter((each) => Number(each.ts) > since && each.author !== person);
  }
}

function calls(message, person, channel) {
  return channel.kind === 'direct' || JSON.stringify([message.text, message.blocks]).includes(person);
}

function sum(rows, count) {
  return rows.reduce((total, row) => total + count(row), 0);
}

// A browser may refuse storage altogether; then everything is simply unread after a reload.
function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

function save(read) {
  try {
    localStorage.setItem(KEY, JSON.stringify(read));
  } catch {
    // Nothing to do: see load().
  }
}
