import { z } from 'zod';
import { type Key, nameOf } from '../domain/key.ts';
import { isWildcard } from '../domain/key-class.ts';
import { defineStep } from './contract.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { currentKey } from './look-up.ts';

const With = z.strictObject({
  before: keyRef.describe('The key that is compared with, such as the old version.'),
  after: keyRef.describe('The key that is compared, such as its replacement.'),
  used: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'The scopes that calls really needed, as an earlier step found out. The ledger counts calls and not what each was for.',
    ),
});

const scopes = z.array(z.string());

/** What another key may do more and less, for the people who approve it. */
export const keyCompareScopes = defineStep({
  uses: 'key.compare_scopes',
  summary: 'Says which scopes one key has more, has less and does not need, compared with another.',
  with: With,
  outputs: z.strictObject({
    same: z.boolean(),
    added: scopes.describe('Scopes that only `after` has.'),
    removed: scopes.describe('Scopes that only `before` has.'),
    unused: scopes
      .nullable()
      .describe('Scopes of `after` that no call needed; null when nobody said which ones calls need.'),
    wildcards: scopes.describe('Scopes of `after` that stand for many, such as payments:*.'),
    text: z.string().describe('All of it in one sentence, for a question or a form.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async ({ before, after }) =>
    foreseen({ calls: [`ledger: compare the scopes of ${foreseenName(before)} and ${foreseenName(after)}`] }),
  perform: async (input, context) => {
    const before = await currentKey(context, input.before);
    const after = await currentKey(context, input.after);
    const found = comparison(before, after, input.used ?? null);
    return { kind: 'done', outputs: { ...found, text: inWords(before, after, found) }, events: [] };
  },
});

function comparison(before: Key, after: Key, used: readonly string[] | null) {
  const added = without(after.scopes, before.scopes);
  const removed = without(before.scopes, after.scopes);
  return {
    same: added.length === 0 && removed.length === 0,
    added,
    removed,
    // A wildcard may be what a named scope was used under.
    unused: used === null ? null : without(after.scopes, used).filter((scope) => !isWildcard(scope)),
    wildcards: sorted(after.scopes.filter(isWildcard)),
  };
}

function without(scopes: readonly string[], others: readonly string[]): string[] {
  return sorted(scopes.filter((scope) => !others.includes(scope)));
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function inWords(before: Key, after: Key, found: ReturnType<typeof comparison>): string {
  const { same, added, removed, unused, wildcards } = found;
  const parts = [
    same ? `has the same scopes as ${nameOf(before)} (${listed(sorted(after.scopes))})` : '',
    added.length > 0 ? `also has ${listed(added)}` : '',
    removed.length > 0 ? `no longer has ${listed(removed)}` : '',
    wildcards.length > 0 ? `has wildcards: ${listed(wildcards)}` : '',
    unused !== null && unused.length > 0 ? `has what no call needed: ${listed(unused)}` : '',
  ];
  return `${nameOf(after)} ${parts.filter((part) => part !== '').join('; ')}.`;
}

function listed(scopes: readonly string[]): string {
  return scopes.join(', ') || 'none';
}
