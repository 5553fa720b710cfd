/** Which calls a fault hits; a fault without a filter hits every Web API method. */
type MethodFilter = string | undefined;

/** Everything that goes wrong with a real Slack, on a switch. Each `…Next` counts down and is then spent. */
export interface FaultSwitches {
  /** Every matching call waits this long before it is answered; 0 ends it. */
  slow(ms: number, method?: string): void;
  rateLimitNext(calls: number, retryAfterSeconds: number, method?: string): void;
  /** The call has no effect and is answered with this HTTP status. */
  failNext(calls: number, status: number, method?: string): void;
  /** The call takes effect and its answer is lost: the connection breaks. */
  loseReplyNext(calls: number, method?: string): void;
  /** Ends every fault of calls and deliveries, those that were not spent yet too. */
  clear(): void;
  /** Every delivery is sent twice. */
  duplicateDelivery(on: boolean): void;
  /** Every delivery is held back this long. */
  delayDelivery(ms: number): void;
  /** Slack recycles its connections: a warning, `warningMs` later the refresh, and a TCP connection that lingers after the close. */
  refreshSockets(options?: { warningMs?: number; lingerMs?: number }): void;
  /** The network breaks: every socket is cut without a goodbye. */
  killSockets(): void;
  /** Somebody switched Socket Mode off (`link_disabled`), or on again. */
  disableLink(disabled: boolean): void;
}

export type ApiFault =
  | { kind: 'none' }
  | { kind: 'rate_limited'; retryAfterSeconds: number }
  | { kind: 'failed'; status: number }
  | { kind: 'reply_lost' };

interface Counted {
  method: MethodFilter;
  left: number;
  fault: ApiFault;
}

/** The switches that touch Web API calls and deliveries; sockets bring their own three. */
export interface FaultBoard {
  switches: Omit<FaultSwitches, 'refreshSockets' | 'killSockets' | 'disableLink'>;
  /** Spends one count of the first fault that matches. */
  next(method: string): ApiFault;
  delayOf(method: string): number;
  delivery(): { duplicate: boolean; delayMs: number };
}

export function openFaultBoard(): FaultBoard {
  const counted: Counted[] = [];
  const slow = new Map<MethodFilter, number>();
  const delivery = { duplicate: false, delayMs: 0 };
  const queue = (left: number, method: MethodFilter, fault: ApiFault) => {
    if (left > 0) counted.push({ method, left, fault });
  };
  return {
    switches: {
      slow: (ms, method) => void slow.set(method, ms),
      rateLimitNext: (calls, retryAfterSeconds, method) =>
        queue(calls, method, { kind: 'rate_limited', retryAfterSeconds }),
      failNext: (calls, status, method) => queue(calls, method, { kind: 'failed', status }),
      loseReplyNext: (calls, method) => queue(calls, method, { kind: 'reply_lost' }),
      clear() {
        counted.length = 0;
        slow.clear();
        Object.assign(delivery, { duplicate: false, delayMs: 0 });
      },
      duplicateDelivery(on) {
        delivery.duplicate = on;
      },
      delayDelivery(ms) {
        delivery.delayMs = ms;
      },
    },
    next(method) {
      const found = counted.find((each) => each.method === undefined || each.method === method);
      if (!found) return { kind: 'none' };
      found.left -= 1;
      if (found.left === 0) counted.splice(counted.indexOf(found), 1);
      return found.fault;
    },
    delayOf: (method) => slow.get(method) ?? slow.get(undefined) ?? 0,
    delivery: () => ({ ...delivery }),
  };
}
