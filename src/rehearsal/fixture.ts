import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerEvent } from '../domain/event.ts';
import { KeyId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { PRODUCTION } from '../domain/key-facts.ts';
import { newKey } from '../domain/new-key.ts';
import { mintKey } from '../providers/key-format.ts';
import type { Pepper } from '../providers/pepper.ts';
import type { KeyFixture, PeerFixture, Rehearsal } from './schema.ts';
import { bytesOf } from './scratch.ts';

interface Place {
  start: Date;
  places: string;
  pepper: Pepper;
  channel: string;
}

export type LedgerFixture = NonNullable<Rehearsal['ledger']>;

/** A key that somebody registers while the case goes on. */
export interface KeyAhead {
  at: Date;
  events: LedgerEvent[];
}

interface Furnished {
  keys: Key[];
  events: LedgerEvent[];
  /** The first one first. */
  ahead: KeyAhead[];
}

/** The events that make the ledger of a case, and what its callers have at their places. */
export async function furnish(fixture: LedgerFixture, place: Place): Promise<Furnished> {
  const made = await Promise.all(fixture.keys.map((one) => keyOf({ ...one, before: before(one, fixture) }, place)));
  const there = made.filter(({ key }) => key.createdAt <= place.start);
  const later = made.filter(({ key }) => key.createdAt > place.start);
  const peers = fixture.peers.map((peer) => registered(peer, place.start));
  return {
    keys: there.map(({ key }) => key),
    events: [...there.flatMap(({ events }) => events), ...peers],
    ahead: later
      .map(({ key, events }) => ({ at: key.createdAt, events }))
      .sort((a, b) => a.at.getTime() - b.at.getTime()),
  };
}

/** The version that this one takes the place of, where it is among the keys of the case. */
function before({ slug, version }: KeyFixture, { keys }: LedgerFixture): KeyId | null {
  const older = keys.filter((one) => one.slug === slug && one.version < version).map((one) => one.version);
  return older.length === 0 ? null : idOf(slug, Math.max(...older));
}

function idOf(slug: string, version: number): KeyId {
  return KeyId.parse(`key-${slug}-v${version}`);
}

async function keyOf(
  one: KeyFixture & { before: KeyId | null },
  place: Place,
): Promise<{ key: Key; events: LedgerEvent[] }> {
  const { secret, publicId, last4 } = mintKey(
    one.environment === PRODUCTION ? 'live' : 'test',
    materialOf(`${one.slug} v${one.version}`),
  );
  const { pepper, places } = place;
  const at = (ms: number) => new Date(place.start.getTime() + ms);
  const target = join(places, `${one.slug}.key`);
  const created = at(one.created);
  const key = newKey({
    id: idOf(one.slug, one.version),
    slug: one.slug,
    version: one.version,
    predecessor: one.before,
    class: one.class,
    provider: one.provider,
    externalRef: publicId,
    service: one.service ?? one.slug.split('-')[0] ?? one.slug,
    environment: one.environment,
    owner: one.owner,
    escalation: one.escalation,
    scopes: one.scopes,
    digest: pepper.digestOf(secret.reveal()),
    pepperId: pepper.id,
    last4,
    delivery: one.delivery === undefined ? null : { sink: one.delivery, target },
    probeUrl: one.probe_url ?? null,
    administers: one.administers ?? null,
    state: one.state,
    createdAt: created,
    activatedAt: one.state === 'pending' ? null : created,
    provedLiveAt: one.state === 'pending' ? null : created,
    expiresAt: one.expires === 'never' ? null : at(one.expires),
    ...(one.state === 'revoked' ? { revokedAt: place.start } : {}),
    ...(one.state === 'suspended' ? { suspendedAt: place.start } : {}),
  });
  if (one.delivery !== undefined && one.at_place !== 'nothing') {
    const there = one.at_place === 'itself' ? secret : mintKey('test', materialOf(`not ${one.slug}`)).secret;
    await writeFile(target, `${there.reveal()}\n`, { mode: 0o600 });
  }
  return { key, events: [{ type: 'key_issued', key }, ...reminderOf(one, key, place)] };
}

function materialOf(name: string): (count: number) => Uint8Array {
  let calls = 0;
  return (count) => {
    calls += 1;
    return bytesOf(`${name} ${calls}`, count);
  };
}

function reminderOf({ reminder }: KeyFixture, key: Key, { channel }: Place): LedgerEvent[] {
  if (reminder === undefined) return [];
  const { within_days: withinDays, owner } = reminder;
  const set = { withinDays, owner, channel: reminder.channel ?? channel, setAt: key.createdAt };
  return [{ type: 'reminder_set', reminder: { key: key.id, ...set, setBy: 'system:rehearsal', tested: null } }];
}

function registered({ name, contact, connection, pins }: PeerFixture, registeredAt: Date): LedgerEvent {
  const peer = { name, contact, connection: connection ?? null, pins, registeredAt };
  return { type: 'peer_registered', peer, reason: 'part of this case' };
}

/** The key that `payments-prod` or `payments-prod v3` means among these; null when it means none. */
export function keyNamed(name: string, keys: readonly Key[]): Key | null {
  const exact = keys.find((key) => nameOf(key) === name);
  if (exact !== undefined) return exact;
  const versions = keys.filter((key) => key.slug === name);
  return versions.sort((a, b) => b.version - a.version)[0] ?? null;
}
