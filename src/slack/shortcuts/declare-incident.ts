import { openOrAskAgain } from '../actions/open-or-ask-again.ts';
import { oneLine } from '../text.ts';
import { declareModal } from '../views/declare-modal.ts';
import type { SlackShortcut } from './contract.ts';

export const declareIncidentShortcut: SlackShortcut = {
  shortcut: 'declare_incident',
  name: 'Declare an incident',
  description: 'Opens an incident with this message as the first entry of its timeline.',
  run: async ({ channel, ts, author, text, heldSecret, postedAt }, moment) => {
    const title = oneLine(text.split('\n')[0] ?? '').slice(0, 150);
    const hint = heldSecret
      ? 'This message holds what looks like a live key. Delete it in Slack; Rekey keeps only the rest of its text.'
      : null;
    const from = { channel, ts, author };
    await openOrAskAgain(
      declareModal({ channel, from, title, severity: null, key: null, what: text, happenedAt: postedAt, hint }),
      moment,
      'Declare an incident',
    );
  },
};
