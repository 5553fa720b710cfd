import { nameOf } from '../../../domain/key.ts';
import type { OwnerClaim } from '../../../engine/keys/keys.ts';
import { displayNames } from '../../load/names.ts';
import type { Desk, Moment } from '../../moment.ts';
import { ownerModal } from '../../views/owner-modal.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { keyNamed } from '../key-named.ts';
import { mayWithSomeKey } from '../offered.ts';
import { ownerNamed } from '../person-named.ts';
import { assertNoMore, malformed, slugOf, splitNeededReason, splitReason } from '../words.ts';

const CLAIM = '/keys claim-owner payments-prod because "my team runs it now"';
const OWNER = '/keys owner payments-prod @bob because "carol moved teams"';

export const claimOwnerVerb: Verb = {
  verb: 'claim-owner',
  also: ['claim'],
  example: 'claim-owner payments-prod because "my team runs it now"',
  help: 'be its owner: at once when you may change it, else its owner or escalation is asked',
  offered: mayWithSomeKey('read'),
  run: async ([name, ...rest], moment, desk) => {
    const slug = slugOf(name, CLAIM);
    const { words, reason } = splitReason(rest, CLAIM);
    assertNoMore(words, CLAIM);
    if (reason === '' && (await openOwnerForm(slug, moment, desk))) return;
    if (reason === '') throw malformed('being its owner needs a reason', CLAIM);
    return claimOwnership({ name: slug, reason }, moment, desk);
  },
};

export async function claimOwnership(
  { name, reason }: { name: string; reason: string },
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const key = await keyNamed(name, 'read', { moment, desk });
  const claim = await desk.keys.claimOwner({ ...moment.origin, key: key.id, reason });
  return moment.show(say(await toldOf(claim, desk)));
}

/** With whoever opens it in the field for the owner; false: no form can be opened now. */
export async function openOwnerForm(name: string, moment: Moment, desk: Desk): Promise<boolean> {
  const key = await keyNamed(name, 'read', { moment, desk });
  const { policy } = await desk.policy();
  const me = Object.hasOwn(policy.people, moment.person) ? policy.people[moment.person]?.slack : undefined;
  return moment.openModal(ownerModal({ key, me: me ?? null, channel: moment.channel ?? '' }));
}

async function toldOf(claim: OwnerClaim, desk: Desk): Promise<string> {
  if (claim.kind === 'owned') return `You are the owner of ${nameOf(claim.key)} now.`;
  const name = await displayNames(desk);
  return `You may not change ${nameOf(claim.key)} yourself, so ${claim.told.map(name).join(', ')} ${claim.told.length === 1 ? 'was' : 'were'} asked to make you its owner. Until then nothing has changed.`;
}

/** Who is asked says yes with this, and so does whoever gives a key away. */
export const ownerVerb: Verb = {
  verb: 'owner',
  also: ['give'],
  example: 'owner payments-prod @bob because "carol moved teams"',
  help: 'make a person or group:name its owner',
  offered: mayWithSomeKey('change'),
  run: async ([name, who, ...rest], moment, desk) => {
    const slug = slugOf(name, OWNER);
    const owner = ownerNamed(who, (await desk.policy()).policy, OWNER);
    const { words, reason } = splitNeededReason(rest, { what: 'another owner', example: OWNER });
    assertNoMore(words, OWNER);
    return giveKey({ name: slug, owner, reason }, moment, desk);
  },
};

export async function giveKey(
  { name, owner, reason }: { name: string; owner: string; reason: string },
  moment: Moment,
  desk: Desk,
): Promise<void> {
  const key = await keyNamed(name, 'change', { moment, desk });
  const after = await desk.keys.change({ ...moment.origin, key: key.id, reason, change: { owner } });
  const shown = await displayNames(desk);
  return moment.show(say(`${shown(owner)} is the owner of ${nameOf(after)} now.`));
}
