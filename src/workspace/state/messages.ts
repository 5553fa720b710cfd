import type { Changes } from './changes.ts';
import type { Ids } from './ids.ts';
import type { Message, Reaction } from './message.ts';

type Draft = Pick<Message, 'channel' | 'author' | 'by' | 'text'> &
  Partial<Pick<Message, 'blocks' | 'attachments' | 'threadTs' | 'metadata' | 'files' | 'visibleTo'>>;

type Edit = Partial<Pick<Message, 'text' | 'blocks' | 'attachments' | 'metadata'>>;

export interface Messages {
  post(draft: Draft): Message;
  edit(message: Message, edit: Edit): Message;
  remove(message: Message): void;
  /** Adds the reaction, or takes it back. */
  react(message: Message, name: string, person: string): void;
  find(channel: string, ts: string): Message | undefined;
  /** Oldest first, ephemeral ones included. */
  list(channel: string): Message[];
  /** Oldest first, without ephemeral ones. */
  repliesTo(message: Message): Message[];
  all(): Message[];
  restore(messages: readonly Message[]): void;
}

/** Messages are replaced, never mutated: who holds an older copy keeps seeing what was on the screen then. */
export function openMessages(ids: Ids, changes: Changes): Messages {
  const channels = new Map<string, Map<string, Message>>();
  const threads = new Map<string, Set<string>>();
  const threadOf = (channel: string, ts: string) => entryOf(threads, `${channel} ${ts}`, () => new Set<string>());
  const channelOf = (id: string) => entryOf(channels, id, () => new Map<string, Message>());
  const find = (channel: string, ts: string) => channelOf(channel).get(ts);
  const keep = (message: Message) => {
    channelOf(message.channel).set(message.ts, message);
    if (message.threadTs && !message.visibleTo) threadOf(message.channel, message.threadTs).add(message.ts);
  };
  return {
    find,
    list: (channel) => [...channelOf(channel).values()],
    repliesTo: ({ channel, ts }) => [...threadOf(channel, ts)].flatMap((each) => find(channel, each) ?? []),
    all: () => [...channels.values()].flatMap((each) => [...each.values()]).sort((a, b) => (a.ts < b.ts ? -1 : 1)),
    restore: (messages) => messages.forEach(keep),
    post(draft) {
      const message: Message = { blocks: [], attachments: [], reactions: [], files: [], ...draft, ts: ids.ts() };
      keep(message);
      changes.publish({ type: 'posted', message });
      return message;
    },
    edit(message, edit) {
      const before = find(message.channel, message.ts) ?? message;
      const next = { ...before, ...edit, editedAt: ids.ts() };
      keep(next);
      changes.publish({ type: 'changed', message: next, before });
      return next;
    },
    remove(message) {
      channelOf(message.channel).delete(message.ts);
      if (message.threadTs) threadOf(message.channel, message.threadTs).delete(message.ts);
      changes.publish({ type: 'deleted', message });
    },
    react(message, name, person) {
      const current = find(message.channel, message.ts) ?? message;
      const added = !current.reactions.some((each) => each.name === name && each.people.includes(person));
      const next = { ...current, reactions: toggled(current.reactions, name, person) };
      keep(next);
      changes.publish({ type: 'reaction', message: next, name, person, added });
    },
  };
}

function entryOf<Value>(map: Map<string, Value>, key: string, fresh: () => Value): Value {
  const known = map.get(key) ?? fresh();
  map.set(key, known);
  return known;
}

function toggled(reactions: readonly Reaction[], name: string, person: string): Reaction[] {
  const known = reactions.find((each) => each.name === name);
  if (!known) return [...reactions, { name, people: [person] }];
  const people = known.people.includes(person)
    ? known.people.filter((each) => each !== person)
    : [...known.people, person];
  return reactions
    .map((each) => (each.name === name ? { name, people } : each))
    .filter((each) => each.people.length > 0);
}
