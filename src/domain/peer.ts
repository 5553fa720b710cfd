import { z } from 'zod';
import { Refusal } from '../errors.ts';
import type { Actor, KeyId } from './ids.ts';
import { instantText } from './instant.ts';

/** Somebody else's system that trusts one of our federation or issuer keys, and has to learn of a new one. */
export interface Peer {
  /** `node-b`: how people and runbooks call it. */
  name: string;
  /** Who looks after it: a person or `group:<name>` of policy.yaml, or an e-mail address outside. */
  contact: string;
  /** The connection of connections.yaml that its endpoint is called over; null when Rekey cannot call it. */
  connection: string | null;
  /** Names of the keys that it pins. */
  pins: string[];
  registeredAt: Date;
}

export type PeerChange = Partial<Pick<Peer, 'contact' | 'connection' | 'pins'>>;

/** How far a peer has come with one version of a key, in this order; each state holds everything before it. */
export const PEER_STATES = ['notified', 'acknowledged', 'pinned', 'pulled'] as const;
export const PeerState = z.enum(PEER_STATES);
export type PeerState = z.infer<typeof PeerState>;

/** What is on record of one peer and one version of a key. */
export interface PeerProgress {
  peer: string;
  key: KeyId;
  /** When it came so far, and what says so. */
  reached: Partial<Record<PeerState, { at: Date; evidence: string }>>;
  waived: { at: Date; by: Actor; reason: string } | null;
}

export interface BoardRow {
  peer: Peer;
  /** The furthest state; null when it was not even told. */
  state: PeerState | null;
  /** Since when it stands there; null when nothing is on record. */
  since: Date | null;
  evidence: string | null;
  waived: PeerProgress['waived'];
}

/** The re-pin board: everybody who trusts a key, and how far each has come with one version of it. */
export interface PeerBoard {
  key: KeyId;
  rows: BoardRow[];
}

export function boardOf(key: KeyId, peers: readonly Peer[], progress: readonly PeerProgress[]): PeerBoard {
  const rows = [...peers]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((peer) => rowOf(peer, progress.find((one) => one.peer === peer.name && one.key === key) ?? null));
  return { key, rows };
}

function rowOf(peer: Peer, progress: PeerProgress | null): BoardRow {
  const state = PEER_STATES.findLast((one) => progress?.reached[one] !== undefined) ?? null;
  const reached = state === null ? undefined : progress?.reached[state];
  const waived = progress?.waived ?? null;
  return { peer, state, since: reached?.at ?? null, evidence: reached?.evidence ?? null, waived };
}

/** Has it come as far as `wanted`, or did a person let it stay behind? */
export function isThere({ state, waived }: Pick<BoardRow, 'state' | 'waived'>, wanted: PeerState): boolean {
  return waived !== null || hasReached(state, wanted);
}

export function hasReached(state: PeerState | null, wanted: PeerState): boolean {
  return state !== null && PEER_STATES.indexOf(state) >= PEER_STATES.indexOf(wanted);
}

export function behind({ rows }: PeerBoard, wanted: PeerState): BoardRow[] {
  return rows.filter((row) => !isThere(row, wanted));
}

const WORDS: Record<PeerState, string> = {
  notified: 'told',
  acknowledged: 'acknowledged',
  pinned: 're-pinned',
  pulled: 'pulling with the new key',
};

/** `3 of 4 peers re-pinned, waits for node-d (told since 2026-05-20 12:00 UTC)`: one line for a message, a summary or a log. */
export function boardLine(board: PeerBoard, wanted: PeerState): string {
  const { rows } = board;
  const late = behind(board, wanted);
  const waived = rows.filter((row) => row.waived !== null && !hasReached(row.state, wanted));
  const there = rows.length - late.length - waived.length;
  const head = `${there} of ${rows.length} ${rows.length === 1 ? 'peer' : 'peers'} ${WORDS[wanted]}`;
  const kept = waived.length === 0 ? '' : `, ${names(waived)} waived`;
  return `${head}${kept}${late.length === 0 ? '' : `, waits for ${late.map(lateText).join(', ')}`}`;
}

/** The state of one row in words: `acknowledged since 2026-05-20 12:00 UTC`. */
export function standing({ state, since, waived }: BoardRow): string {
  if (waived !== null) return `waived by ${waived.by}: ${waived.reason}`;
  if (state === null || since === null) return 'not told yet';
  return `${WORDS[state]} since ${instantText(since)}`;
}

function lateText(row: BoardRow): string {
  return `${row.peer.name} (${standing(row)})`;
}

function names(rows: readonly BoardRow[]): string {
  return rows.map((row) => row.peer.name).join(', ');
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const WHO = /^(group:)?[a-z0-9][a-z0-9_-]{0,62}$/;
const EMAIL = /^[^\s@<>"]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const MOST_PINS = 100;

/** Throws Refusal `bad_peer` that says which field, what was expected and what to write. */
export function assertPeer({ name, contact, connection, pins }: Omit<Peer, 'registeredAt'>): void {
  if (!NAME.test(name)) throw bad('A peer’s name has lower-case letters, digits, - and _, such as node-b.');
  if (!WHO.test(contact) && !EMAIL.test(contact))
    throw bad('The contact is a person or group:<name> of policy.yaml, or an e-mail address.');
  if (connection !== null && !NAME.test(connection))
    throw bad('The connection is the name of one in connections.yaml, or none.');
  if (pins.length === 0 || pins.length > MOST_PINS || new Set(pins).size !== pins.length)
    throw bad(`A peer pins 1 to ${MOST_PINS} keys, each named once.`);
}

/** Whether a contact can be written to by Rekey itself. */
export function isInside(contact: string): boolean {
  return WHO.test(contact);
}

function bad(sentence: string): Refusal {
  return new Refusal('bad_peer', sentence);
}
