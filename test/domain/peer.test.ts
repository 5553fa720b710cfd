import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import {
  assertPeer,
  behind,
  boardLine,
  boardOf,
  type Peer,
  type PeerProgress,
  type PeerState,
} from '../../src/domain/peer.ts';
import { Refusal } from '../../src/errors.ts';
import { NOON } from '../support/builders.ts';

const key = KeyId.parse('key-4');
const peer = (name: string): Peer => ({
  name,
  contact: `ops@${name}.example`,
  connection: null,
  pins: ['node-identity'],
  registeredAt: NOON,
});
const at = (name: string, ...states: PeerState[]): PeerProgress => ({
  peer: name,
  key,
  reached: Object.fromEntries(states.map((state) => [state, { at: NOON, evidence: `${state} by hand` }])),
  waived: null,
});
const waived = (name: string): PeerProgress => ({
  ...at(name, 'notified'),
  waived: { at: NOON, by: 'person:bob', reason: 'shut down' },
});

describe('the re-pin board', () => {
  const peers = ['node-d', 'node-a', 'node-b', 'node-c'].map(peer);

  test('says in one line how many are there, who was let go, and since when the others stand where', () => {
    const board = boardOf(key, peers, [
      at('node-a', 'notified', 'acknowledged', 'pinned'),
      at('node-b', 'notified', 'pulled'),
      waived('node-c'),
      at('node-d', 'notified'),
    ]);
    expect(boardLine(board, 'pinned')).toBe(
      '2 of 4 peers re-pinned, node-c waived, waits for node-d (told since 2027-03-10 12:00:00 UTC)',
    );
  });

  test('a state holds everything before it: who pulls with the new key has pinned it', () => {
    const board = boardOf(key, [peer('node-b')], [at('node-b', 'pulled')]);
    expect(behind(board, 'acknowledged')).toEqual([]);
    expect(boardLine(board, 'pinned')).toBe('1 of 1 peer re-pinned');
  });

  test('what a peer did with another version of the key counts for nothing', () => {
    const before = { ...at('node-b', 'pinned'), key: KeyId.parse('key-3') };
    expect(boardLine(boardOf(key, [peer('node-b')], [before]), 'pinned')).toContain('waits for node-b (not told yet)');
  });

  test.each<[string, Partial<Peer>]>([
    ['a name with a space', { name: 'node b' }],
    ['a contact that is neither a person nor an address', { contact: 'Erin of node-b' }],
    ['no key', { pins: [] }],
    ['the same key twice', { pins: ['a', 'a'] }],
    ['a URL for a connection', { connection: 'https://node-b.example' }],
  ])('refuses %s', (_, change) => {
    expect(() => assertPeer({ ...peer('node-b'), ...change })).toThrow(Refusal);
  });
});
