import type { LedgerEvent } from '../../domain/event.ts';
import type { KeyId } from '../../domain/ids.ts';
import { assertTransition, type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { assertNotLastAdmin } from '../rotations/lock-out.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';
import { settleOpenRotation } from './open-rotation.ts';
import { recordOnKey, type Standing } from './record-on-key.ts';

/** For good, at once: whatever is still sealed of it is destroyed with it. */
export async function revoke(deps: KeysDeps, request: OnKey): Promise<Key> {
  return recordOnKey(deps, request, {
    verb: 'revoke',
    doing: 'revoke',
    decide: async (standing) => {
      const { key, read, now } = standing;
      assertTransition(key, 'revoked');
      assertRevocable(standing);
      await assertNotLastAdmin(read, key, now, 'revoke');
      await assertNoRunAbout(read, key);
      const ended = await settleOpenRotation(read, key, `${request.actor} revoked ${nameOf(key)}: ${request.reason}`);
      return [...ended, ...(await revocation(read, key, request.reason))];
    },
  });
}

/** The end of a key and of what is sealed of it. Evidence stays: it is what an inquiry looks at. */
export async function revocation(
  read: Pick<LedgerReader, 'secretsOfKey' | 'versionsOf'>,
  key: Key,
  reason: string,
): Promise<LedgerEvent[]> {
  return [
    { type: 'key_revoked', key: key.id, replacedBy: await successorOf(read, key), reason },
    ...(await destruction(read, key)),
  ];
}

/** Of whatever is still sealed of a key that has ended, except evidence. */
export async function destruction(read: Pick<LedgerReader, 'secretsOfKey'>, key: Key): Promise<LedgerEvent[]> {
  const sealed = (await read.secretsOfKey(key.id)).filter((one) => one.envelope !== null && one.purpose !== 'evidence');
  return sealed.map(({ id }) => ({ type: 'secret_destroyed', secret: id }));
}

async function successorOf(read: Pick<LedgerReader, 'versionsOf'>, key: Key): Promise<KeyId | null> {
  const versions = await read.versionsOf(key.slug);
  return versions.find((one) => one.predecessor === key.id && one.activatedAt !== null)?.id ?? null;
}

function assertRevocable({ key, rule }: Standing): void {
  if (!rule.revocable)
    throw new Refusal(
      'not_revocable',
      `${nameOf(key)} is of the class ${key.class}, which Rekey never revokes: people do that where it is used.`,
    );
  if (rule.approvals.planned > 1 || rule.approvals.emergency > 1)
    throw new Refusal(
      'needs_rotation',
      `Two people decide on keys of the class ${key.class}. Ask for a rotation of ${nameOf(key)}: it asks them, and revokes it.`,
    );
}

async function assertNoRunAbout(read: LedgerReader, key: Key): Promise<void> {
  const run = await read.openRunOfKey(key.id);
  // A planned rotation has a sentence of its own.
  if (run === null || (await read.rotationOfRun(run.id)) !== null) return;
  throw new Refusal(
    'run_open',
    `${run.id} (${run.runbook.id}) is working on ${nameOf(key)} since ${run.startedAt.toISOString()} and revokes it itself. To do it by hand, cancel that run first.`,
  );
}
