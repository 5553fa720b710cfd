import type { LedgerEvent } from '../domain/event.ts';
import { valueAt } from '../domain/expected-answer.ts';
import { instantText } from '../domain/instant.ts';
import type { Key } from '../domain/key.ts';
import { hasReached, type Peer, type PeerBoard } from '../domain/peer.ts';
import { Refusal } from '../errors.ts';
import type { StepContext } from './contract.ts';

export interface PeerProbe {
  key: Key;
  connection?: string | undefined;
  path: readonly (string | number)[];
  field: string;
}

/**
 * Looks at every peer that was not seen to work with this key yet: an instant of its answer later than the key was activated is a pull
 * with it. What cannot be reached or read says nothing; what may not be called is refused, for waiting would not help.
 */
export async function probePeers(board: PeerBoard, probe: PeerProbe, context: StepContext): Promise<LedgerEvent[]> {
  const open = board.rows.filter((row) => row.waived === null && !hasReached(row.state, 'pulled'));
  const seen = await Promise.all(open.map(({ peer }) => pulledAt(peer, probe, context)));
  return open.flatMap(({ peer }, index) => {
    const evidence = seen[index] ?? null;
    if (evidence === null) return [];
    return [{ type: 'peer_reached', peer: peer.name, key: probe.key.id, state: 'pulled', evidence } as const];
  });
}

async function pulledAt(
  peer: Peer,
  { key, path, field, ...probe }: PeerProbe,
  context: StepContext,
): Promise<string | null> {
  const name = probe.connection ?? peer.connection;
  if (name === null || key.activatedAt === null) return null;
  const connection = await context.connection(name);
  const call = { method: 'GET', path: path.map((part) => (part === ':peer' ? peer.name : part)) } as const;
  try {
    const { status, body } = await connection.send({ ...call, signal: context.signal });
    const value = status === 200 && body.kind === 'json' ? valueAt(body.json, field) : undefined;
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    if (!(at > key.activatedAt.getTime())) return null;
    return `GET ${connection.urlOf(call)} → ${field} ${instantText(new Date(at))}`;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The deadline tells people; one silent peer must not stop the look at the others.
    return null;
  }
}
