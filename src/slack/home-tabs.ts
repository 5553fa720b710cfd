import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import type { Log } from './deps.ts';
import type { Gate } from './gate.ts';
import type { From } from './incoming.ts';
import { withSharedReads } from './load/home/shared-reads.ts';
import type { LinkOf } from './load/home/under-way.ts';
import { loadHome } from './load/home.ts';
import type { Desk } from './moment.ts';
import { home } from './views/home/home.ts';
import type { Voice } from './voice.ts';

/** The Home tabs that people have opened, kept up to date while they may be looking. */
export interface HomeTabs {
  /** Shows it now, and again whenever what it shows has changed within the next ten minutes. */
  opened: (from: From) => Promise<void>;
  /** Something was written; every open tab is looked at again soon. */
  changed: () => void;
  stop: () => Promise<void>;
}

interface Tab {
  from: From;
  until: number;
  publishedAt: number;
  shown: string;
  timer: NodeJS.Timeout | null;
}

export interface HomeTabsDeps {
  desk: Desk;
  gate: Gate;
  voice: Pick<Voice, 'publishHome' | 'permalink'>;
  log: Log;
  /** At most one publish of a person's tab in this time. */
  everyMs: number;
}

// Slack does not say when somebody leaves the tab, and draws it anew for whoever comes back to it.
const KEPT_MS = 10 * 60_000;
export const HOME_EVERY_MS = 5_000;
const MOST_TABS = 200;
// What people may be looking at waits for what they have to act in: of the time, drawing tabs gets a tenth.
const DRAWN_AT_ONCE = 2;
const REST = 10;
// Tabs that are drawn within this time share what is the same for all of them.
const SHARED_MS = 1_000;

interface Shared {
  desk: Desk;
  madeAt: number;
  /** Something was recorded since. */
  isOld: boolean;
}

export function openHomeTabs(deps: HomeTabsDeps): HomeTabs {
  const { everyMs } = deps;
  const { now } = deps.desk;
  const tabs = new Map<string, Tab>();
  const inHand = new Set<Promise<void>>();
  const linkOf = rememberingLinks(deps);
  const inTurn = atMost(DRAWN_AT_ONCE);
  let shared: Shared | null = null;
  let tookMs = 0;

  const sharedDesk = (longestMs: number): Shared => {
    const age = shared === null ? 0 : Date.now() - shared.madeAt;
    if (shared === null || age >= everyMs || (shared.isOld && age >= longestMs))
      shared = { desk: withSharedReads(deps.desk), madeAt: Date.now(), isOld: false };
    return shared;
  };
  const publish = async (tab: Tab, longestMs: number) => {
    const began = Date.now();
    tab.publishedAt = began;
    const from = sharedDesk(longestMs);
    const shown = await drawn({ ...deps, desk: from.desk }, tab, linkOf);
    tookMs = Date.now() - began;
    if (shown === null) return void (tabs.get(tab.from.user) === tab && tabs.delete(tab.from.user));
    tab.shown = shown;
    if (from.isOld && tabs.get(tab.from.user) === tab) soon(tab);
  };
  const hold = (work: Promise<void>) => {
    const held = work.catch((error: unknown) => deps.log.error({ err: error }, 'App Home could not be shown'));
    inHand.add(held);
    void held.finally(() => inHand.delete(held));
    return held;
  };
  const soon = (tab: Tab) => {
    if (tab.until <= now().getTime()) return void tabs.delete(tab.from.user);
    if (tab.timer !== null) return;
    tab.timer = setTimeout(
      () => {
        tab.timer = null;
        void hold(inTurn(() => publish(tab, Math.min(SHARED_MS, everyMs))));
      },
      Math.max(0, tab.publishedAt + Math.max(everyMs, REST * tookMs * tabs.size) - Date.now()),
    );
  };
  return {
    opened: (from) => {
      const before = tabs.get(from.user);
      if (before?.timer != null) clearTimeout(before.timer);
      const tab: Tab = { from, until: now().getTime() + KEPT_MS, publishedAt: 0, shown: '', timer: null };
      tabs.delete(from.user);
      tabs.set(from.user, tab);
      const [oldest] = tabs.keys();
      if (tabs.size > MOST_TABS && oldest !== undefined) tabs.delete(oldest);
      return hold(publish(tab, 0));
    },
    changed: () => {
      if (shared !== null) shared.isOld = true;
      for (const tab of tabs.values()) soon(tab);
    },
    stop: async () => {
      for (const { timer } of tabs.values()) if (timer !== null) clearTimeout(timer);
      tabs.clear();
      await Promise.allSettled([...inHand]);
    },
  };
}

/** The others wait for their turn, in order. */
function atMost(most: number): (work: () => Promise<void>) => Promise<void> {
  const turns = Array.from({ length: most }, () => Promise.resolve());
  let next = 0;
  return (work) => {
    const at = next++ % most;
    const mine = (turns[at] ?? Promise.resolve()).then(work);
    turns[at] = mine.catch(() => {});
    return mine;
  };
}

/** Publishes it when it differs from what was shown; null for who is not let in any more. */
async function drawn({ desk, gate, voice }: HomeTabsDeps, tab: Tab, linkOf: LinkOf): Promise<string | null> {
  try {
    const person = await gate.admit(tab.from, null, 'remembered');
    const view = home(await loadHome(desk, person, linkOf));
    const hash = createHash('sha256').update(JSON.stringify(view)).digest('hex');
    if (hash !== tab.shown) await voice.publishHome(tab.from.user, view);
    return hash;
  } catch (error) {
    // Somebody who is not let in has no Home; there is nothing to answer to.
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** A message does not move, so Slack is asked once for each. */
function rememberingLinks({ desk, voice }: HomeTabsDeps): LinkOf {
  const known = new Map<string, string>();
  return async (incident) => {
    const found = known.get(incident);
    if (found !== undefined) return found;
    const message = await desk.outbox.find('incident', incident);
    const link = message?.ts == null ? null : await voice.permalink({ channel: message.channel, ts: message.ts });
    if (link !== null) known.set(incident, link);
    return link;
  };
}
