import type { SlashCommand } from './contract.ts';
import { rotateKey } from './rotate-key.ts';

export const commands: readonly SlashCommand[] = [rotateKey];
