import type { Attempt } from '../../domain/delivery-attempt.ts';
import type { Dispatch, NoticeDelivery } from '../../domain/dispatch.ts';
import { fingerprintOf, type Key, nameOf } from '../../domain/key.ts';
import { addressed, htmlOf } from '../../domain/notice-template.ts';
import type { Outside } from '../../domain/outside.ts';
import type { MailDeps } from '../../providers/mail-server.ts';
import { sendMail } from '../../providers/send-mail.ts';
import { sendWebhook } from '../../providers/send-webhook.ts';

/** One letter, as it goes out. */
export interface Outgoing {
  dispatch: Dispatch;
  delivery: NoticeDelivery;
  key: Pick<Key, 'slug' | 'version' | 'digest'> | null;
}

/** Sends one letter once. What is not there any more, or leads elsewhere now, is waited for: an operator may mend it. */
export type SendOut = (outgoing: Outgoing, outside: Outside) => Promise<Attempt>;

export interface WaysDeps extends Pick<MailDeps, 'resolve'> {
  keysDir: string;
  /** What may be reached from here at all, see allowedHost. */
  allow: readonly string[];
  now: () => Date;
}

export function openWays(deps: WaysDeps): SendOut {
  return (outgoing, outside) => {
    const { way } = outgoing.delivery.addressee;
    switch (way) {
      case 'mail':
        return byMail(outgoing, outside, deps);
      case 'webhook':
        return byWebhook(outgoing, outside, deps);
      default:
        return way satisfies never;
    }
  };
}

async function byMail({ dispatch, delivery }: Outgoing, { smtp }: Outside, deps: WaysDeps): Promise<Attempt> {
  const { addressee, messageId, queuedAt } = delivery;
  const server = Object.hasOwn(smtp, addressee.over) ? smtp[addressee.over] : undefined;
  if (server === undefined) return gone('smtp', addressee.over);
  const { subject, body } = addressed(dispatch.letter, addressee.name);
  const mail = { messageId, to: addressee.address, subject, text: `${body}\n`, html: htmlOf(body), date: queuedAt };
  return sendMail(server, mail, deps);
}

async function byWebhook(outgoing: Outgoing, { webhooks }: Outside, deps: WaysDeps): Promise<Attempt> {
  const { over, address } = outgoing.delivery.addressee;
  const spec = Object.hasOwn(webhooks, over) ? webhooks[over] : undefined;
  if (spec === undefined) return gone('webhooks', over);
  const { host } = new URL(spec.url);
  if (host !== address)
    return later(`The webhook ${over} leads to ${host} now, and ${address} was approved. Ask again, or lead it back.`);
  return sendWebhook(spec, { id: outgoing.delivery.id, body: bodyOf(outgoing) }, deps);
}

/** The same bytes for every attempt: everything in it is on record. docs/notices.md explains it to receivers. */
function bodyOf({ dispatch, delivery, key }: Outgoing): string {
  const { addressee } = delivery;
  const { subject, body } = addressed(dispatch.letter, addressee.name);
  const { whichKey, replacementAvailable, dataIntegrity } = dispatch.facts;
  return JSON.stringify({
    id: delivery.id,
    type: 'key_notice',
    created_at: delivery.queuedAt.toISOString(),
    about: addressee.about,
    incident: dispatch.incident,
    key: key === null ? null : { name: nameOf(key), fingerprint: fingerprintOf(key) },
    which_key: whichKey,
    replacement_available: replacementAvailable,
    data_integrity: dataIntegrity,
    subject,
    text: body,
  });
}

async function gone(kind: string, name: string): Promise<Attempt> {
  return later(`connections.yaml has no ${name} under \`${kind}\` any more.`);
}

function later(why: string): Attempt {
  return { kind: 'later', why, retryAfterMs: null };
}
