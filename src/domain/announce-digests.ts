import type { Address, Announcement } from './announce.ts';
import { type Digest, partSubject } from './digest/digest.ts';
import type { DigestEvent } from './digest-event.ts';
import { direct } from './direct.ts';
import type { LedgerEvent } from './event.ts';

type Announced = Extract<DigestEvent, { type: 'digest_ran' | 'digest_claim_ended' | 'digest_key_unused' }>;

export function isAboutDigest(event: LedgerEvent): event is Announced {
  return event.type === 'digest_ran' || event.type === 'digest_claim_ended' || event.type === 'digest_key_unused';
}

export function announcementsOfDigest(event: Announced): Announcement[] {
  switch (event.type) {
    case 'digest_ran':
      return messagesOf(event.digest);
    case 'digest_claim_ended':
      return direct('digest_claim', event.claim, event.tell);
    case 'digest_key_unused':
      return direct('digest_unused', event.mark.id, event.mark.asked);
    default:
      return event satisfies never;
  }
}

/** The messages of the channel in their order, the picture behind them, and one or more to each owner of what is urgent. */
function messagesOf(digest: Digest): Announcement[] {
  const address: Address =
    digest.channel === null ? { kind: 'team_channel' } : { kind: 'channel', channel: digest.channel };
  const parts = Array.from({ length: digest.parts }, (_, index) => index + 1);
  const alone = new Map(
    digest.items
      .flatMap((item) => item.direct)
      .map(({ person, part }) => [partSubject(digest.id, part, person), { person, part }]),
  );
  return [
    ...parts.map((part): Announcement => ({ surface: 'digest', subject: partSubject(digest.id, part), address })),
    ...(digest.figures === null
      ? []
      : [{ surface: 'digest_outlook', subject: `${digest.id}/outlook`, address } as const]),
    ...[...alone].flatMap(([subject, { person }]) => direct('digest_dm', subject, [person])),
  ];
}
