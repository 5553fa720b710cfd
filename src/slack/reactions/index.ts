import type { SlackReaction } from './contract.ts';
import { timelineReaction } from './timeline.ts';

export const reactions: readonly SlackReaction[] = [timelineReaction];
