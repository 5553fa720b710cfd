import type { LedgerEvent } from '../../domain/event.ts';
import { assertPeer, type Peer, type PeerChange } from '../../domain/peer.ts';
import { danglingContact } from '../../domain/peer-contact.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { authorize } from '../keys/authority.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import { keyBySlugOrRefuse } from '../which-key.ts';
import type { OnPeer, PeersDeps } from './peers.ts';

export async function add(
  deps: PeersDeps,
  request: OnPeer & Pick<Peer, 'contact' | 'connection' | 'pins'>,
): Promise<void> {
  const { peer: name, contact, connection, pins, reason } = request;
  await recordOnPeer(deps, request, async ({ read, policy, now }) => {
    const peer = { name, contact, connection, pins: [...new Set(pins)].sort(), registeredAt: now };
    assertGood(peer, policy);
    if ((await read.peer(name)) !== null)
      throw new Refusal('peer_known', `There is a peer ${name} already. Type: rekey peers change ${name} …`);
    return { about: peer.pins, events: [{ type: 'peer_registered', peer, reason }] };
  });
}

export async function change(deps: PeersDeps, request: OnPeer & { change: PeerChange }): Promise<void> {
  const { peer: name, reason } = request;
  await recordOnPeer(deps, request, async ({ read, policy }) => {
    const before = await peerOrRefuse(read, name);
    const given = Object.entries(request.change).filter(([, value]) => value !== undefined);
    if (given.length === 0)
      throw new Refusal('nothing_to_change', `Say what is to be changed of ${name}: contact, connection or pins.`);
    const after = { ...before, ...request.change };
    assertGood(after, policy);
    const about = [...new Set([...before.pins, ...after.pins])];
    return { about, events: [{ type: 'peer_changed', peer: name, change: request.change, reason }] };
  });
}

export async function remove(deps: PeersDeps, request: OnPeer): Promise<void> {
  await recordOnPeer(deps, request, async ({ read }) => {
    const { name, pins } = await peerOrRefuse(read, request.peer);
    return { about: pins, events: [{ type: 'peer_removed', peer: name, reason: request.reason }] };
  });
}

export async function peerOrRefuse(read: Pick<LedgerReader, 'peer' | 'peers'>, name: string): Promise<Peer> {
  const peer = await read.peer(name);
  if (peer !== null) return peer;
  const known = (await read.peers()).map((one) => one.name).join(', ') || 'none yet: rekey peers add';
  throw new Refusal('unknown_peer', `There is no such peer. Registered: ${known}.`);
}

interface Standing {
  read: LedgerReader;
  policy: Policy;
  now: Date;
}

/** Who a peer is concerns every key that it pins: whoever says so has to have a say in all of them. */
async function recordOnPeer(
  deps: PeersDeps,
  request: OnPeer,
  decide: (standing: Standing) => Promise<{ about: readonly string[]; events: LedgerEvent[] }>,
): Promise<void> {
  const { source, id } = request.dedupe;
  await auditRefusal(deps, { origin: request, what: `peer ${request.peer}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(request.reason);
    assertNoSecretIn({ peer: { ...request, dedupe: null } });
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    await deps.ledger.record(context, async ({ read, seen, remember }): Promise<Recording<void>> => {
      const now = deps.now();
      if ((await seen(source, id)) !== null) return { events: [], result: undefined };
      const { about, events } = await decide({ read, policy, now });
      for (const slug of about) {
        const subject = await keyBySlugOrRefuse(read, slug);
        await authorize(read, { policy, verb: 'change', origin: request, subject, now });
      }
      await remember(source, id, { run: null, incident: null, subject: `peer:${request.peer}` });
      return { events, result: undefined };
    });
  });
}

function assertGood(peer: Omit<Peer, 'registeredAt'>, policy: Policy): void {
  assertPeer(peer);
  const unknown = danglingContact(peer.contact, policy);
  if (unknown !== null) throw new Refusal('bad_peer', unknown);
}
