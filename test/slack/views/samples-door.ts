import type { Message } from '../../../src/slack/limits.ts';
import { alarmCard } from '../../../src/slack/views/alarm.ts';
import { formOffer } from '../../../src/slack/views/form-offer.ts';
import { NOON } from '../../support/builders.ts';

export function messagesOfDoor(text: string): Record<string, Message> {
  const alarm = { id: 'alm-1', key: text, sentence: text };
  return {
    'form offer': formOffer(text, 'slack:0123456789abcdef0123456789abcdef'),
    alarm: alarmCard({ ...alarm, ended: null }),
    'alarm that is over': alarmCard({ ...alarm, ended: { at: NOON, why: text } }),
  };
}
