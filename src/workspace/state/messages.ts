import type { Changes } from './changes.ts';
import type { Ids } from './ids.ts';
import type { Message, Reaction } from './message.ts';

export type Draft = Pick<Message, 'channel' | 'author' | 'by' | 'text'> &
  Partial<Pick<Message, 'blocks' | 'attachments' | 'threadTs' | 'metadata' | 'files' | 'visibleTo'>>;

export type Edit = Partial<Pick<Message, 'text' | 'blocks' | 'attachments' | 'metadata'>>;

export interface Messages {
  post(draft: Draft): Message;
  edit(message: Message, edit: Edit): Message;
  remove(message: Message): void;
  react(message: Message, name: string, person: string): 'added' | 'removed';
  find(channel: string, ts: string): Message | undefined;
  /** Oldest first, ephemeral ones included. */
  list(channel: string): Message[];
  all(): Message[];
  restore(messages: readonly Message[]): void;
}

export function openMessages(ids: Ids, changes: Changes): Messages {
  const byChannel = new Map<string, Message[]>();
  const list = (channel: string) => byChannel.get(channel) ?? [];
  const keep = (message: Message) => byChannel.set(message.channel, [...list(message.channel), message]);
  const find = (channel: string, ts: string) => list(channel).find((each) => each.ts === ts);
  /** Messages are replaced, never mutated: who holds an older copy keeps seeing what was on the screen then. */
  const replace = (next: Message) =>
    byChannel.set(
      next.channel,
      list(next.channel).map((each) => (each.ts === next.ts ? next : each)),
    );
  return {
    find,
    list: (channel) => [...list(channel)],
    all: () => [...byChannel.values()].flat().sort((a, b) => (a.ts < b.ts ? -1 : 1)),
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
      replace(next);
      changes.publish({ type: 'changed', message: next, before });
      return next;
    },
    remove(message) {
      byChannel.set(
        message.channel,
        list(message.channel).filter((each) => each.ts !== message.ts),
      );
      changes.publish({ type: 'deleted', message });
    },
    react(message, name, person) {
      const current = find(message.channel, message.ts) ?? message;
      const had = current.reactions.some((each) => each.name === name && each.people.includes(person));
      const next = { ...current, reactions: toggled(current.reactions, name, person) };
      replace(next);
      changes.publish({ type: 'reaction', message: next, name, person, added: !had });
      return had ? 'removed' : 'added';
    },
  };
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
