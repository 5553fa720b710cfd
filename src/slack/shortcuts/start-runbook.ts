import { openRunbookForm } from '../open-runbook-form.ts';
import { oneLine } from '../text.ts';
import type { SlackShortcut } from './contract.ts';

export const startRunbookShortcut: SlackShortcut = {
  shortcut: 'start_runbook',
  name: 'Start a runbook',
  description: 'Opens the form of a runbook with this message as the reason.',
  run: async ({ text }, moment, desk) => {
    const reason = oneLine(text).slice(0, 400);
    await openRunbookForm({ runbook: null, key: null, inputs: {}, reason, hint: null }, moment, desk);
  },
};
