import type { Ids } from './ids.ts';

/** One Socket Mode connection each: a ticket opens one socket, once, and only for a while. */
export interface Tickets {
  issue(): string;
  redeem(ticket: string): boolean;
}

const TICKET_MS = 30_000;

export function openTickets(ids: Ids, clock: () => number): Tickets {
  const issued = new Map<string, number>();
  return {
    issue() {
      const ticket = ids.secret();
      issued.set(ticket, clock());
      return ticket;
    },
    redeem(ticket) {
      const at = issued.get(ticket);
      issued.delete(ticket);
      return at !== undefined && clock() - at <= TICKET_MS;
    },
  };
}
