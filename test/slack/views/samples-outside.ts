import type { ModalView } from '@slack/types';
import { DeliveryId, DeliveryState } from '../../../src/domain/dispatch.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { notifyModal } from '../../../src/slack/views/notify-modal.ts';
import {
  letterModal,
  type OutsideNotice,
  outsideNotice,
  settleDeliveryModal,
  withdrawNoticeModal,
} from '../../../src/slack/views/outside-notice.ts';
import { aDelivery } from '../../support/dispatches.ts';

function aNoticeWith(text: string): OutsideNotice {
  const states = DeliveryState.options;
  return {
    id: 'dsp-1',
    key: text,
    template: text,
    hash: 'a'.repeat(64),
    letter: { subject: text, body: text.repeat(40).slice(0, 6_000) || text },
    recipients: Array.from({ length: 60 }, () => ({ name: text, address: text, way: 'mail' as const })),
    approval: text,
    deliveries: Array.from({ length: 60 }, (_, index) => {
      const { addressee } = aDelivery();
      const state = states[index % states.length] ?? 'sent';
      return aDelivery({
        id: DeliveryId.parse(`dlv-${index}`),
        state,
        answer: text,
        addressee: { ...addressee, name: text, address: text },
      });
    }),
  };
}

export function messagesOfOutside(text: string): Record<string, Message> {
  const notice = aNoticeWith(text);
  return { outsideNotice: outsideNotice(notice), outsideNoticeAsked: outsideNotice({ ...notice, deliveries: [] }) };
}

export function viewsOfOutside(text: string): Record<string, ModalView> {
  const notice = aNoticeWith(text);
  const form = { incident: 'inc-1', to: text, data: text, template: text, reason: text };
  const many = Array.from({ length: 60 }, () => text);
  const people = { inside: many, unknown: many, asked: many };
  return {
    letter: letterModal(notice),
    settleDelivery: settleDeliveryModal(notice),
    withdrawNotice: withdrawNoticeModal(notice),
    notify: notifyModal({ ...form, preview: null }),
    notifyRefused: notifyModal({ ...form, preview: { kind: 'refused', code: 'bad_recipients', sentence: text } }),
    notifyShown: notifyModal({
      ...form,
      preview: { kind: 'shown', letter: notice, ...people, problems: many, seen: 'a' },
    }),
  };
}
