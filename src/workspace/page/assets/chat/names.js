/**
 * Who and what an id means, as the person in front of the screen sees it.
 * @typedef {ReturnType<typeof createNames>} Names
 */
export function createNames(store, me) {
  const { app } = store.state;
  const fixed = { [app.botUserId]: app.name, USLACKBOT: 'Slackbot' };
  const named = (person) => ({ id: person.id, name: person.realName });
  return {
    me,
    person: (id) => fixed[id] ?? store.person(id)?.realName ?? null,
    channel: (id) => store.channel(id)?.name ?? null,
    people: () => store.state.people.filter((person) => person.standing !== 'deactivated').map(named),
    channels: () => store.channelsOf(me()).filter((channel) => channel.kind !== 'direct'),
  };
}

/** Two letters that stand for a name: the first of its first and of its last word. */
export function initials(name) {
  const words = name
    .replace(/\(.*\)/, '')
    .trim()
    .split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)].map((word) => word[0]) : [name.slice(0, 2)];
  return letters.join('').toUpperCase();
}

/** The same one of eight tints for the same id, every time. */
export function tint(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 8191;
  return sum % 8;
}
