import { z } from 'zod';
import { contentHash } from './canonical.ts';
import type { ApprovalId, IncidentId, KeyId, RunId, StepId } from './ids.ts';
import type { Notice } from './incident.ts';
import { type Contact, mayWriteTo, type Outside } from './outside.ts';
import type { Peer } from './peer.ts';

export const DispatchId = z.string().brand<'DispatchId'>();
export type DispatchId = z.infer<typeof DispatchId>;
export const DeliveryId = z.string().brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;

export const Way = z.enum(['mail', 'webhook']);
export type Way = z.infer<typeof Way>;

/** One place outside that one text goes to. */
export const Addressee = z.strictObject({
  /** As connections.yaml calls them, or the name of a peer whose own address is used. */
  contact: z.string(),
  name: z.string(),
  /** What they stand for: `caller:payments-worker`, `peer:node-b`. */
  about: z.array(z.string()),
  way: Way,
  /** The entry under `smtp` or `webhooks`. */
  over: z.string(),
  /** The e-mail address; of a webhook only the host, because a path may say more than it should. */
  address: z.string(),
});
export type Addressee = z.infer<typeof Addressee>;

export const Letter = z.strictObject({ subject: z.string(), body: z.string() });
export type Letter = z.infer<typeof Letter>;

/** One text for people outside, as somebody has to approve it: word for word, with everybody it goes to. Never changed. */
export interface Dispatch {
  id: DispatchId;
  run: RunId;
  step: StepId;
  incident: IncidentId | null;
  key: KeyId;
  template: string;
  letter: Letter;
  facts: Notice['facts'];
  addressees: Addressee[];
  /** Over text, facts and addressees: what the approval is bound to. */
  hash: string;
  approval: ApprovalId;
  createdAt: Date;
}

export const DeliveryState = z.enum(['queued', 'sending', 'sent', 'in_doubt', 'bounced', 'given_up', 'withdrawn']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One dispatch on its way to one addressee. */
export interface NoticeDelivery {
  id: DeliveryId;
  dispatch: DispatchId;
  addressee: Addressee;
  /** Fixed before the first attempt; the same for every attempt. For a webhook the id of the delivery. */
  messageId: string;
  state: DeliveryState;
  attempts: number;
  /** When it is to be sent (again). */
  dueAt: Date;
  /** Which process has it in hand: `<host>:<pid>:<random>`. */
  sender: string | null;
  sendingSince: Date | null;
  /** What the other side said last, or why it is not there yet. */
  answer: string | null;
  /** Fixed with the row: it stands in the letter, whose bytes are the same for every attempt. */
  queuedAt: Date;
  /** When a person had it sent again; null: it is tried since it was queued. */
  retryFrom: Date | null;
  endedAt: Date | null;
}

export function hashOf({ letter, facts, addressees }: Pick<Dispatch, 'letter' | 'facts' | 'addressees'>): string {
  return contentHash({ letter, facts, addressees });
}

/** So that whoever approves it sees every one of them, with the whole text, in one form. */
export const MOST_ADDRESSEES = 60;

/** The first digits, for people. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

/** Arrived or on its way there without anybody having to act. */
export function isUnderWay({ state }: Pick<NoticeDelivery, 'state'>): boolean {
  return state === 'queued' || state === 'sending';
}

export interface Reached {
  addressees: Addressee[];
  /** Contacts of whom policy.yaml knows the people: told in Slack. */
  inside: { contact: string; who: string; about: string[] }[];
  /** `caller:…` and `peer:…` behind whom nobody is known. */
  unknown: string[];
}

/**
 * Who is behind these callers and peers. A peer that no contact stands for is written to at the address that it was registered with, over the
 * first server that may.
 */
export function reachedBy(who: readonly string[], outside: Outside, peers: readonly Peer[]): Reached {
  const found: Reached = { addressees: [], inside: [], unknown: [] };
  const left = new Set(who);
  for (const [contact, spec] of Object.entries(outside.contacts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const about = spec.for.filter((one) => who.includes(one));
    if (about.length === 0 && !who.includes(`contact:${contact}`)) continue;
    for (const one of [...about, `contact:${contact}`]) left.delete(one);
    const stands = about.length === 0 ? spec.for : about;
    if (spec.inside !== undefined) found.inside.push({ contact, who: spec.inside, about: stands });
    else found.addressees.push(...waysTo({ contact, spec, about: stands }, outside));
  }
  for (const one of left) {
    const own = ownAddress(one, outside, peers);
    if (own === null) found.unknown.push(one);
    else found.addressees.push(own);
  }
  found.unknown.sort();
  return found;
}

function waysTo(
  { contact, spec, about }: { contact: string; spec: Contact; about: string[] },
  outside: Outside,
): Addressee[] {
  const { name, mail, webhook } = spec;
  const target = webhook === undefined ? undefined : outside.webhooks[webhook];
  return [
    ...(mail === undefined ? [] : [{ contact, name, about, way: 'mail' as const, over: mail.over, address: mail.to }]),
    ...(webhook === undefined || target === undefined
      ? []
      : [{ contact, name, about, way: 'webhook' as const, over: webhook, address: new URL(target.url).host }]),
  ];
}

function ownAddress(one: string, { smtp }: Outside, peers: readonly Peer[]): Addressee | null {
  const peer = peers.find(({ name }) => one === `peer:${name}`);
  if (peer === undefined || !peer.contact.includes('@')) return null;
  const over = Object.keys(smtp)
    .sort()
    .find((server) => smtp[server] !== undefined && mayWriteTo(smtp[server], peer.contact));
  if (over === undefined) return null;
  return { contact: peer.name, name: peer.name, about: [one], way: 'mail', over, address: peer.contact };
}
