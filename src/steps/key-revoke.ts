import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { RotationMode } from '../domain/rotation.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { type KeyRef, keyRef } from './fields.ts';
import { atProvider, foreseen, foreseenDelay, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey, providerOf } from './look-up.ts';
import { notItself } from './not-itself.ts';
import { modeOf } from './run-mode.ts';

const With = z.strictObject({
  key: keyRef.describe('The key to revoke, for good.'),
  replaced_by: keyRef.nullable().describe('Its replacement, which has to be proved to work; null when there is none.'),
});

/**
 * The point of no return. A key that somebody exploits is revoked at once; every other key only after its replacement was accepted in a
 * real call. Classes that are not revocable (keys in shipped devices, passphrases) are left to people.
 */
export const keyRevoke = defineStep({
  uses: 'key.revoke',
  summary: 'Makes the provider refuse a key for good.',
  with: With,
  outputs: z.strictObject({ already: z.boolean().describe('True when it had been revoked before.') }),
  effect: 'destroys',
  repeat: 'safe',
  undo: { kind: 'point_of_no_return', why: 'A revoked key never works again.' },
  complaintsOf: notItself('replaced_by'),
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const name = foreseenName(input.key);
    const isOurs = key === null || (await context.classRule(key.class)).revocable;
    return foreseen({
      calls: [atProvider(key, `revoke ${name} for good`), `ledger: record that ${name} is revoked`],
      enforcementDelayMs: foreseenDelay(key, context),
      ...(!isOurs && { problems: [peopleDecide(key)] }),
    });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    if (key.state === 'revoked') return already;
    await assertMayGo(key, input.replaced_by, context);
    await providerOf(context, key).revoke(key, context.signal);
    return revoked(key, input.replaced_by, context);
  },
  adopt: async (input, context) => {
    const key = await currentKey(context, input.key);
    if (key.state === 'revoked') return already;
    // For keys that Rekey itself guards the record is the revocation, so it needs what the step needs.
    await assertMayGo(key, input.replaced_by, context);
    return revoked(key, input.replaced_by, context);
  },
});

const already: StepResult = { kind: 'done', outputs: { already: true }, events: [] };

async function revoked(key: Key, replacedBy: KeyRef | null, context: StepContext): Promise<StepResult> {
  const replacement = replacedBy === null ? null : await currentKey(context, replacedBy);
  const events: LedgerEvent[] = [
    ...(isCompromised(context) && key.compromisedAt === null
      ? [{ type: 'key_compromised', key: key.id } as const]
      : []),
    { type: 'key_revoked', key: key.id, replacedBy: replacement?.id ?? null },
    ...containment(context),
  ];
  return { kind: 'done', outputs: { already: false }, events };
}

async function assertMayGo(key: Key, replacedBy: KeyRef | null, context: StepContext): Promise<void> {
  if (!(await context.classRule(key.class)).revocable) throw new PermanentFailure(peopleDecide(key));
  if (modeOf(context) === 'exploited' || replacedBy === null) return;
  const replacement = await currentKey(context, replacedBy);
  if (replacement.state === 'active' && replacement.provedLiveAt !== null) return;
  throw new PermanentFailure(
    `${nameOf(key)} was not revoked: its replacement ${nameOf(replacement)} is ${replacement.state} and ` +
      `${replacement.provedLiveAt === null ? 'was never proved to work' : 'no longer usable'}. Prove it with key.prove_live first.`,
  );
}

function peopleDecide(key: Key): string {
  return `${nameOf(key)} is of the class ${key.class}; a runbook never revokes it. Two people decide that at the provider.`;
}

const COMPROMISED: readonly RotationMode[] = ['suspected', 'extended', 'exploited'];

function isCompromised(context: StepContext): boolean {
  const mode = modeOf(context);
  return mode !== null && COMPROMISED.includes(mode);
}

function containment({ incident }: StepContext): LedgerEvent[] {
  return incident === null || incident.containedAt !== null
    ? []
    : [{ type: 'incident_contained', incident: incident.id }];
}
