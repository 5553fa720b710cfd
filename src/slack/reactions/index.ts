import type { SlackReaction } from './contract.ts';

export const reactions: readonly SlackReaction[] = [];
