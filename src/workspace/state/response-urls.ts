import { SlackError } from '../slack-error.ts';
import type { Ids } from './ids.ts';

/** Where an answer to one interaction goes. */
export interface ReplyAddress {
  person: string;
  channel: string;
  threadTs?: string;
  /** The message whose element was used, for replace_original and delete_original. */
  messageTs?: string;
}

export interface ResponseUrls {
  issue(address: ReplyAddress): string;
  /** Counts the use; throws expired_url or used_url. */
  use(id: string): ReplyAddress;
}

interface Sources {
  ids: Ids;
  clock: () => number;
  url: () => string;
  lifeMs: number;
  uses: number;
}

/** Five uses within thirty minutes, then it is dead. */
export function openResponseUrls({ ids, clock, url, lifeMs, uses }: Sources): ResponseUrls {
  const issued = new Map<string, { address: ReplyAddress; at: number; used: number }>();
  return {
    issue(address) {
      const id = ids.secret();
      issued.set(id, { address, at: clock(), used: 0 });
      return `${url()}/response/${id}`;
    },
    use(id) {
      const entry = issued.get(id);
      if (!entry || clock() - entry.at > lifeMs) throw new SlackError('expired_url');
      if (entry.used >= uses) throw new SlackError('used_url');
      entry.used += 1;
      return entry.address;
    },
  };
}
