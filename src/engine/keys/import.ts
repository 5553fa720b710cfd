import { KeyId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { newKey } from '../../domain/new-key.ts';
import { Refusal } from '../../errors.ts';
import type { Recording, RecordingTx } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { parseKey } from '../../providers/key-format.ts';
import type { Secret } from '../../secret.ts';
import { auditRefusal } from '../refusals.ts';
import type { KeysDeps } from './deps.ts';
import type { ImportRequest } from './keys.ts';
import { sinkOrRefuse } from './place.ts';
import { keyLedTo, keyOrThrow, ledToKey } from './record-on-key.ts';
import { assertRegistration, assertSlugFree, type Registration } from './registration.ts';

/** Of a key that was made elsewhere the ledger keeps a keyed digest, so that it can be recognised, and nothing it could be made from. */
export async function importKey(deps: KeysDeps, request: ImportRequest): Promise<Key> {
  const { facts, material } = request;
  return auditRefusal(deps, { origin: request, what: `import ${facts.slug}` }, async () => {
    const { policy } = await deps.policy();
    const registration = { facts, origin: request, policy, rule: await deps.classRule(facts.class), now: deps.now() };
    if (material !== null) assertMaterial(material);
    if (facts.delivery !== null) sinkOrRefuse(deps, facts.delivery);
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    const id = await deps.ledger.record(context, (tx) => register(deps, tx, { request, registration }));
    return keyOrThrow(deps.ledger.read, id);
  });
}

async function register(
  deps: KeysDeps,
  { read, seen, remember }: RecordingTx,
  { request, registration }: { request: ImportRequest; registration: Registration },
): Promise<Recording<KeyId>> {
  const { facts, material, digest, expiresAt, dedupe } = request;
  await assertRegistration(read, registration);
  const before = await seen(dedupe.source, dedupe.id);
  if (before !== null) return { events: [], result: keyLedTo(before) };
  const known = material === null ? digestOnly(digest, deps) : knownOf(material, deps);
  const other = known.digest === null ? null : await read.keyByDigest(known.digest);
  if (other !== null)
    throw new Refusal(
      'already_known',
      `This is the material of ${nameOf(other)} (${other.state}), which the ledger has already; one secret has one row.`,
    );
  const previous = await replacedElsewhere(read, request);
  if (previous === null) await assertSlugFree(read, facts.slug);
  const now = deps.now();
  const id = KeyId.parse(deps.newId('key'));
  const version = { version: (previous?.version ?? 0) + 1, predecessor: previous?.id ?? null };
  const born = { id, createdAt: now, state: 'active', activatedAt: now, expiresAt } as const;
  const key = newKey({ ...facts, ...known, ...version, ...born });
  await remember(dedupe.source, dedupe.id, ledToKey(id));
  return { events: [{ type: 'key_issued', key }], result: id };
}

/**
 * A key that lives elsewhere and was replaced there keeps its name: what is registered now is its next version. Without its material nobody
 * could tell the two apart. The older one stays as it is until somebody says that it was revoked.
 */
async function replacedElsewhere(read: LedgerReader, { facts, material }: ImportRequest): Promise<Key | null> {
  const [newest] = await read.versionsOf(facts.slug);
  if (newest === undefined || newest.provider !== ELSEWHERE || material === null) return null;
  const same = newest.class === facts.class && newest.service === facts.service;
  return same && newest.environment === facts.environment ? newest : null;
}

/** Whoever made it rotates it: Rekey has no way to, and says so when it is asked. */
const ELSEWHERE = 'imported';

const UNKNOWN = { digest: null, pepperId: null, last4: null, provider: ELSEWHERE, externalRef: null } as const;

const DIGEST = /^([^:\s]{1,64}):([0-9a-f]{64})$/;

function digestOnly(digest: string | undefined, { pepper }: Pick<KeysDeps, 'pepper'>): Pick<Key, keyof typeof UNKNOWN> {
  if (digest === undefined) return UNKNOWN;
  const [, pepperId, hex = ''] = DIGEST.exec(digest) ?? [];
  // A plain SHA-256 has the same length, and under it no call would ever be recognised.
  if (pepperId === pepper.id) return { ...UNKNOWN, digest: hex, pepperId };
  throw new Refusal(
    'bad_digest',
    'Expected what `rekey keys digest` prints on a machine of this installation. Never the key, and no plain SHA-256 of it.',
  );
}

const LARGEST = 64 * 1024;
// Of a short secret, four characters would be a good part.
const SHORTEST_FOR_LAST4 = 20;

function knownOf(material: Secret, { pepper }: KeysDeps): Pick<Key, keyof typeof UNKNOWN> {
  const text = material.reveal();
  const parsed = parseKey(text);
  return {
    digest: pepper.digestOf(text),
    pepperId: pepper.id,
    // The end of a key over several lines is dashes, and says nothing.
    last4: text.length >= SHORTEST_FOR_LAST4 && !/\s/.test(text) ? text.slice(-4) : null,
    provider: parsed.ok ? 'ledger' : ELSEWHERE,
    externalRef: parsed.ok ? parsed.publicId : null,
  };
}

function assertMaterial(material: Secret): void {
  const text = material.reveal();
  if (text.trim() === '')
    throw new Refusal('bad_material', 'The material is empty. Give it by stdin, file or terminal, or leave it out.');
  if (Buffer.byteLength(text) > LARGEST)
    throw new Refusal(
      'bad_material',
      `The material has ${Buffer.byteLength(text)} bytes; at most ${LARGEST} are taken.`,
    );
  const parsed = parseKey(text);
  if (!parsed.ok && /^rekey_(live|test)_/.test(text))
    throw new Refusal('bad_material', `This begins as a Rekey key and is none: ${parsed.why}. Copy it again.`);
}
