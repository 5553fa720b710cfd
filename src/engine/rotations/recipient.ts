import { type Key, nameOf } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { authorize, authorizeScopes } from '../keys/authority.ts';
import type { RotationRequest } from './rotations.ts';

interface Asked {
  policy: Policy;
  request: Pick<RotationRequest, 'actor' | 'token' | 'deliver'>;
  key: Key;
  now: Date;
}

/**
 * Who is offered the new key, or null for its registered place. Refusals `no_delivery`, `unknown_recipient`, `recipient_not_allowed`,
 * `not_allowed`.
 */
export async function recipientOf(read: Pick<LedgerReader, 'key' | 'keyBySlug'>, asked: Asked): Promise<string | null> {
  const { policy, request, key, now } = asked;
  if (request.deliver.to === 'registered') {
    assertPlace(key);
    return null;
  }
  const { recipient } = request.deliver;
  await assertKnown(read, { policy, key, recipient });
  // To rotate is a right over when, not over who has the key: who could not make such a key cannot have it made for somebody.
  await authorizeScopes(read, { policy, origin: request, subject: key, now, scopes: key.scopes });
  if (!isItsOwn(asked, recipient)) await assertMayChoose(read, asked, recipient);
  return recipient;
}

async function assertKnown(
  read: Pick<LedgerReader, 'keyBySlug'>,
  { policy, key, recipient }: Pick<Asked, 'policy' | 'key'> & { recipient: string },
): Promise<void> {
  const [kind, name = ''] = recipient.split(/:(.*)/s);
  const known =
    (recipient === 'owner' && key.owner !== null) ||
    (recipient === 'escalation' && key.escalation !== null) ||
    (kind === 'person' && Object.hasOwn(policy.people, name)) ||
    (kind === 'group' && Object.hasOwn(policy.groups, name)) ||
    (kind === 'token' && (await read.keyBySlug(name)) !== null);
  if (known) return;
  throw new Refusal(
    'unknown_recipient',
    `Nobody here is ${recipient}. Name the owner or escalation of the key, a person or group of policy.yaml, or a key of the ledger: owner, person:carol, group:payments, token:ci-deployer.`,
  );
}

/** Whose it is already: its owner and escalation, by name or as one of the people they are, and a token that rotates the key that it is. */
function isItsOwn({ policy, request, key }: Asked, recipient: string): boolean {
  if (recipient.startsWith('token:')) return recipient === `token:${key.slug}` && request.token === key.id;
  const people = [...peopleNamed(policy, ['owner', 'escalation'], key)].map((name) => `person:${name}`);
  return ['owner', 'escalation', key.owner, key.escalation, ...people].includes(recipient);
}

async function assertMayChoose(read: Pick<LedgerReader, 'key'>, asked: Asked, recipient: string): Promise<void> {
  const { policy, request, key, now } = asked;
  try {
    await authorize(read, { policy, verb: 'create', origin: request, subject: key, now });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(
      'recipient_not_allowed',
      `${recipient} is neither owner nor escalation of ${nameOf(key)}. To hand its new value to somebody else takes the right to create keys of ${key.service}: ${error.message}`,
    );
  }
}

function assertPlace(key: Key): void {
  if (key.delivery !== null) return;
  throw new Refusal(
    'no_delivery',
    `${nameOf(key)} has no registered place that its caller reads it from. Register one, or name who claims the new key.`,
  );
}
