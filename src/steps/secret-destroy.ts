import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { Rotation } from '../domain/rotation.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { isHandedOver, isInPlace } from './handed-over.ts';
import { isOver } from './keep-replacement.ts';
import { currentKey } from './look-up.ts';
import { notItself } from './not-itself.ts';

/**
 * For `finally`: however a rotation ended, no copy of its keys stays behind. The new material is with its recipient or of no use any more;
 * the old one was kept for the way back only. Three things stay: what key.quarantine keeps for audit, the last copy of an old key that
 * still works and is not at its caller's place, where taking the delivery back has failed, and the last copy of a new key that is in use and
 * is not there, which somebody has overwritten: an alarm says so.
 */
export const secretDestroy = defineStep({
  uses: 'secret.destroy',
  summary: 'Destroys the sealed copies that a rotation made, once nothing needs them any more.',
  with: z.strictObject({
    key: keyRef.describe('The key that was replaced.'),
    replacement: keyRef.nullable().describe('Its replacement; null when there is none (any more).'),
  }),
  outputs: z.strictObject({ destroyed: z.int().describe('How many copies were destroyed.') }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What was destroyed cannot come back; it was only a copy.' },
  complaintsOf: notItself('replacement'),
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async ({ key, replacement }) => {
    const names = [foreseenName(key), ...(replacement == null ? [] : [foreseenName(replacement)])].join(' and ');
    return foreseen({ calls: [`ledger: destroy the sealed copies of ${names} that nothing needs any more`] });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const replacement = input.replacement === null ? null : await currentKey(context, input.replacement);
    const fresh = replacement === null ? [] : await sealedOf(replacement, 'new_key', context);
    const isMissed = replacement !== null && fresh.length > 0 && (await isNowhereElse(replacement, context));
    const copies = [...(isMissed ? [] : fresh), ...(await keptForNothing(key, context))];
    const destroyed = copies.map(({ id }): LedgerEvent => ({ type: 'secret_destroyed', secret: id }));
    const events = isMissed ? [...destroyed, missed(replacement, context)] : destroyed;
    return { kind: 'done', outputs: { destroyed: destroyed.length }, events };
  },
});

/** A new key in use that its caller should read at a place which holds something else, and that no other rotation replaces already. */
async function isNowhereElse(key: Key, context: StepContext): Promise<boolean> {
  if (key.state !== 'active' || key.delivery === null || (await isHandedOver(key, context))) return false;
  return (await openElsewhere(key, context)) === null;
}

function missed(key: Key, context: StepContext): LedgerEvent {
  const place = key.delivery === null ? 'its place' : `${key.delivery.sink} ${key.delivery.target}`;
  const sentence = `${nameOf(key)} is in use, but ${place} does not hold it: its caller cannot read it. Look at what else writes there, then rotate the key again; its sealed copy is kept until then.`;
  const id = context.newId('alm');
  return {
    type: 'alarm_raised',
    alarm: { id, kind: 'rotation_stuck', key: key.id, sentence, raisedAt: context.now() },
  };
}

async function openElsewhere({ slug }: Key, { ledger, run }: StepContext): Promise<Rotation | null> {
  const open = await ledger.openRotationOf(slug);
  return open === null || open.run === run.id ? null : open;
}

async function sealedOf(key: Key, purpose: SealedSecret['purpose'], { ledger }: StepContext): Promise<SealedSecret[]> {
  const all = await ledger.secretsOfKey(key.id);
  return all.filter((sealed) => sealed.purpose === purpose && sealed.destroyedAt === null);
}

/** Of the key, and of the one before it: its own rotation may have made way for this one without coming to its end. */
async function keptForNothing(key: Key, context: StepContext): Promise<SealedSecret[]> {
  // Another rotation has begun meanwhile and may have to put something back.
  if ((await openElsewhere(key, context)) !== null) return [];
  const before = key.predecessor === null ? null : await context.ledger.key(key.predecessor);
  const found: SealedSecret[] = [];
  for (const one of before === null ? [key] : [key, before])
    if (await isKeptForNothing(one, context)) found.push(...(await sealedOf(one, 'evidence', context)));
  // Of the key itself, where its own rotation had to keep the last copy.
  if (isOver(key, context.now())) found.push(...(await sealedOf(key, 'new_key', context)));
  return found;
}

async function isKeptForNothing(key: Key, context: StepContext): Promise<boolean> {
  if (key.quarantinedAt !== null) return false;
  const graceIsOver = key.graceEndsAt !== null && key.graceEndsAt <= context.now();
  if (isOver(key, context.now()) || graceIsOver) return true;
  return key.delivery !== null && (await isInPlace(key, context));
}
