import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { SealedSecret } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef } from './fields.ts';
import { isInPlace } from './handed-over.ts';
import { isOver } from './keep-replacement.ts';
import { currentKey } from './look-up.ts';

/**
 * For `finally`: however a rotation ended, no copy of its keys stays behind. The new material is with its recipient or of no use any more;
 * the old one was kept for the way back only. Two things stay: what key.quarantine keeps for audit, and the last copy of an old key that
 * still works and is not at its caller's place, where taking the delivery back has failed.
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
  timeoutMs: 30_000,
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const replacement = input.replacement === null ? null : await currentKey(context, input.replacement);
    const copies = [
      ...(replacement === null ? [] : await sealedOf(replacement, 'new_key', context)),
      ...(await keptForNothing(key, context)),
    ];
    const events = copies.map(({ id }): LedgerEvent => ({ type: 'secret_destroyed', secret: id }));
    return { kind: 'done', outputs: { destroyed: events.length }, events };
  },
});

async function sealedOf(key: Key, purpose: SealedSecret['purpose'], { ledger }: StepContext): Promise<SealedSecret[]> {
  const all = await ledger.secretsOfKey(key.id);
  return all.filter((sealed) => sealed.purpose === purpose && sealed.destroyedAt === null);
}

/** Of the key, and of the one before it: its own rotation may have made way for this one without coming to its end. */
async function keptForNothing(key: Key, context: StepContext): Promise<SealedSecret[]> {
  const { ledger, run } = context;
  const open = await ledger.openRotationOf(key.slug);
  // Another rotation has begun meanwhile and may have to put something back.
  if (open !== null && open.run !== run.id) return [];
  const before = key.predecessor === null ? null : await ledger.key(key.predecessor);
  const found: SealedSecret[] = [];
  for (const one of before === null ? [key] : [key, before])
    if (await isKeptForNothing(one, context)) found.push(...(await sealedOf(one, 'evidence', context)));
  return found;
}

async function isKeptForNothing(key: Key, context: StepContext): Promise<boolean> {
  if (key.quarantinedAt !== null) return false;
  const graceIsOver = key.graceEndsAt !== null && key.graceEndsAt <= context.now();
  if (isOver(key, context.now()) || graceIsOver) return true;
  return key.delivery !== null && (await isInPlace(key, context));
}
