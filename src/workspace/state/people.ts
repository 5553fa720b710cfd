import type { PersonOptions } from '../workspace.ts';
import type { Identity } from './identity.ts';

export interface Person {
  id: string;
  name: string;
  realName: string;
  email: string;
  standing: 'member' | 'guest' | 'stranger' | 'deactivated';
  teamId: string;
  timeZone: string;
}

export interface People {
  all(): Person[];
  find(id: string): Person | undefined;
  named(name: string): Person | undefined;
  withEmail(email: string): Person | undefined;
  /** Throws a sentence: for callers that chose the id themselves. */
  get(id: string): Person;
  /** Their account is closed: they cannot do anything any more, and Slack says so to whoever asks. */
  deactivate(id: string): void;
}

export function openPeople(options: readonly PersonOptions[], identity: Identity): People {
  let people = options.map(
    (each): Person => ({
      standing: 'member',
      teamId: identity.teamId,
      timeZone: 'UTC',
      ...each,
    }),
  );
  const find = (id: string) => people.find((each) => each.id === id);
  return {
    all: () => [...people],
    find,
    named: (name) => people.find((each) => each.name === name),
    withEmail: (email) => people.find((each) => each.email.toLowerCase() === email.toLowerCase()),
    deactivate(id) {
      people = people.map((each) => (each.id === id ? { ...each, standing: 'deactivated' as const } : each));
    },
    get(id) {
      const person = find(id);
      if (person) return person;
      const known = people.map((each) => each.id).join(', ');
      throw new Error(`Nobody here has the id ${id}; the people of this workspace are ${known}.`);
    },
  };
}
