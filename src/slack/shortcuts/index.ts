import type { SlackShortcut } from './contract.ts';

export const shortcuts: readonly SlackShortcut[] = [];
