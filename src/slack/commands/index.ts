import type { SlashCommand } from './contract.ts';
import { incident } from './incident.ts';
import { keys } from './keys.ts';
import { rotateKey } from './rotate-key.ts';
import { runbook } from './runbook.ts';

export const commands: readonly SlashCommand[] = [rotateKey, keys, runbook, incident];
