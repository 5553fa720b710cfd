import { deliveries } from './0004-slack-experience/deliveries.ts';
import { digests } from './0004-slack-experience/digests.ts';
import { followUps } from './0004-slack-experience/follow-ups.ts';
import { home } from './0004-slack-experience/home.ts';
import { incidents } from './0004-slack-experience/incidents.ts';
import { keyWords } from './0004-slack-experience/key-words.ts';
import { liveMessages } from './0004-slack-experience/live-messages.ts';
import { lostMessages } from './0004-slack-experience/lost-messages.ts';

/** What people see and say in Slack: digests, incidents with roles and notes, follow-ups, what was sent outside. One file an area. */
export const slackExperience = [
  deliveries,
  digests,
  followUps,
  incidents,
  keyWords,
  liveMessages,
  lostMessages,
  home,
].join('\n');
