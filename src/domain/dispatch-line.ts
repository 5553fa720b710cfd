import type { NoticeDelivery } from './dispatch.ts';

/** `3 told, 1 bounced: Payments partner (ops@partner.example)`: how far a dispatch has come, in one line. */
export function dispatchLine(deliveries: readonly Pick<NoticeDelivery, 'state' | 'addressee' | 'attempts'>[]): string {
  const told = deliveries.filter(({ state }) => state === 'sent').length;
  const parts = [
    ...(told === 0 ? [] : [`${told} told`]),
    ...counted(deliveries, 'on the way', ['queued', 'sending']),
    ...counted(deliveries, 'bounced', ['bounced']),
    ...counted(deliveries, 'given up', ['given_up']),
    ...counted(deliveries, 'not known whether it arrived', ['in_doubt']),
  ];
  return parts.join(', ') || 'nobody told';
}

function counted(
  deliveries: readonly Pick<NoticeDelivery, 'state' | 'addressee' | 'attempts'>[],
  words: string,
  states: readonly NoticeDelivery['state'][],
): string[] {
  const found = deliveries.filter(({ state }) => states.includes(state));
  if (found.length === 0) return [];
  const tried = words === 'on the way' ? found.filter(({ attempts }) => attempts > 0) : found;
  const names = tried.map(({ addressee }) => `${addressee.name} (${addressee.address})`).join(', ');
  return [`${found.length} ${words}${names === '' ? '' : `: ${names}`}`];
}
