import { z } from 'zod';
import { KeyId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { Provider } from '../providers/contract.ts';
import { defineStep } from './contract.ts';
import { keyRef } from './fields.ts';
import { currentKey, providerOf } from './look-up.ts';

/**
 * Its line in the audit is what Rekey's own verifiers go by: each looks at what was recorded since its last answer and forgets the keys that
 * it was about, in this process and in every other one on the same ledger.
 */
export const cacheClear = defineStep({
  uses: 'cache.clear',
  summary: 'Makes verifiers forget what they remember of a key, and says how long others may still go by it.',
  with: z.strictObject({ key: keyRef.describe('The key that is looked up anew from now on.') }),
  outputs: z.strictObject({
    at_provider: z
      .boolean()
      .describe('true: the provider dropped what it remembers too; false: it offers no way to ask for that.'),
    delay_seconds: z
      .int()
      .describe('How long, at worst, a verifier of the provider may still go by what the key was; 0: not at all.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What is forgotten is looked up again.' },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = input.key === undefined ? null : await context.ledger.key(KeyId.parse(input.key.id));
    const provider = key === null ? undefined : context.providers[key.provider];
    const name = key === null ? 'the key' : nameOf(key);
    const atProvider = provider?.clearCache === undefined ? [] : [`${provider.name}: forget ${name}`];
    return {
      calls: [`ledger: make verifiers forget ${name}`, ...atProvider],
      people: [],
      notices: [],
      // The provider itself is not asked: what it would say costs a call.
      enforcementDelayMs: provider?.capabilities.enforcementDelayMs ?? null,
    };
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const provider = providerOf(context, key);
    await provider.clearCache?.(key, context.signal);
    const delayMs = await delayOf(provider, key);
    const atProvider = provider.clearCache !== undefined;
    return {
      kind: 'done',
      outputs: { at_provider: atProvider, delay_seconds: Math.ceil(delayMs / 1_000) },
      events: [{ type: 'cache_cleared', key: key.id, provider: provider.name, atProvider, delayMs }],
    };
  },
});

async function delayOf(provider: Provider, key: Key): Promise<number> {
  return (await provider.enforcementDelay?.(key)) ?? provider.capabilities.enforcementDelayMs;
}
