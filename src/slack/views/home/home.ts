import type { HomeView, KnownBlock } from '@slack/types';
import { context, divider, header } from '../../blocks.ts';
import { cut } from '../../text.ts';
import { type Doing, doingButtons } from './doing.ts';
import { type HealthShown, healthBlocks } from './health.ts';
import { keysBlocks, type MyKeys } from './keys.ts';
import { type UnderWay, underWayBlocks } from './under-way.ts';
import { type Waiting, waitingBlocks } from './waiting.ts';
import { type Week, weekBlocks } from './week.ts';

/** What one person's Home tab shows. Null: not for this person, or put away. */
export interface Home {
  name: string;
  doing: readonly Doing[];
  week: Week | null;
  waiting: Waiting;
  keys: MyKeys;
  underWay: UnderWay;
  health: HealthShown | null;
  now: Date;
}

/** What waits for this person first; what is going on after it; the first week, which nobody reads in an incident, and how Rekey itself is last. */
export function home(data: Home): HomeView {
  const { name, doing, week, waiting, keys, underWay, health, now } = data;
  const sections: KnownBlock[][] = [
    waitingBlocks(waiting, now),
    keysBlocks(keys, now),
    underWayBlocks(underWay),
    weekBlocks(week),
    healthBlocks(health, now),
  ];
  return {
    type: 'home',
    blocks: [
      header(`Rekey for ${cut(name, 100)}`),
      ...doingButtons(doing),
      ...sections.filter((blocks) => blocks.length > 0).flatMap((blocks) => [divider, ...blocks]),
      context('The same by command: /rotate-key help and /keys help say what you can type.'),
    ],
  };
}
