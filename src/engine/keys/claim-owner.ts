import type { LedgerEvent } from '../../domain/event.ts';
import { type Actor, type PersonId, personOf } from '../../domain/ids.ts';
import type { Notice } from '../../domain/incident.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { auditRefusal } from '../refusals.ts';
import { findKey } from '../which-key.ts';
import { isAuthorized } from './authority.ts';
import { change } from './change.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey, OwnerClaim } from './keys.ts';
import { recordOnKey, type Standing } from './record-on-key.ts';

const TEMPLATE = 'owner-claimed';

/**
 * Who may change the key is its owner at once. For anybody else a claim changes nothing, because an owner may rotate, revoke and approve: it
 * is recorded, and the owner (without one the escalation, without that whoever may change it) is told and says yes by making them the owner.
 */
export async function claimOwner(deps: KeysDeps, request: OnKey): Promise<OwnerClaim> {
  const { policy } = await deps.policy();
  const { person, named } = await auditRefusal(deps, { origin: request, what: `claim ${request.key}` }, () =>
    claimed(deps, request),
  );
  const asked = { policy, verb: 'change', subject: named, origin: request, now: deps.now() } as const;
  if (await isAuthorized(deps.ledger.read, asked))
    return { kind: 'owned', key: await change(deps, { ...request, change: { owner: person } }) };
  let told: PersonId[] = [];
  const key = await recordOnKey(deps, request, {
    verb: 'read',
    doing: 'claim',
    decide: async (standing) => {
      told = whoDecides(standing, person);
      await assertNotAskedToday(standing, { actor: request.actor, told });
      return told.map((one) => noticeTo(one, { id: deps.newId('ntc'), person, standing, request }));
    },
  });
  return { kind: 'asked', key, told };
}

async function claimed({ ledger }: KeysDeps, { actor, key }: OnKey): Promise<{ person: PersonId; named: Key }> {
  const person = personOf(actor);
  if (person === null) throw new Refusal('not_allowed', `${actor} is nobody who can own a key.`);
  const named = await findKey(ledger.read, key);
  if (named.owner !== person) return { person, named };
  throw new Refusal('already_owner', `You are the owner of ${nameOf(named)} already.`);
}

function whoDecides({ key, policy }: Standing, person: PersonId): PersonId[] {
  if (key.state === 'revoked')
    throw new Refusal('key_over', `${nameOf(key)} is revoked; nobody has to own it any more.`);
  for (const names of [[key.owner ?? []].flat(), [key.escalation ?? []].flat(), policy.may.change ?? []]) {
    const people = othersNamed(policy, names, { key, person });
    if (people.length > 0) return people;
  }
  throw new Refusal(
    'nobody_to_ask',
    `Nobody can make you the owner of ${nameOf(key)}: add people under \`may.change\` in policy.yaml.`,
  );
}

const ASKED_EVERY_MS = 24 * 3_600_000;

/** One question stands for a day: whoever asks again reminds nobody, and writes to a whole group each time. */
async function assertNotAskedToday(
  { key, read, now }: Standing,
  { actor, told }: { actor: Actor; told: readonly PersonId[] },
): Promise<void> {
  for (const { id, template, recipient, createdAt } of await read.noticesOfKey(key.id)) {
    if (template !== TEMPLATE || now.getTime() - createdAt.getTime() >= ASKED_EVERY_MS) continue;
    const [line] = await read.audit({ subject: `notice:${id}`, limit: 1 });
    const one = told.find((person) => recipient === `person:${person}`);
    if (line?.actor !== actor || one === undefined) continue;
    throw new Refusal(
      'asked_already',
      `You asked at ${instantText(createdAt)}, and ${one} was told. Ask again a day later, or speak with ${told.join(' or ')}.`,
    );
  }
}

function othersNamed(policy: Policy, names: readonly string[], { key, person }: { key: Key; person: PersonId }) {
  return [...peopleNamed(policy, names, key)].filter((one) => one !== person).sort();
}

function noticeTo(
  recipient: PersonId,
  { id, person, standing, request }: { id: string; person: PersonId; standing: Standing; request: OnKey },
): LedgerEvent {
  const { key, now } = standing;
  const owned = key.owner === null ? 'nobody owns it' : `${key.owner} owns it`;
  const notice: Notice = {
    id,
    incident: null,
    run: null,
    recipient: `person:${recipient}`,
    key: key.id,
    template: TEMPLATE,
    facts: {
      whichKey: `${person} asks to be the owner of ${nameOf(key)} of ${key.service} in ${key.environment} (${owned}): ${request.reason}`,
      replacementAvailable: `Nothing has changed yet. To agree: /keys owner ${key.slug} ${person} because "…", or on a terminal: rekey keys change ${key.slug} --owner ${person}`,
      dataIntegrity: 'No data is at risk: the key stays as it is.',
    },
    createdAt: now,
  };
  return { type: 'notice_issued', notice };
}
