import type { SlackShortcut } from './contract.ts';
import { declareIncidentShortcut } from './declare-incident.ts';
import { keyLeakedShortcut } from './key-leaked.ts';
import { startRunbookShortcut } from './start-runbook.ts';

export const shortcuts: readonly SlackShortcut[] = [declareIncidentShortcut, keyLeakedShortcut, startRunbookShortcut];
