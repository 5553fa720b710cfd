import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { KeyId, SecretId } from '../domain/ids.ts';
import { instantText } from '../domain/instant.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { leastScopes } from '../domain/key-class.ts';
import { UNTOUCHED } from '../domain/new-key.ts';
import { PermanentFailure } from '../errors.ts';
import type { IssuedMaterial } from '../providers/contract.ts';
import { defineStep, type Forecast, type ForecastContext, type StepContext } from './contract.ts';
import { keyRef, keyRefOf, secretRef } from './fields.ts';
import { atProvider, foreseen, foreseenRow } from './forecast.ts';
import { assertWorthTakingBack } from './keep-replacement.ts';
import { currentKey, providerOf } from './look-up.ts';

const DAY_MS = 24 * 3_600_000;

const With = z.strictObject({
  replaces: keyRef.describe('The key that gets a successor.'),
  scopes: z
    .enum(['minimal', 'same'])
    .describe(
      'minimal: the named scopes that are registered, without wildcards beside them; same: exactly what the old key has.',
    ),
});
const Outputs = z.strictObject({ key: keyRef, secret: secretRef });

/**
 * Mints the successor and seals it. It is pending until it was delivered, so losing it here harms nobody. Its expiry is counted from
 * today by its class and never inherited: a successor that expires with its predecessor was the fault of eneo-ai/eneo#357.
 */
export const keyCreate = defineStep({
  uses: 'key.create',
  summary: 'Mints a replacement for a key and seals it; nobody sees it and nothing uses it yet.',
  with: With,
  outputs: Outputs,
  effect: 'writes',
  repeat: 'safe',
  undo: {
    kind: 'undo',
    summary:
      'Revokes the replacement and destroys its sealed copy, unless it works and the old key cannot be used any more.',
    undo: async (undoing) => (undoing.outputs === null ? [] : discard(Outputs.parse(undoing.outputs), undoing)),
  },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => mintForecast(input, context),
  perform: async (input, context) => {
    const old = await currentKey(context, input.replaces);
    const scopes = input.scopes === 'minimal' ? leastScopes(old.scopes) : old.scopes;
    const expiresAt = await expiryOfNew(old, context);
    const issued = await providerOf(context, old).create({
      token: context.step.token,
      replaces: old,
      scopes,
      expiresAt,
      signal: context.signal,
    });
    const key = await successor(old, issued, { context, scopes, expiresAt });
    const id = SecretId.parse(context.newId('sec'));
    const secret = context.vault.seal(issued.secret, { id, key: key.id, purpose: 'new_key', now: context.now() });
    return {
      kind: 'done',
      outputs: { key: keyRefOf(key), secret: { secret: id } },
      events: [
        { type: 'key_issued', key },
        { type: 'secret_sealed', secret },
      ],
    };
  },
});

async function mintForecast(
  { replaces, scopes: wanted }: Partial<z.output<typeof With>>,
  context: ForecastContext,
): Promise<Forecast> {
  const old = await foreseenRow(replaces, context);
  if (old === null) return foreseen({ calls: ['its provider: mint a replacement for the key'] });
  const expiresAt = await expiryOfNew(old, context);
  const version = await nextVersion(old, context);
  const scopes = (wanted === 'minimal' ? leastScopes(old.scopes) : old.scopes).join(', ') || 'no scopes';
  const name = nameOf({ ...old, version });
  const made = { ...keyRefOf({ ...old, version, state: 'pending' }), id: `\u27e8id of ${name}\u27e9` };
  return foreseen({
    calls: [
      atProvider(old, `mint ${name} (${scopes}), which expires ${instantText(expiresAt)}`),
      `ledger: record ${name} as pending and seal its material`,
    ],
    outputs: { key: made },
  });
}

async function nextVersion(old: Key, { ledger }: Pick<StepContext, 'ledger'>): Promise<number> {
  const versions = await ledger.versionsOf(old.slug);
  return Math.max(old.version, ...versions.map((one) => one.version)) + 1;
}

async function expiryOfNew(old: Key, { classRule, now }: Pick<StepContext, 'classRule' | 'now'>): Promise<Date> {
  const { maxAgeDays } = await classRule(old.class);
  if (maxAgeDays === null)
    throw new PermanentFailure(
      `${nameOf(old)} is a ${old.class}: it is not replaced during an outage. Restore the last known-good one and schedule a controlled rekey.`,
    );
  return new Date(now().getTime() + maxAgeDays * DAY_MS);
}

async function successor(
  old: Key,
  issued: IssuedMaterial,
  made: { context: StepContext; scopes: string[]; expiresAt: Date },
): Promise<Key> {
  const { context, scopes, expiresAt } = made;
  return {
    ...old,
    id: KeyId.parse(context.newId('key')),
    version: await nextVersion(old, context),
    externalRef: issued.externalRef,
    digest: issued.digest,
    pepperId: issued.pepperId,
    last4: issued.last4,
    scopes,
    predecessor: old.id,
    state: 'pending',
    createdAt: context.now(),
    activatedAt: null,
    expiresAt: issued.expiresAt ?? expiresAt,
    ...UNTOUCHED,
  };
}

async function discard(made: z.output<typeof Outputs>, context: StepContext): Promise<LedgerEvent[]> {
  const key = await currentKey(context, made.key);
  await assertWorthTakingBack(key, context);
  const sealed = await context.ledger.secret(SecretId.parse(made.secret.secret));
  const events: LedgerEvent[] = [];
  if (key.state !== 'revoked') {
    await assertNotShipped(key, context);
    await providerOf(context, key).revoke(key, context.signal);
    events.push({ type: 'key_revoked', key: key.id, replacedBy: null });
  }
  if (sealed !== null && sealed.destroyedAt === null) events.push({ type: 'secret_destroyed', secret: sealed.id });
  return events;
}

/** What was proved to work may be in shipped apps and devices by now: nothing but people ends it there, not even the undo of its making. */
async function assertNotShipped(key: Key, { classRule }: StepContext): Promise<void> {
  if (key.provedLiveAt === null || (await classRule(key.class)).revocable) return;
  throw new PermanentFailure(
    `kept: ${nameOf(key)} is of the class ${key.class}, works, and may be in use where nobody can replace it. Two people decide when it ends.`,
  );
}
