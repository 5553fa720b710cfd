import type { LedgerEvent } from '../../domain/event.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import type { KeysDeps } from './deps.ts';
import { assertPlaceFree, sinkOrRefuse } from './place.ts';
import { keyOrThrow } from './record-on-key.ts';

const PATIENCE_MS = 60_000;

/**
 * Delivers a pending key to its registered place and activates it. The place holds it before the ledger says so, never the other way round:
 * after a crash between the two, delivering again writes the same bytes.
 */
export async function handOver(deps: KeysDeps, key: Key, origin: Origin): Promise<Key> {
  const { ledger, vault } = deps;
  if (key.delivery === null) throw new Error(`${key.id} has no place to be delivered to.`);
  const sealed = await materialOf(ledger.read, key);
  // Again, because another request may have filled it since this one began.
  await assertPlaceFree(deps, key, key.delivery);
  await sinkOrRefuse(deps, key.delivery).deliver(
    key.delivery.target,
    vault.open(sealed),
    AbortSignal.timeout(PATIENCE_MS),
  );
  deps.faultPoint('effect', 'generate');
  const context = { at: deps.now(), actor: origin.actor, channel: origin.channel };
  await ledger.record(context, async ({ read }) => activation(await keyOrThrow(read, key.id), sealed));
  deps.faultPoint('outcome', 'generate');
  return keyOrThrow(ledger.read, key.id);
}

function activation(key: Key, sealed: SealedSecret): Recording<void> {
  // The same request in two processes delivers the same bytes twice; the first to be here has recorded it.
  if (key.state === 'active' || key.delivery === null) return { events: [], result: undefined };
  if (key.state !== 'pending')
    throw new Refusal(
      'key_over',
      `${nameOf(key)} was ${key.state} while it was being delivered; what lies there is refused.`,
    );
  const { sink, target } = key.delivery;
  const events: LedgerEvent[] = [
    { type: 'secret_delivered', secret: sealed.id, key: key.id, sink, target },
    { type: 'key_activated', key: key.id },
    { type: 'secret_destroyed', secret: sealed.id },
  ];
  return { events, result: undefined };
}

async function materialOf(read: Pick<LedgerReader, 'secretsOfKey'>, key: Key): Promise<SealedSecret> {
  const sealed = (await read.secretsOfKey(key.id)).find(
    ({ purpose, envelope }) => purpose === 'new_key' && envelope !== null,
  );
  if (sealed !== undefined) return sealed;
  throw new Refusal(
    'key_over',
    `${nameOf(key)} was never handed over and its sealed copy is gone. Revoke it and make another one.`,
  );
}
