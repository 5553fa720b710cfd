import { SlackError } from '../slack-error.ts';
import type { Identity } from './identity.ts';
import type { Ids } from './ids.ts';

export interface Triggers {
  issue(person: string): string;
  /** Whose it was; throws expired_trigger_id, exchanged_trigger_id or invalid_trigger_id. */
  spend(id: string): string;
}

interface Sources {
  ids: Ids;
  identity: Identity;
  clock: () => number;
  triggerMs: number;
}

/** A trigger opens one modal within three seconds of what the person did. */
export function openTriggers({ ids, identity, clock, triggerMs }: Sources): Triggers {
  const issued = new Map<string, { person: string; at: number; spent: boolean }>();
  return {
    issue(person) {
      const id = `${Math.floor(clock())}.${identity.teamId.length}${issued.size}.${ids.secret()}`;
      issued.set(id, { person, at: clock(), spent: false });
      return id;
    },
    spend(id) {
      const trigger = issued.get(id);
      if (!trigger) throw new SlackError('invalid_trigger_id');
      if (trigger.spent) throw new SlackError('exchanged_trigger_id');
      if (clock() - trigger.at > triggerMs) throw new SlackError('expired_trigger_id');
      trigger.spent = true;
      return trigger.person;
    },
  };
}
