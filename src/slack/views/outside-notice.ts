import type { KnownBlock, ModalView } from '@slack/types';
import type { Letter, NoticeDelivery } from '../../domain/dispatch.ts';
import { dispatchLine } from '../../domain/dispatch-line.ts';
import {
  actions,
  at,
  atMost,
  bold,
  bullets,
  button,
  context,
  header,
  type Line,
  line,
  lines,
  plain,
  radio,
  textInput,
} from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface OutsideNotice {
  id: string;
  key: string;
  template: string;
  hash: string;
  letter: Letter;
  recipients: readonly { name: string; address: string; way: 'mail' | 'webhook' }[];
  /** How its approval stands: `waits for an approval`, `approved by Bob`, `rejected by Bob`. */
  approval: string;
  /** Empty until it is approved. */
  deliveries: readonly NoticeDelivery[];
}

export const WITHDRAW_NOTICE = 'withdraw_notice';
export const WITHDRAW_NOTICE_FORM = 'withdraw_notice';

/** Whom a notice outside goes to and how far it came; what is wrong can be acted on here. */
export function outsideNotice(notice: OutsideNotice): Message {
  const state = notice.deliveries.length === 0 ? notice.approval : dispatchLine(notice.deliveries);
  const title = `Notice outside: ${cut(oneLine(notice.letter.subject), 110)}`;
  const stuck = notice.deliveries.filter(isStuck);
  return {
    text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(cut(state, 300))}`,
    blocks: [
      header(title),
      lines([
        [bold('Key '), cut(notice.key, 320)],
        [bold('Status '), cut(state, 600)],
        ...(notice.deliveries.length === 0 ? [] : [[bold('Approval '), cut(notice.approval, 300)]]),
      ]),
      bullets([bold('To')], notice.deliveries.length === 0 ? recipientsOf(notice) : deliveriesOf(notice)),
      ...actions('outside', [
        button({ action: 'read_notice', token: notice.id, label: 'Read it' }),
        ...(notice.deliveries.some(({ state }) => state === 'queued')
          ? [button({ action: WITHDRAW_NOTICE, token: notice.id, label: 'Withdraw', style: 'danger' as const })]
          : []),
        ...(stuck.length === 0
          ? []
          : [
              button({
                action: 'settle_delivery',
                token: notice.id,
                label: 'Retry or settle',
                style: 'primary' as const,
              }),
              button({ action: 'other_contact', token: notice.id, label: 'Other contact' }),
            ]),
      ]),
      context(`${notice.id} · template ${cut(notice.template, 80)} · text ${notice.hash.slice(0, 12)}`),
    ],
  };
}

export function isStuck({ state }: Pick<NoticeDelivery, 'state'>): boolean {
  return state === 'bounced' || state === 'given_up' || state === 'in_doubt';
}

const MOST = 12;

function recipientsOf({ recipients }: Pick<OutsideNotice, 'recipients'>): Line[] {
  return atMost(recipients, MOST, recipientLine);
}

function recipientLine({ name, address, way }: OutsideNotice['recipients'][number]): Line {
  return [`${cut(name, 200)} · ${WAYS[way]} ${cut(address, LONGEST_ADDRESS)}`];
}

// Of a mail address 254 characters are allowed, of a host 253: none is ever shown in part.
const LONGEST_ADDRESS = 254;

function deliveriesOf({ deliveries }: OutsideNotice): Line[] {
  const worstFirst = [...deliveries].sort((a, b) => Number(isStuck(b)) - Number(isStuck(a)));
  return atMost(worstFirst, MOST, (one) => [
    bold(`${STATES[one.state]} `),
    `${cut(one.addressee.name, 100)} · ${WAYS[one.addressee.way]} ${cut(one.addressee.address, LONGEST_ADDRESS)}`,
    ...(one.state === 'queued' && one.attempts > 0 ? [`, tried ${one.attempts} times, next `, at(one.dueAt)] : []),
    ...(one.answer === null ? [] : [`: ${cut(one.answer, 200)}`]),
  ]);
}

const WAYS = { mail: 'e-mail', webhook: 'webhook at' } as const;
const STATES: Record<NoticeDelivery['state'], string> = {
  queued: 'On its way',
  sending: 'Being sent',
  sent: 'Told',
  in_doubt: 'Not known whether it arrived',
  bounced: 'Bounced',
  given_up: 'Given up',
  withdrawn: 'Withdrawn before it left',
};

/** Every word and every recipient, before or after it left. */
export function letterModal(notice: OutsideNotice): ModalView {
  return {
    type: 'modal',
    title: plain('What leaves', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewButton),
    blocks: letterBlocks(notice),
  };
}

/** For whoever decides: nothing is left out of the text, whatever its length. */
export function letterBlocks({
  letter,
  recipients,
  hash,
}: Pick<OutsideNotice, 'letter' | 'recipients' | 'hash'>): KnownBlock[] {
  return [
    line(bold('Exactly this leaves the company'), `, once it is approved (text ${hash.slice(0, 12)}).`),
    ...everybody(recipients),
    line(bold('Subject '), letter.subject),
    ...pieces(letter.body).map((piece) => line(piece)),
  ];
}

const PER_BLOCK = 20;

// No `… and 28 more` here: a yes lets it leave to all of them. How many there may be is kept low where the text is written.
function everybody(recipients: OutsideNotice['recipients']): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let from = 0; from < recipients.length; from += PER_BLOCK) {
    const until = Math.min(from + PER_BLOCK, recipients.length);
    const which = recipients.length <= PER_BLOCK ? '' : `, ${from + 1} to ${until} of ${recipients.length}`;
    blocks.push(bullets([bold(`To${which}`)], recipients.slice(from, until).map(recipientLine)));
  }
  return blocks;
}

const PIECE = 2_800;

function pieces(text: string): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length; from += PIECE) found.push(text.slice(from, from + PIECE));
  return found;
}

export const SETTLE_DELIVERY_FORM = 'settle_delivery';

/** One notice that did not arrive, or of which nobody knows: send it again, or say that it arrived. */
export function settleDeliveryModal(notice: OutsideNotice): ModalView {
  const stuck = notice.deliveries.filter(isStuck).slice(0, 10);
  return {
    type: 'modal',
    callback_id: SETTLE_DELIVERY_FORM,
    private_metadata: notice.id,
    title: plain('Retry or settle', LIMITS.viewTitle),
    submit: plain('Do it', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      radio({
        id: 'delivery',
        label: 'Which one?',
        options: stuck.map((one) => ({
          value: one.id,
          label: cut(`${one.addressee.name} · ${one.addressee.address}`, LIMITS.optionText),
          description: cut(`${STATES[one.state]}: ${one.answer ?? ''}`, LIMITS.optionText),
        })),
        chosen: stuck[0]?.id ?? null,
      }),
      radio({
        id: 'what',
        label: 'What is to be done?',
        options: [
          { value: 'again', label: 'Send it again', description: 'To the same address, word for word as approved' },
          { value: 'arrived', label: 'They have it', description: 'Somebody asked them, or told them otherwise' },
        ],
      }),
      textInput({ id: 'reason', label: 'How do you know, or what was mended?', optional: false }),
    ],
  };
}

/** Why it is stopped; which letters have not left is looked up when it is sent off. */
export function withdrawNoticeModal({ id, deliveries }: Pick<OutsideNotice, 'id' | 'deliveries'>): ModalView {
  const waiting = deliveries.filter(({ state }) => state === 'queued').length;
  return {
    type: 'modal',
    callback_id: WITHDRAW_NOTICE_FORM,
    private_metadata: id,
    title: plain('Withdraw a notice', LIMITS.viewTitle),
    submit: plain('Withdraw', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(
        `Not left yet: ${waiting} of ${deliveries.length}. They never leave then; what has left cannot be called back.`,
      ),
      textInput({ id: 'reason', label: 'Why?', hint: 'It stands in the history of the incident.', optional: false }),
    ],
  };
}
