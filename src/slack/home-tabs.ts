import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';
import type { Log } from './deps.ts';
import type { Gate } from './gate.ts';
import type { From } from './incoming.ts';
import type { LinkOf } from './load/home/under-way.ts';
import { loadHome } from './load/home.ts';
import type { Desk } from './moment.ts';
import { home } from './views/home/home.ts';
import type { Voice } from './voice.ts';

/** The Home tabs that people have opened, kept up to date while they may be looking. */
export interface HomeTabs {
  /** Shows it now, and again whenever what it shows has changed within the next hour. */
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

// Slack does not say when somebody leaves the tab.
const KEPT_MS = 60 * 60_000;
export const HOME_EVERY_MS = 5_000;
const MOST_TABS = 200;

export function openHomeTabs(deps: HomeTabsDeps): HomeTabs {
  const { everyMs } = deps;
  const { now } = deps.desk;
  const tabs = new Map<string, Tab>();
  const inHand = new Set<Promise<void>>();
  const linkOf = rememberingLinks(deps);

  const publish = async (tab: Tab) => {
    tab.publishedAt = Date.now();
    const shown = await drawn(deps, tab, linkOf);
    if (shown === null) return void tabs.delete(tab.from.user);
    if (shown === tab.shown) return;
    tab.shown = shown;
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
        void hold(publish(tab));
      },
      Math.max(0, tab.publishedAt + everyMs - Date.now()),
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
      return hold(publish(tab));
    },
    changed: () => {
      for (const tab of tabs.values()) soon(tab);
    },
    stop: async () => {
      for (const { timer } of tabs.values()) if (timer !== null) clearTimeout(timer);
      tabs.clear();
      await Promise.allSettled([...inHand]);
    },
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
