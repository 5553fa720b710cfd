import { isUnderWay, type NoticeDelivery } from './dispatch.ts';

/** `3 told, 1 bounced: Payments partner (ops@partner.example)`: how far a dispatch has come, in one line. */
export function dispatchLine(deliveries: readonly Pick<NoticeDelivery, 'state' | 'addressee' | 'attempts'>[]): string {
  return LINE.flatMap(([words, states]) => counted(deliveries, words, states)).join(', ') || 'nobody told';
}

/** `3 told, 1 bounced`: of an incident, without names. Null while nothing was to leave. */
export function outsideLine(deliveries: readonly Pick<NoticeDelivery, 'state'>[]): string | null {
  const parts = LINE.flatMap(([words, states]) => {
    const found = deliveries.filter(({ state }) => states.includes(state)).length;
    return found === 0 ? [] : [`${found} ${words}`];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

const LINE: readonly [words: string, states: readonly NoticeDelivery['state'][]][] = [
  ['told', ['sent']],
  ['on the way', ['queued', 'sending']],
  ['bounced', ['bounced']],
  ['given up', ['given_up']],
  ['withdrawn', ['withdrawn']],
  ['not known whether it arrived', ['in_doubt']],
];

function counted(
  deliveries: readonly Pick<NoticeDelivery, 'state' | 'addressee' | 'attempts'>[],
  words: string,
  states: readonly NoticeDelivery['state'][],
): string[] {
  const found = deliveries.filter(({ state }) => states.includes(state));
  if (found.length === 0) return [];
  const named = found.filter(({ state, attempts }) => state !== 'sent' && (!isUnderWay({ state }) || attempts > 0));
  const names = named.map(({ addressee }) => `${addressee.name} (${addressee.address})`).join(', ');
  return [`${found.length} ${words}${names === '' ? '' : `: ${names}`}`];
}
