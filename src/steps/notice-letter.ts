import {
  type Addressee,
  type Dispatch,
  DispatchId,
  hashOf,
  MOST_ADDRESSEES,
  type Reached,
  reachedBy,
  shortHash,
} from '../domain/dispatch.ts';
import { type ApprovalId, StepId } from '../domain/ids.ts';
import type { Notice } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { filledIn } from '../domain/notice-template.ts';
import { PermanentFailure } from '../errors.ts';
import { holdsSecret } from '../scrub.ts';
import { affectedSince } from './affected.ts';
import type { ForecastContext } from './contract.ts';
import { describedKey, replacementAvailable, whichKey } from './key-sentences.ts';

export interface Told {
  key: Key;
  replacement: Key | null;
  dataIntegrity: string;
  /** Null: the one that what happened asks for. */
  template: string | null;
}

/** What would leave the company, and to whom; without an approval yet. */
export type Draft = Omit<Dispatch, 'approval'>;

const CIRCLE = /^(?:callers|peers|(?:caller|peer|contact):\S{1,200})$/;

/** The words of `to`; null where one of them means nothing. */
export function circlesOf(to: string): string[] | null {
  const words = to.split(',').map((word) => word.trim());
  return words.every((word) => CIRCLE.test(word)) ? [...new Set(words)] : null;
}

/** `callers` and `peers` of a key as they are now, and who is behind them. */
export async function reachedNow(circles: readonly string[], key: Key, context: ForecastContext): Promise<Reached> {
  const { ledger, outside } = context;
  const peers = await ledger.peers();
  const named = circles.filter((one) => one !== 'callers' && one !== 'peers');
  const callers = circles.includes('callers') ? await ledger.callersOf(key.id, affectedSince(context)) : [];
  const pinning = circles.includes('peers') ? peers.filter(({ pins }) => pins.includes(key.slug)) : [];
  const who = [
    ...named,
    ...callers.map(({ caller }) => `caller:${caller}`),
    ...pinning.map(({ name }) => `peer:${name}`),
  ];
  return reachedBy([...new Set(who)], await outside.specs(), peers);
}

export function factsOf({ key, replacement, dataIntegrity }: Told, now: Date): Notice['facts'] {
  const available = replacementAvailable(replacement);
  return {
    whichKey: whichKey(key, now),
    replacementAvailable: replacement === null ? available : `${available} It is ${describedKey(replacement)}.`,
    dataIntegrity,
  };
}

/** The text word for word. Refusals of a template that may not be sent; PermanentFailure for a text with a secret in it. */
export async function draftOf(told: Told, addressees: readonly Addressee[], context: ForecastContext): Promise<Draft> {
  const { run, step, newId, now, outside } = context;
  assertAllSeen(addressees);
  const facts = factsOf(told, now());
  // What somebody wrote about data integrity may have a pasted key in it, and a mail cannot be called back.
  if (holdsSecret(facts))
    throw new PermanentFailure(
      'What is to be said holds what looks like a live key. Nothing was sent; say it without, and treat that key as exploited.',
    );
  const template = await outside.template(told.template ?? templateFor(told.key, context));
  const letter = filledIn(template, {
    key: nameOf(told.key),
    which_key: facts.whichKey,
    replacement_available: facts.replacementAvailable,
    data_integrity: facts.dataIntegrity,
    incident: run.incident ?? run.id,
  });
  if (letter.body.length > LONGEST_BODY)
    throw new PermanentFailure(
      `The text has ${letter.body.length} characters; at most ${LONGEST_BODY} are read in a hurry. Nothing was sent; say less of data integrity.`,
    );
  const said = { letter, facts, addressees: [...addressees] };
  return {
    id: DispatchId.parse(newId('dsp')),
    run: run.id,
    step: StepId.parse(step.id),
    incident: run.incident,
    key: told.key.id,
    template: template.name,
    ...said,
    hash: hashOf(said),
    createdAt: now(),
  };
}

function assertAllSeen({ length }: readonly Addressee[]): void {
  if (length <= MOST_ADDRESSEES) return;
  throw new PermanentFailure(
    `It would go to ${length} addresses; whoever approves it can read at most ${MOST_ADDRESSEES} at once. Nothing was sent; name single ones (contact:…, caller:…, peer:…) and send several notices.`,
  );
}

/** So that whoever approves it sees every word in one modal. */
const LONGEST_BODY = 6_000;

export function withApproval(draft: Draft, approval: ApprovalId): Dispatch {
  return { ...draft, approval };
}

const MOST_NAMED = 8;

export function questionOf({ addressees, hash, template }: Draft, key: Key): string {
  const named = addressees.slice(0, MOST_NAMED).map(({ name, address }) => `${name} (${address})`);
  const more = addressees.length > MOST_NAMED ? ` and ${addressees.length - MOST_NAMED} more` : '';
  return `Tell ${named.join(', ')}${more}, outside the company, of ${nameOf(key)}? Template ${template}, text ${shortHash(hash)}: “Read it” shows every word.`;
}

function templateFor(key: Key, { incident, run }: ForecastContext): string {
  if (key.class === 'federation_key' || key.class === 'issuer_key') return 'federation-key-changed';
  const isExploited = run.inputs.situation === 'exploited' || run.inputs.situation === 'suspected';
  if (key.compromisedAt !== null || isExploited) return 'key-compromised';
  return incident === null && key.state === 'active' ? 'planned-rotation' : 'key-replaced';
}
