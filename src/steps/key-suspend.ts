import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { KeyId } from '../domain/ids.ts';
import { assertTransition, type Key, nameOf } from '../domain/key.ts';
import { assertNotLast, isAdministrator } from '../domain/lock-out.ts';
import { reinstatedTo } from '../domain/reinstate.ts';
import { PermanentFailure } from '../errors.ts';
import { linesAbout } from '../ledger/lines-about.ts';
import type { Provider } from '../providers/contract.ts';
import { defineStep, type StepContext } from './contract.ts';
import { keyRef, peopleText } from './fields.ts';
import { currentKey, providerOf } from './look-up.ts';

const With = z.strictObject({
  key: keyRef.describe('The key that is refused everywhere from now on, until it is reinstated.'),
  reason: peopleText.max(500).describe('Why; it stands in the history of the key.'),
});

/** Stops a key without losing it: what the runbook could not take back after `key.revoke` it can take back here. */
export const keySuspend = defineStep({
  uses: 'key.suspend',
  summary: 'Makes the provider refuse a key for the time being.',
  with: With,
  outputs: z.strictObject({ already: z.boolean().describe('true: it was suspended before, by somebody else.') }),
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary: 'Reinstates the key, unless it was suspended before or has ended meanwhile.',
    undo: async (undoing) => {
      const { key, reason } = With.parse(undoing.input);
      // Whoever had suspended it before wants it to stay so.
      if (undoing.outputs?.already === true) return [];
      return comeBack(await currentKey(undoing, key), { hadEffect: undoing.outputs !== null, reason }, undoing);
    },
  },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = input.key === undefined ? null : await context.ledger.key(KeyId.parse(input.key.id));
    const provider = key === null ? undefined : context.providers[key.provider];
    return {
      calls: [`${key?.provider ?? 'its provider'}: suspend ${key === null ? 'the key' : nameOf(key)}`],
      people: [],
      notices: [],
      enforcementDelayMs: provider?.capabilities.enforcementDelayMs ?? null,
    };
  },
  perform: async ({ key: ref, reason }, context) => {
    const key = await currentKey(context, ref);
    if (key.state === 'suspended') return { kind: 'done', outputs: { already: true }, events: [] };
    const { suspend } = reversible(key, providerOf(context, key));
    await assertMayGo(key, context);
    await suspend(key);
    const events: LedgerEvent[] = [{ type: 'key_suspended', key: key.id, reason }, ...containment(key, context)];
    return { kind: 'done', outputs: { already: false }, events };
  },
});

async function assertMayGo(key: Key, context: StepContext): Promise<void> {
  const now = context.now();
  const isOver = key.state !== 'revoked' && key.expiresAt !== null && key.expiresAt <= now;
  assertTransition(isOver ? { ...key, state: 'expired' } : key, 'suspended');
  if (!isAdministrator(key)) return;
  assertNotLast(key, await context.ledger.administrators(key.administers), { now, doing: 'suspend' });
}

function reversible(key: Key, provider: Provider): Required<Pick<Provider, 'suspend' | 'reinstate'>> {
  const { suspend, reinstate } = provider;
  if (provider.capabilities.suspend && suspend !== undefined && reinstate !== undefined) return { suspend, reinstate };
  throw new PermanentFailure(
    `${nameOf(key)} comes from ${provider.name}, which cannot suspend a key and bring it back. Use key.revoke, which is final, or have its callers cut off by hand.`,
  );
}

async function comeBack(
  key: Key,
  { hadEffect, reason }: { hadEffect: boolean; reason: string },
  context: StepContext,
): Promise<LedgerEvent[]> {
  // A crash may have left it suspended at its provider although the ledger never heard of it.
  if (!hadEffect && (key.state === 'active' || key.state === 'retiring'))
    await reversible(key, providerOf(context, key)).reinstate(key);
  if (!hadEffect || key.state !== 'suspended' || !(await isOurs(key, context))) return [];
  const to = reinstatedTo(key, await context.ledger.versionsOf(key.slug), context.now());
  await reversible(key, providerOf(context, key)).reinstate(key);
  return [{ type: 'key_reinstated', key: key.id, to, reason: `taken back: ${reason}` }];
}

/** Somebody may have reinstated it meanwhile and suspended it again, for reasons of their own. */
async function isOurs(key: Key, { ledger, run }: StepContext): Promise<boolean> {
  for await (const line of linesAbout(ledger, `key:${key.id}`))
    if (line.action === 'key_suspended') return line.run === run.id;
  return false;
}

/** Whoever has it can do nothing with it any more. */
function containment(key: Key, { incident }: StepContext): LedgerEvent[] {
  if (incident === null || incident.containedAt !== null || incident.key !== key.id) return [];
  return [{ type: 'incident_contained', incident: incident.id }];
}
